//! A gate under a stream of deltas beside a reference: whatever it publishes must be right for the epoch that it names.

use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::evidence::EvidencePolicy;
use gate::profile::Profile;
use gate::tick::Gate;
use gate::tick::report::{CutReport, TickReport};

use crate::counts::Counts;
use crate::lemon::Lemon;
use crate::reference::{Answer, Reference};
use crate::storm::Storm;
use crate::streams::{Delta, Model, Stream, UNIT, input};

/// Where the deltas come from.
pub(crate) enum Source {
    Bench(Model),
    Storm(Storm),
}

impl Source {
    pub(crate) const NAMES: [&str; 5] = ["uniform", "near-cut", "window", "storm", "rising"];

    /// By its name, on this graph. A storm stays within `limits` of vertices and edges.
    pub(crate) fn new(name: &str, edges: &[(u64, u64, u64)], vertices: u64, limits: [usize; 2], seed: u64) -> Self {
        match Stream::ALL.into_iter().find(|(_, word)| *word == name) {
            Some((stream, _)) => Self::Bench(Model::new(edges, vertices, stream)),
            None => Self::Storm(Storm::new(edges, vertices, limits, seed, name == "rising")),
        }
    }

    pub(crate) fn deltas(&mut self, count: usize) -> Vec<Delta> {
        match self {
            Self::Bench(model) => model.deltas(count),
            Self::Storm(storm) => storm.deltas(count),
        }
    }
}

/// Budgets that bound the cut, and beside it the ingest of deltas, the score and the hash as far as it is said.
pub(crate) fn budget(cut: u64) -> ContainerEpochBudget {
    let much = 1 << 50;
    ContainerEpochBudget { total: 1 << 60, ingest: much, cut, spectral: 0, evidence: much, witness: much }
}

/// The smallest profile for a graph of this size that grows a little.
pub(crate) fn profile(vertices: u64, edges: usize) -> Profile {
    let fits = |profile: &Profile| profile.vertices as u64 >= vertices && profile.edges >= edges;
    Profile::ALL.into_iter().find(fits).expect("a profile that holds the graph")
}

/// A gate and all that was sent to it.
pub(crate) struct Trial<'s> {
    pub(crate) gate: Gate<'s>,
    settings: Configuration<'s>,
    /// Edges to load in one tick.
    load: usize,
    /// Whether ids outside are spread over all 64 bits, in another order than the stream's.
    pub(crate) spread: bool,
    epoch: u64,
    /// Every delta that was sent, and how many of them the graph had taken at the end of each epoch.
    log: Vec<Delta>,
    taken: Vec<usize>,
    /// The graph as it is, and the one that a cut published late speaks of; with the number of deltas in each.
    now: (Reference, usize),
    past: (Reference, usize),
    last: Option<TickReport>,
    /// Ticks since the cut was known.
    stale: u64,
    /// A sweep ended in the last tick, and its result is for the epoch at which it took off.
    landed: bool,
    pub(crate) counts: Counts,
}

impl<'s> Trial<'s> {
    /// An empty gate on this slab, which grows to what the profile needs.
    pub(crate) fn new(core: Core<'s>, profile: Profile, budget: ContainerEpochBudget, slab: &'s mut Vec<u64>) -> Self {
        let settings = Configuration {
            meter: 1 << 40,
            profile,
            core,
            statistic: Statistic::CutDrop,
            policy: EvidencePolicy { null_mean: 1 << 31, margin: 1 << 20, fail_bits: 20, pass_bits: 20, cool_down: 0 },
            loss_scale: 1.0,
            cut_reference: 64 * UNIT,
            budget,
        };
        let mut bytes = Vec::new();
        settings.encode(&mut bytes);
        slab.resize(profile.slab_words(), 0);
        // What the budget does not allow at once has to wait, and there is room for so much.
        let load = if budget.ingest > 1 << 40 { usize::MAX } else { profile.pending };
        Self {
            gate: Gate::new(&bytes, profile, slab).expect("a sound configuration"),
            settings,
            load,
            spread: false,
            epoch: 0,
            log: Vec::new(),
            taken: Vec::new(),
            now: (Reference::default(), 0),
            past: (Reference::default(), 0),
            last: None,
            stale: 0,
            landed: false,
            counts: Counts::default(),
        }
    }

