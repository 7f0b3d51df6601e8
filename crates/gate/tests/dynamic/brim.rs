//! A profile that is full of vertices and edges and stays so: what goes makes room for what comes, and nothing else is refused.

use std::collections::BTreeSet;

use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::evidence::EvidencePolicy;
use gate::graph::DeltaRefusal;
use gate::profile::Profile;
use gate::tick::Gate;
use gate::tick::report::{CutReport, ScoreReport, TickReport};

use crate::random::Random;
use crate::reference::Reference;
use crate::streams::{Delta, UNIT, input};
use crate::trial::spread;

/// Parts of the whole in which work is compared.
pub(crate) const PARTS: usize = 10;

/// What was counted.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) ticks: u64,
    pub(crate) deltas: u64,
    /// Refusals by their numbers, accepted deltas at 0.
    pub(crate) outcomes: [u64; 10],
    /// Ticks at whose end the cut was known.
    pub(crate) fresh: u64,
    /// Equal to a static search.
    pub(crate) hashes: u64,
    /// For each part, units of ingest and of the cut; and deltas.
    pub(crate) units: [[u64; 3]; PARTS],
}

impl Held {
    /// Units of ingest that a delta costs in the last part, to those in the first: 1 if nothing wears out.
    pub(crate) fn drift(&self) -> f64 {
        let [first, last] = [0, PARTS - 1].map(|part| self.units[part][0] as f64 / self.units[part][2] as f64);
        last / first
    }
}

/// The graph beside the gate, with all that the next delta is drawn from.
struct Brim {
    profile: Profile,
    random: Random,
    reference: Reference,
    edges: Vec<(u64, u64)>,
    ids: Vec<u64>,
    named: u64,
    /// What fills the graph again after something went.
    refill: Vec<Delta>,
}

/// Fills the profile, holds it full for so many deltas, ten in a tick, and searches from scratch `checks` times.
///
/// # Panics
/// If the gate refuses what it has room for, or takes what it has none for, or says another cut than a search, or in the end
/// anything else than a gate that never saw anything but the edges that are left.
pub(crate) fn hold(profile: Profile, deltas: u64, checks: u64) -> Held {
    let (configuration, mut slab) = (encoded(profile), vec![0; profile.slab_words()]);
    let mut gate = Gate::new(&configuration, profile, &mut slab).expect("a sound configuration");
    let mut brim = Brim::new(profile);
    let first: Vec<Delta> = brim.edges.iter().map(|ends| brim.delta(*ends)).collect();
    let mut held = Held::default();
    let mut epoch = 0;
    let mut number = 0;
    let mut tick = |deltas: &[Delta], refusals: &[(u64, u8)]| {
        let report = gate.tick(epoch, &input(deltas)).expect("a sound input");
        assert_eq!(report.refused.count, refusals.len() as u64, "{} at epoch {epoch}", profile.name);
        let named: Vec<(u64, u8)> =
            report.refused.first.iter().flatten().map(|(number, reason)| (*number, *reason as u8)).collect();
        assert_eq!(named, refusals[..refusals.len().min(8)], "{} at epoch {epoch}", profile.name);
        epoch += 1;
        (epoch - 1, report)
    };
    tick(&first, &[]);
    number += first.len() as u64;
    while !tick(&[], &[]).1.completed.witness {}
    let mut due = 0;
    while held.deltas < deltas {
        let mut refusals = Vec::new();
        let sent: Vec<Delta> = (0..10)
            .map(|place| {
                let (delta, outcome) = brim.next();
                held.outcomes[outcome.map_or(0, |reason| reason as usize)] += 1;
                refusals.extend(outcome.map(|reason| (number + place, reason as u8)));
                delta
            })
            .collect();
        let (now, report) = tick(&sent, &refusals);
        number += sent.len() as u64;
        let part = (held.deltas * PARTS as u64 / deltas) as usize;
        let sums = [report.work.ingest, report.work.cut, sent.len() as u64];
        held.units[part].iter_mut().zip(sums).for_each(|(sum, units)| *sum += units);
        held.deltas += sent.len() as u64;
        held.ticks += 1;
        held.fresh += u64::from(report.completed.cut);
        brim.check_sizes(&report);
        if held.deltas * checks / deltas > due && report.completed.witness {
            due = held.deltas * checks / deltas;
            assert_eq!(report.cut, Some(brim.reference.answer(Core::All).report(now)), "{}", profile.name);
            held.hashes += 1;
        }
    }
    let report = loop {
        let (_, report) = tick(&[], &[]);
        if report.completed.witness && report.completed.spectral {
            break report;
        }
    };
    assert_eq!(timeless(&report), brim.afresh(), "{}: the same as a gate that loads these edges", profile.name);
    assert_eq!(slab.len(), profile.slab_words());
    held
}

