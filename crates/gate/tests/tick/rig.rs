//! What every test here needs: configurations, inputs, gates on slabs of their own.

use codec::Encoder;
use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::evidence::EvidencePolicy;
use gate::profile::Profile;
use gate::tick::Gate;
use gate::tick::report::{CutReport, ScoreReport, TickReport};

/// Enough for any graph here in one tick.
pub(crate) const GENEROUS: ContainerEpochBudget = ContainerEpochBudget {
    total: 1 << 60,
    ingest: 1 << 50,
    cut: 1 << 50,
    spectral: 1 << 50,
    evidence: 1 << 50,
    witness: 1 << 50,
};

/// One in 32.32.
pub(crate) const UNIT: u64 = 1 << 32;

/// The whole graph, the score, generous budgets.
pub(crate) fn configuration(profile: Profile) -> Configuration<'static> {
    Configuration {
        meter: 1 << 40,
        profile,
        core: Core::All,
        statistic: Statistic::Score,
        policy: EvidencePolicy { null_mean: 3 << 30, margin: 1 << 20, fail_bits: 7, pass_bits: 7, cool_down: 0 },
        loss_scale: 1.0,
        cut_reference: UNIT,
        budget: GENEROUS,
    }
}

/// A delta as a test means it, sound or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Delta {
    Add(u64, u64, u64),
    Remove(u64, u64),
    Update(u64, u64, u64),
    Observe(u64, Vec<u8>),
    Rearm,
}

impl Delta {
    /// An observation of these values.
    pub(crate) fn observe(vertex: u64, values: &[f32]) -> Self {
        Self::Observe(vertex, values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }
}

/// The input's one encoding.
pub(crate) fn input(deltas: &[Delta]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut cbor = Encoder::new(&mut bytes);
    cbor.array(2).uint(1).array(deltas.len() as u64);
    for delta in deltas {
        match delta {
            Delta::Add(u, v, weight) => cbor.array(4).uint(0).uint(*u).uint(*v).uint(*weight),
            Delta::Remove(u, v) => cbor.array(3).uint(1).uint(*u).uint(*v),
            Delta::Update(u, v, weight) => cbor.array(4).uint(2).uint(*u).uint(*v).uint(*weight),
            Delta::Observe(vertex, values) => cbor.array(3).uint(3).uint(*vertex).bytes(values),
            Delta::Rearm => cbor.array(1).uint(4),
        };
    }
    bytes
}

/// The configuration's one encoding.
pub(crate) fn encoded(configuration: &Configuration<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    configuration.encode(&mut bytes);
    bytes
}

/// A gate on a slab of its own, which counts epochs from 0.
pub(crate) struct Rig {
    pub(crate) gate: Gate<'static>,
    pub(crate) epoch: u64,
}

impl Rig {
    /// With an empty graph. The slab is never given back: tests are short.
    pub(crate) fn new(configuration: &Configuration<'_>) -> Self {
        let slab = Vec::leak(vec![0; configuration.profile.slab_words()]);
        Self::on(configuration, slab)
    }

    /// The same on this slab, whatever it holds.
    pub(crate) fn on(configuration: &Configuration<'_>, slab: &'static mut [u64]) -> Self {
        let gate = Gate::new(&encoded(configuration), configuration.profile, slab).expect("a sound configuration");
        Self { gate, epoch: 0 }
    }

    /// One tick with these deltas.
    pub(crate) fn tick(&mut self, deltas: &[Delta]) -> TickReport {
        let report = self.gate.tick(self.epoch, &input(deltas)).expect("a sound input");
        self.epoch += 1;
        report
    }

    /// Ticks until all edges are in, then one more empty one. For generous budgets.
    pub(crate) fn load(&mut self, edges: &[(u64, u64, u64)]) -> TickReport {
        let deltas: Vec<Delta> = edges.iter().map(|(u, v, weight)| Delta::Add(*u, *v, *weight)).collect();
        for part in deltas.chunks(64) {
            assert_eq!(self.tick(part).refused.count, 0);
        }
        self.tick(&[])
    }
}

/// A cut report without its epoch.
pub(crate) fn timeless_cut(report: &TickReport) -> Option<CutReport> {
    report.cut.map(|cut| CutReport { epoch: 0, ..cut })
}

/// A score report without its epoch.
pub(crate) fn timeless_score(report: &TickReport) -> Option<ScoreReport> {
    report.score.map(|score| ScoreReport { epoch: 0, ..score })
}
