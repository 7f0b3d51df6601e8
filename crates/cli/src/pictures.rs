//! The graph and its canonical cut at a step, found again from the recorded inputs.
//!
//! A picture is not evidence: the claim holds the cut's hash, and a replay proves it. What is drawn is what the gate,
//! compiled into this program, finds on the same inputs.

use std::collections::BTreeMap;

use anyhow::anyhow;
use gate::config::{Configuration, Core};
use gate::tick::Gate;
use serde::Serialize;

use crate::exit::{Exit, Failure, OrExit};
use crate::record::{Annex, Record};

/// Vertices that are named one by one in a sentence.
const NAMED_MAX: usize = 12;

/// A graph, with the two sides of its canonical cut.
#[derive(Serialize)]
pub(crate) struct Picture {
    pub(crate) epoch: u64,
    pub(crate) label: String,
    vertices: Vec<u64>,
    edges: Vec<(u64, u64, f64)>,
    far_side: Vec<u64>,
    value: f64,
    components: u32,
    family: Option<u64>,
    atoms: Vec<Vec<u64>>,
    core: &'static str,
    #[serde(skip)]
    names: BTreeMap<u64, String>,
}

/// The pictures at these epochs, ascending; an epoch at which no cut is known is left out.
pub(crate) fn take(record: &Record, epochs: &[u64]) -> Result<Vec<Picture>, Failure> {
    let Some(last) = epochs.iter().max() else { return Ok(Vec::new()) };
    if !record.is_whole() {
        log::warn!("{}: no pictures: the steps before its first one are not here", record.path.display());
        return Ok(Vec::new());
    }
    let bytes = &record.reader().header().configuration;
    let mut space = vec![0; bytes.len()];
    let configuration = Configuration::decode(bytes, &mut space).or_exit(Exit::Malformed)?;
    let core = match configuration.core {
        Core::All => "all",
        Core::KCore(_) => "k-core",
        Core::Protected(_) => "protected",
    };
    let profile = configuration.profile;
    let mut slab = vec![0; profile.slab_words()];
    let mut gate = Gate::new(bytes, profile, &mut slab).or_exit(Exit::Malformed)?;
    let names = record.reader().names().map_err(crate::record::journal_failure)?;
    let mut pictures = Vec::new();
    for entry in record.entries(1, *last) {
        let entry = entry?;
        // A step that left no claim left the gate as it was.
        if record.body(&entry)?.claim_bytes().is_none() {
            continue;
        }
        gate.tick(entry.epoch, &entry.input)
            .map_err(|error| anyhow!("epoch {}: the recorded input is malformed: {error}", entry.epoch))
            .or_exit(Exit::Malformed)?;
        if epochs.contains(&entry.epoch) {
            let label = Annex::decode(&entry.annex).map(|annex| annex.label).unwrap_or_default();
            pictures.extend(draw(&gate, entry.epoch, label, core, &names));
        }
    }
    Ok(pictures)
}

fn draw(
    gate: &Gate<'_>,
    epoch: u64,
    label: String,
    core: &'static str,
    names: &BTreeMap<u64, String>,
) -> Option<Picture> {
    let (snapshot, search) = gate.flight();
    let (view, cut) = (snapshot.view(), search.result()?);
    let id = |vertex: usize| view.ids[vertex];
    let vertices = 0..view.vertex_count();
    let edges = vertices.clone().flat_map(|u| view.row(u).filter(move |(v, _)| u < *v).map(move |(v, w)| (u, v, w)));
    let mut atoms: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
    for vertex in vertices.clone() {
        atoms.entry(cut.atom[vertex]).or_default().push(id(vertex));
    }
    Some(Picture {
        epoch,
        label,
        edges: edges.map(|(u, v, w)| (id(u), id(v), w as f64 / 4_294_967_296.0)).collect(),
        far_side: vertices.filter(|vertex| cut.is_far(*vertex)).map(id).collect(),
        vertices: view.ids.to_vec(),
        value: cut.value as f64 / 4_294_967_296.0,
        components: cut.components,
        family: Some(cut.family),
        atoms: atoms.into_values().collect(),
        core,
        names: names.clone(),
    })
}

impl Picture {
    /// What the cut says, in sentences.
    pub(crate) fn in_words(&self) -> String {
        let (n, far) = (self.vertices.len(), self.far_side.len());
        if self.components > 1 {
            return format!("The graph is in {} pieces already: nothing has to be cut.", self.components);
        }
        if far == 0 {
            return format!("A graph of {n} vertices has nothing to cut.");
        }
        let near: Vec<u64> = self.vertices.iter().copied().filter(|id| !self.far_side.contains(id)).collect();
        let small = if far * 2 <= n { &self.far_side } else { &near };
        let crossing: Vec<_> =
            self.edges.iter().filter(|(u, v, _)| self.far_side.contains(u) != self.far_side.contains(v)).collect();
        let family = match self.family {
            Some(1) => "No other cut is as light.".to_owned(),
            Some(count) => format!("{count} cuts are as light as this one."),
            None => "More cuts are as light than the gate counts.".to_owned(),
        };
        format!(
            "The lightest way to split the graph in two costs {:.4}: {} edges, which part {} from the other {} vertices.\n{family}",
            self.value,
            crossing.len(),
            self.name_all(small),
            n - small.len()
        )
    }

    fn name_all(&self, ids: &[u64]) -> String {
        let name = |id: &u64| self.names.get(id).cloned().unwrap_or_else(|| id.to_string());
        let named: Vec<_> = ids.iter().take(NAMED_MAX).map(name).collect();
        let rest = ids.len() - named.len();
        let tail = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        named.join(", ") + &tail
    }
}