impl Brim {
    /// A ring over all vertices, then random chords, as many as there is room for.
    fn new(profile: Profile) -> Self {
        let n = profile.vertices as u64;
        let mut brim = Self {
            profile,
            random: Random(0x5eed_0420 + u64::from(profile.number)),
            reference: Reference::default(),
            edges: Vec::new(),
            ids: (0..n).map(spread).collect(),
            named: n,
            refill: Vec::new(),
        };
        for at in 0..n as usize {
            let weight = brim.weight();
            brim.take(Delta::Add(brim.ids[at], brim.ids[(at + 1) % brim.ids.len()], weight));
        }
        while brim.edges.len() < profile.edges {
            let delta = brim.chord();
            brim.take(delta);
        }
        brim
    }

    /// A sound delta, in this graph.
    fn take(&mut self, delta: Delta) {
        if let Delta::Add(u, v, _) = delta {
            self.edges.push((u, v));
        }
        self.reference.apply(delta);
    }

    fn delta(&self, (u, v): (u64, u64)) -> Delta {
        Delta::Add(u, v, self.reference.edges[&(u.min(v), u.max(v))])
    }

    fn weight(&mut self) -> u64 {
        if self.random.chance(200) { (1 + self.random.below(3)) * UNIT } else { 1 + self.random.below(UNIT) }
    }

    /// An edge that is not there, between vertices that are.
    fn chord(&mut self) -> Delta {
        loop {
            let (u, v) = (self.random.pick(&self.ids), self.random.pick(&self.ids));
            if u != v && !self.reference.edges.contains_key(&(u.min(v), u.max(v))) {
                return Delta::Add(u, v, self.weight());
            }
        }
    }

    /// The next delta, and the refusal that it should meet: a full graph takes neither an edge nor a vertex.
    fn next(&mut self) -> (Delta, Option<DeltaRefusal>) {
        if let Some(delta) = self.refill.pop() {
            self.take(delta);
            return (delta, None);
        }
        let full = self.edges.len() == self.profile.edges && self.ids.len() == self.profile.vertices;
        assert!(full, "the profile is at its brim");
        match self.random.below(16) {
            0 => (self.chord(), Some(DeltaRefusal::EdgeCapacity)),
            1 => {
                (Delta::Add(self.random.pick(&self.ids), spread(self.named), UNIT), Some(DeltaRefusal::VertexCapacity))
            }
            2 => {
                let (u, v) = self.random.pick(&self.edges);
                (Delta::Add(v, u, UNIT), Some(DeltaRefusal::EdgeExists))
            }
            3 => (Delta::Remove(spread(self.named), spread(self.named + 1)), Some(DeltaRefusal::NoSuchEdge)),
            4..=8 => {
                let (u, v) = self.random.pick(&self.edges);
                let old = self.reference.edges[&(u.min(v), u.max(v))];
                let weight = Some(self.weight()).filter(|weight| *weight != old).unwrap_or(old + 1);
                self.take(Delta::Update(u, v, weight));
                (Delta::Update(u, v, weight), None)
            }
            9..=10 => (self.replace_vertex(), None),
            _ => (self.replace_edge(), None),
        }
    }

