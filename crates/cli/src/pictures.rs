//! The graph and its canonical cut at a step, found again from the recorded inputs, and since when it has been that cut.
//!
//! A picture is not evidence: the claim holds the cut's hash, and a replay proves it. What is drawn is what the gate,
//! compiled into this program, finds on the same inputs.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use codec::Digest;
use gate::config::{Configuration, Core};
use gate::tick::Gate;
use receipt::claim::{Components, Cut};
use serde::Serialize;

use crate::exit::{Exit, Failure, OrExit};
use crate::explain::words::{self, Context, Since};
use crate::explain::{self, CoreCut, Facts};
use crate::names::Names;
use crate::output;
use crate::record::{Annex, Record};

/// Spells that are kept: what a page can hold.
const SPELLS_MAX: usize = 5_000;
/// Vertices that a spell names.
const SPELL_NAMES_MAX: usize = 6;

/// A graph, and what its canonical cut says.
#[derive(Serialize)]
pub(crate) struct Picture {
    /// The step whose claim publishes the cut.
    pub(crate) epoch: u64,
    pub(crate) label: String,
    /// The step whose graph it is; `epoch`, or an earlier one, if nothing changed or the cut took its time.
    graph_epoch: u64,
    /// Whether the graph has changed since.
    stale: bool,
    vertices: Vec<u64>,
    edges: Vec<(u64, u64, f64)>,
    components: u32,
    family: u64,
    core: &'static str,
    #[serde(flatten)]
    pub(crate) cut: ExplainedCut,
}

/// A cut as facts.
#[derive(Serialize, Clone)]
pub(crate) struct ExplainedCut {
    #[serde(flatten)]
    facts: Facts,
    /// The first epoch since which the published cuts have parted these vertices from the rest, or found the graph in pieces.
    split_since: Since,
    /// The first epoch since which the published cut hash has been this one.
    hash_since: Since,
}

/// What a cut does, for comparing it with the one before.
#[derive(PartialEq, Eq)]
enum Split {
    Pieces,
    /// The vertices of the smaller side.
    Off(Vec<u64>),
}

/// Steps one after another whose published cuts part the same vertices from the rest, or find the graph in pieces.
#[derive(Serialize)]
pub(crate) struct Spell {
    first: Since,
    last: Since,
    /// Whether the graph is in pieces.
    apart: bool,
    /// The first vertices of the smaller side, and how many there are.
    named: Vec<u64>,
    small_side: usize,
    /// The least and the greatest value of the cut.
    least: f64,
    greatest: f64,
}

/// The cut that was published last, and since when.
struct Watch {
    graph_epoch: u64,
    split: Split,
    split_since: Since,
    hash: Digest,
    hash_since: Since,
}

/// What a run's cuts did, and what they looked like at some of its steps.
#[derive(Default)]
pub(crate) struct Seen {
    /// Ascending; an epoch at which no cut is known is left out.
    pub(crate) pictures: Vec<Picture>,
    /// Ascending; the first [`SPELLS_MAX`] of them.
    pub(crate) spells: Vec<Spell>,
    /// Those beyond.
    pub(crate) more_spells: u64,
}

/// Follows the chain up to epoch `last` and draws the cut at `epochs`.
pub(crate) fn take(record: &Record, epochs: &[u64], last: u64) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    if !record.is_whole() {
        log::warn!("{}: no pictures: the steps before its first one are not here", record.path.display());
        return Ok(seen);
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
    let wanted = graph_epochs(record, epochs)?;
    let (mut watch, mut graph, mut tried): (Option<Watch>, Option<CoreCut>, u64) = (None, None, 0);
    for entry in record.entries(1, last) {
        let entry = entry?;
        // A step that left no claim left the gate as it was.
        let body = record.body(&entry)?;
        let Some(claim) = body.gate_claim() else { continue };
        gate.tick(entry.epoch, &entry.input)
            .map_err(|error| anyhow!("epoch {}: the recorded input is malformed: {error}", entry.epoch))
            .or_exit(Exit::Malformed)?;
        let Some(published) = claim.cut else { continue };
        let label = Annex::decode(&entry.annex).map(|annex| annex.label).unwrap_or_default();
        let now = Since { epoch: entry.epoch, label };
        // A cut is published at the end of the step that finished it, when the gate still has the graph that it speaks of. One
        // that stays is published again with every step; its edges are asked for only where they are drawn.
        let edges = if wanted.contains(&published.epoch) { Edges::Wanted } else { Edges::NotWanted };
        let stays = watch.as_ref().is_some_and(|watch| watch.hash == published.hash) && edges == Edges::NotWanted;
        if tried != published.epoch && !stays {
            tried = published.epoch;
            graph = core_cut(&gate, edges);
            watch = graph.as_ref().map(|found| Watch::next(watch, found, &published, now.clone()));
        }
        let (Some(watch), Some(found)) = (&watch, &graph) else { continue };
        seen.count(watch, &published, &now);
        if epochs.contains(&entry.epoch) {
            let stale = !claim.completed.contains(Components::WITNESS);
            seen.pictures.push(draw(Step { now, core, published: &published, stale }, watch, found));
        }
    }
    Ok(seen)
}