    /// Ticks with the graph's edges, which count as no deltas.
    pub(crate) fn load(&mut self, edges: &[(u64, u64, u64)]) {
        let deltas: Vec<Delta> = edges.iter().map(|(u, v, weight)| Delta::Add(*u, *v, weight * UNIT)).collect();
        for part in deltas.chunks(self.load) {
            while !self.tick(&[]).completed.ingest {}
            self.tick(part);
        }
        while !self.tick(&[]).completed.ingest {}
        // What is known of the graph before that does not count.
        self.counts = Counts::default();
        self.stale = 0;
        self.landed = false;
    }

    /// Empty ticks until the cut is hashed.
    pub(crate) fn settle(&mut self) {
        let begin = self.epoch;
        while !self.tick(&[]).completed.witness {
            assert!(self.epoch - begin < 1_000_000, "without deltas every sweep comes to its end");
        }
    }

    /// One tick, with all that is known of it without a search.
    pub(crate) fn tick(&mut self, deltas: &[Delta]) -> TickReport {
        let sent: Vec<Delta> = deltas.iter().map(|delta| self.outside(*delta)).collect();
        let report = self.gate.tick(self.epoch, &input(&sent)).expect("a sound input");
        assert_eq!(report.refused.count, 0, "every delta is sound: {:?}", report.refused);
        self.log.extend(sent);
        // Every delta that a stream makes is one change, so that the graph's version counts them.
        self.taken.push(report.graph.version as usize);
        advance(&mut self.now, &self.log[..report.graph.version as usize]);
        assert_eq!(report.completed.ingest, self.log.len() == report.graph.version as usize);
        let sizes = (self.now.0.degrees.len() as u64, self.now.0.edges.len() as u64);
        assert_eq!((report.graph.vertices, report.graph.edges), sizes);
        self.check_words(&report);
        self.count(&report, deltas.len());
        self.last = Some(report);
        self.epoch += 1;
        report
    }

    /// What the report may not say at the same time.
    fn check_words(&self, report: &TickReport) {
        let done = report.completed;
        assert_eq!(done.cut, report.evidence.statistic.is_some(), "a statistic speaks of a known cut");
        assert!(done.ingest || !(done.cut || done.witness), "what waits is not in the cut");
        assert!(done.cut || !done.witness, "what is not known is not hashed");
        let spoken_of = report.cut.map(|cut| cut.epoch);
        assert!(spoken_of <= Some(self.epoch), "nobody knows the future");
        assert!(!done.witness || spoken_of == Some(self.epoch), "a hashed cut speaks of now");
        let before = self.last.and_then(|last| last.cut).map(|cut| cut.epoch);
        assert!(spoken_of >= before, "what was known is not forgotten");
    }

    fn count(&mut self, report: &TickReport, deltas: usize) {
        let counts = &mut self.counts;
        counts.ticks += 1;
        counts.deltas += deltas as u64;
        counts.fresh += u64::from(report.completed.cut);
        counts.hashed += u64::from(report.completed.witness);
        counts.units += report.work.total;
        // A sweep that ends without being carried over is published for the epoch at which it took off.
        let spoken_of = |report: &TickReport| report.cut.map(|cut| cut.epoch);
        let landed = !report.completed.cut && self.last.is_some_and(|last| spoken_of(&last) != spoken_of(report));
        counts.swept_again += u64::from(landed && self.stale > 0);
        // The cut was not known at the end of two ticks, and no sweep ended in the second, so that one was on its way before
        // this tick's deltas.
        counts.carried += u64::from(report.completed.cut && self.stale >= 2 && deltas > 0 && !self.landed);
        self.landed = landed;
        counts.spells += u64::from(!report.completed.cut && self.stale == 0);
        self.stale = if report.completed.cut { 0 } else { self.stale + 1 };
        counts.longest = counts.longest.max(self.stale);
        counts.oldest = counts.oldest.max(report.cut.map_or(0, |cut| self.epoch - cut.epoch));
    }