    /// An edge goes whose ends have others, and another one comes.
    fn replace_edge(&mut self) -> Delta {
        loop {
            let at = self.random.below(self.edges.len() as u64) as usize;
            let (u, v) = self.edges[at];
            if [u, v].iter().all(|id| self.reference.degrees[id] > 1) {
                let chord = self.chord();
                self.refill.push(chord);
                self.edges.swap_remove(at);
                self.reference.apply(Delta::Remove(u, v));
                return Delta::Remove(u, v);
            }
        }
    }

    /// A vertex goes edge by edge, and another one comes in its place.
    fn replace_vertex(&mut self) -> Delta {
        let (mut at, mut row);
        loop {
            at = self.random.below(self.ids.len() as u64) as usize;
            let id = self.ids[at];
            row = self.edges.iter().copied().filter(|(u, v)| *u == id || *v == id).collect::<Vec<_>>();
            let others = row.iter().all(|(u, v)| self.reference.degrees[if *u == id { v } else { u }] > 1);
            if row.len() <= 40 && others {
                break;
            }
        }
        let old = self.ids[at];
        self.ids.swap_remove(at);
        let new = spread(self.named);
        self.named += 1;
        let mut chosen = BTreeSet::new();
        while chosen.len() < row.len() {
            chosen.insert(self.random.pick(&self.ids));
        }
        self.ids.push(new);
        // The last is the first to come.
        self.refill = chosen.into_iter().map(|beside| Delta::Add(beside, new, UNIT)).collect();
        for at in 0..self.refill.len() {
            if let Delta::Add(u, v, _) = self.refill[at] {
                self.refill[at] = Delta::Add(u, v, self.weight());
            }
        }
        self.edges.retain(|(u, v)| *u != old && *v != old);
        let goes = row[1..].iter().map(|(u, v)| Delta::Remove(*u, *v));
        self.refill.extend(goes);
        let (u, v) = row[0];
        self.reference.apply(Delta::Remove(u, v));
        Delta::Remove(u, v)
    }

    fn check_sizes(&self, report: &TickReport) {
        let sizes = (self.reference.degrees.len() as u64, self.reference.edges.len() as u64);
        assert_eq!((report.graph.vertices, report.graph.edges), sizes);
        assert!(report.completed.ingest, "no delta waits");
    }

    /// What a gate finds that loads the edges in another order.
    fn afresh(&mut self) -> (Option<CutReport>, Option<ScoreReport>, [u64; 4]) {
        let mut slab = vec![0; self.profile.slab_words()];
        let mut gate = Gate::new(&encoded(self.profile), self.profile, &mut slab).expect("a sound configuration");
        let mut edges: Vec<Delta> =
            self.reference.edges.iter().map(|((u, v), weight)| Delta::Add(*v, *u, *weight)).collect();
        self.random.shuffle(&mut edges);
        let mut report = gate.tick(0, &input(&edges)).expect("a sound input");
        for epoch in 1.. {
            if report.completed.witness && report.completed.spectral {
                break;
            }
            report = gate.tick(epoch, &input(&[])).expect("a sound input");
        }
        timeless(&report)
    }
}

fn timeless(report: &TickReport) -> (Option<CutReport>, Option<ScoreReport>, [u64; 4]) {
    let graph = report.graph;
    let cut = report.cut.map(|cut| CutReport { epoch: 0, ..cut });
    let score = report.score.map(|score| ScoreReport { epoch: 0, ..score });
    (cut, score, [graph.vertices, graph.edges, graph.core_vertices, graph.core_edges])
}

fn encoded(profile: Profile) -> Vec<u8> {
    let much = 1 << 50;
    let configuration = Configuration {
        meter: 1 << 40,
        profile,
        core: Core::All,
        statistic: Statistic::OneMinusScore,
        policy: EvidencePolicy { null_mean: 1 << 31, margin: 1 << 20, fail_bits: 20, pass_bits: 20, cool_down: 0 },
        loss_scale: 1.0,
        cut_reference: UNIT,
        budget: ContainerEpochBudget {
            total: 1 << 60,
            ingest: much,
            cut: 200_000,
            spectral: 20_000,
            evidence: much,
            witness: much,
        },
    };
    let mut bytes = Vec::new();
    configuration.encode(&mut bytes);
    bytes
}