/// Whether edges are to be listed too.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edges {
    Wanted,
    NotWanted,
}

/// The core that the gate's cut speaks of and that cut, if it is known. Nothing else here looks into the gate.
fn core_cut(gate: &Gate<'_>, edges: Edges) -> Option<CoreCut> {
    let (ids, cut) = gate.cut()?;
    let inside = |id: &u64| ids.binary_search(id).is_ok();
    let graph = gate.graph();
    let all = graph.edges().map(|(ends, weight)| {
        let [u, v] = ends.map(|slot| graph.id(slot));
        (u.min(v), u.max(v), weight)
    });
    let mut edges: Vec<_> = match edges {
        Edges::Wanted => all.filter(|(u, v, _)| inside(u) && inside(v)).collect(),
        Edges::NotWanted => Vec::new(),
    };
    edges.sort_unstable();
    Some(CoreCut {
        vertices: ids.to_vec(),
        edges,
        value: cut.value,
        far_side: ids.iter().zip(cut.far_side).filter(|(_, far)| **far == 1).map(|(id, _)| *id).collect(),
    })
}

/// The epochs of the graphs that the cuts published at these epochs speak of.
fn graph_epochs(record: &Record, epochs: &[u64]) -> Result<BTreeSet<u64>, Failure> {
    let mut found = BTreeSet::new();
    for epoch in epochs {
        let entry = record.reader().entry(*epoch).map_err(crate::record::journal_failure)?;
        found.extend(record.body(&entry)?.gate_claim().and_then(|claim| claim.cut).map(|cut| cut.epoch));
    }
    Ok(found)
}

impl Seen {
    fn count(&mut self, watch: &Watch, published: &Cut, now: &Since) {
        let value = explain::fixed(published.value);
        if let Some(spell) = self.spells.last_mut().filter(|spell| spell.first.epoch == watch.split_since.epoch) {
            spell.last = now.clone();
            spell.least = spell.least.min(value);
            spell.greatest = spell.greatest.max(value);
            return;
        }
        if self.spells.len() == SPELLS_MAX {
            self.more_spells += u64::from(now.epoch == watch.split_since.epoch);
            return;
        }
        let (apart, side) = match &watch.split {
            Split::Pieces => (true, &[][..]),
            Split::Off(side) => (false, side.as_slice()),
        };
        self.spells.push(Spell {
            first: now.clone(),
            last: now.clone(),
            apart,
            named: side.iter().take(SPELL_NAMES_MAX).copied().collect(),
            small_side: side.len(),
            least: value,
            greatest: value,
        });
    }
}

impl Watch {
    fn next(before: Option<Self>, found: &CoreCut, published: &Cut, now: Since) -> Self {
        let split = if published.components > 1 { Split::Pieces } else { Split::Off(explain::lesser_side(found)) };
        let (split_since, hash_since) = match before {
            None => (now.clone(), now),
            Some(before) => {
                let same_split = before.split == split;
                let same_hash = before.hash == published.hash;
                let kept = |same, since| if same { since } else { now.clone() };
                (kept(same_split, before.split_since), kept(same_hash, before.hash_since))
            }
        };
        Self { graph_epoch: published.epoch, split, split_since, hash: published.hash, hash_since }
    }
}

/// What is drawn, and of which step.
struct Step<'a> {
    now: Since,
    core: &'static str,
    published: &'a Cut,
    stale: bool,
}

fn draw(step: Step<'_>, watch: &Watch, found: &CoreCut) -> Picture {
    let facts = explain::explain(found);
    Picture {
        epoch: step.now.epoch,
        label: step.now.label,
        graph_epoch: watch.graph_epoch,
        stale: step.stale,
        edges: found.edges.iter().map(|(u, v, weight)| (*u, *v, explain::fixed(*weight))).collect(),
        vertices: found.vertices.clone(),
        components: step.published.components,
        family: step.published.family,
        core: step.core,
        cut: ExplainedCut { facts, split_since: watch.split_since.clone(), hash_since: watch.hash_since.clone() },
    }
}

impl Picture {
    /// The names of its vertices that have one.
    pub(crate) fn names(&self, names: &Names) -> BTreeMap<u64, String> {
        self.vertices.iter().filter_map(|id| Some((*id, names.by_id().get(id)?.clone()))).collect()
    }

    /// What the cut says: sentences, then a table.
    pub(crate) fn in_words(&self, names: &Names) -> String {
        let cut = &self.cut;
        let context = Context {
            subject: if self.core == "all" { "graph" } else { "core" },
            epoch: self.epoch,
            stale: self.stale.then_some(self.graph_epoch),
            vertices: self.vertices.len(),
            family: self.family,
            split_since: &cut.split_since,
            hash_since: &cut.hash_since,
            names,
        };
        let (sentence, rows) = (words::sentence(&cut.facts, &context), words::rows(&cut.facts, &context));
        let rows = if rows.is_empty() { String::new() } else { format!("\n{}", output::pairs(&rows)) };
        format!("{sentence}\n{rows}")
    }
}