    /// Whether the last tick ended with its cut known.
    pub(crate) fn is_fresh(&self) -> bool {
        self.stale == 0
    }

    /// Searches for the cut from scratch, and compares.
    pub(crate) fn check(&mut self, lemon: Option<&Lemon>) {
        let Some(report) = self.last else { return };
        let Some(published) = report.cut else { return };
        let epoch = self.epoch - 1;
        let current = self.gate.cut().is_some() || report.completed.cut || published.epoch == epoch;
        if current {
            let answer = self.now.0.answer(self.settings.core);
            self.counts.searched += answer.found.work;
            self.compare(&answer, &report, epoch);
            if published.epoch == epoch {
                self.compare_hash(&answer, published);
            }
            self.with_lemon(&answer, lemon);
        }
        if published.epoch < epoch {
            let taken = self.taken[published.epoch as usize];
            advance(&mut self.past, &self.log[..taken]);
            let answer = self.past.0.answer(self.settings.core);
            self.counts.searched += answer.found.work;
            self.compare_hash(&answer, published);
            self.with_lemon(&answer, lemon);
            self.counts.late += 1;
        }
    }

    /// What is known of the graph as it is now, beside the hash.
    fn compare(&mut self, answer: &Answer, report: &TickReport, epoch: u64) {
        let found = &answer.found;
        let place = (epoch, self.settings.core, self.settings.budget.cut);
        if let Some((ids, cut)) = self.gate.cut() {
            assert_eq!(ids, answer.core.ids, "{place:?}");
            let said = (cut.value, cut.components, cut.first_separable, cut.family);
            assert_eq!(said, (found.value, found.components, found.first_separable, found.family), "{place:?}");
            assert!(cut.far_side.iter().map(|far| *far == 1).eq(found.far_side.iter().copied()), "{place:?}");
            assert!(cut.atom.iter().map(|label| u32::from(*label)).eq(found.atom.iter().copied()), "{place:?}");
            self.counts.views += 1;
        }
        if report.completed.cut {
            let kept = (u128::from(found.value) << 32).div_ceil(u128::from(self.settings.cut_reference));
            let expected = (1_u64 << 32).saturating_sub(kept as u64).min(u64::from(u32::MAX)) as u32;
            assert_eq!(report.evidence.statistic, Some(expected), "{place:?}");
            let core = (report.graph.core_vertices, report.graph.core_edges);
            assert_eq!(core, (answer.core.ids.len() as u64, answer.core.core().edge_count() as u64), "{place:?}");
            self.counts.values += 1;
        }
    }

    fn compare_hash(&mut self, answer: &Answer, published: CutReport) {
        let place = (self.epoch - 1, self.settings.core, self.settings.budget.cut);
        assert_eq!(published, answer.report(published.epoch), "{place:?}");
        self.counts.hashes += 1;
        self.counts.apart += u64::from(answer.found.value == 0);
        self.counts.families += u64::from(answer.found.family > 1);
    }

    fn with_lemon(&mut self, answer: &Answer, lemon: Option<&Lemon>) {
        if let Some(lemon) = lemon
            && answer.core.ids.len() > 1
        {
            assert_eq!(lemon.value(&answer.core), answer.found.value, "LEMON at epoch {}", self.epoch - 1);
            self.counts.lemon += 1;
        }
    }

    /// The delta as the gate sees it.
    fn outside(&self, delta: Delta) -> Delta {
        let id = |id: u64| if self.spread { spread(id) } else { id };
        match delta {
            Delta::Add(u, v, weight) => Delta::Add(id(u), id(v), weight),
            Delta::Remove(u, v) => Delta::Remove(id(u), id(v)),
            Delta::Update(u, v, weight) => Delta::Update(id(u), id(v), weight),
        }
    }
}

/// Different ids stay different: each step can be undone (Steele, Lea and Flood, 2014).
pub(crate) fn spread(id: u64) -> u64 {
    let z = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Brings the graph to the end of these deltas.
fn advance((graph, taken): &mut (Reference, usize), log: &[Delta]) {
    log[*taken..].iter().for_each(|delta| graph.apply(*delta));
    *taken = log.len();
}
