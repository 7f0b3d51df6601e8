//! One tick: ingest, minimum cut, spectral score, evidence, witness, each within its budget.
//!
//! Cut and score speak of a *flight*: the core as it was frozen at one epoch. A flight that does not finish in its
//! tick goes on in later ones; a new one starts when it is through and the graph has changed since. What is published
//! always names the epoch that it speaks of, and a phase's bit is set only if what it published speaks of the graph as it
//! is at the end of this tick.

pub mod pending;
pub mod report;

use crate::arena::{Arena, OutOfMemory};
use crate::config::{Configuration, ConfigurationError, Statistic};
use crate::cut::{CutDigest, CutSearch};
use crate::evidence::Evidence;
use crate::graph::GraphStore;
use crate::profile::Profile;
use crate::snapshot::CoreSnapshot;
use crate::spectral::{self, SpectralSearch};
use crate::work::{Progress, Work};
use codec::Digest;

use pending::{Accepted, Ingested, InputError, Pending};
use report::{Components, CutReport, EvidenceReport, GraphReport, ScoreReport, TickReport, WorkReport};

/// A gate with all its state, in arenas carved from one slab.
pub struct Gate<'a> {
    configuration: Configuration<'a>,
    graph: GraphStore<'a>,
    pending: Pending<'a>,
    snapshot: CoreSnapshot<'a>,
    cut: CutSearch<'a>,
    spectral: SpectralSearch,
    spectral_area: &'a mut [u64],
    evidence: Evidence,
    flight: Flight,
    published_cut: Option<CutReport>,
    published_score: Option<ScoreReport>,
}

/// What is being computed about a frozen core.
struct Flight {
    /// The epoch whose graph it speaks of.
    epoch: u64,
    /// The version of the graph then; `None` before the first flight.
    version: Option<u64>,
    cut: Stage,
    spectral: Stage,
    digest: Option<CutDigest>,
    /// The vertex-set digest of the frozen core, if an earlier flight has left it.
    vertex_set: Option<Digest>,
    /// Whether the certified lower bound is in the published score.
    bounded: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    Through,
}

impl<'a> Gate<'a> {
    /// A gate with an empty graph, from the encoded configuration. `slab` must have [`Profile::slab_words`] words at least.
    ///
    /// # Errors
    /// [`ConfigurationError`] if the configuration is malformed or of another profile, or the slab too small for it.
    pub fn new(configuration: &[u8], profile: Profile, slab: &'a mut [u64]) -> Result<Self, ConfigurationError> {
        let mut arena = Arena::new(slab);
        let protected = arena.take(profile.vertices).map_err(|_| ConfigurationError::Slab)?;
        let configuration = Configuration::decode(configuration, protected)?;
        if configuration.profile != profile {
            return Err(ConfigurationError::OtherProfile);
        }
        Self::carve(configuration, &mut arena).map_err(|_| ConfigurationError::Slab)
    }

    fn carve(configuration: Configuration<'a>, arena: &mut Arena<'a>) -> Result<Self, OutOfMemory> {
        let (vertices, edges) = (configuration.profile.vertices, configuration.profile.edges);
        Ok(Self {
            configuration,
            graph: GraphStore::new(arena, vertices, edges)?,
            pending: Pending::new(arena, configuration.profile.pending)?,
            snapshot: CoreSnapshot::new(arena, vertices, edges)?,
            cut: CutSearch::new(arena, vertices, edges)?,
            spectral: SpectralSearch::new(),
            spectral_area: arena.carve(SpectralSearch::words(vertices, edges))?,
            evidence: Evidence::new(&configuration.policy),
            flight: Flight {
                epoch: 0,
                version: None,
                cut: Stage::Through,
                spectral: Stage::Through,
                digest: None,
                bounded: false,
                vertex_set: None,
            },
            published_cut: None,
            published_score: None,
        })
    }

    /// The active graph.
    #[must_use]
    pub fn graph(&self) -> &GraphStore<'a> {
        &self.graph
    }

    /// The frozen core of the current flight and the search over it, for whoever wants to draw the cut.
    #[must_use]
    pub fn flight(&self) -> (&CoreSnapshot<'a>, &CutSearch<'a>) {
        (&self.snapshot, &self.cut)
    }

    /// Runs one tick on one input (`spec/input.md`).
    ///
    /// # Errors
    /// [`InputError`] if the input is malformed; the gate is then unchanged.
    pub fn tick(&mut self, epoch: u64, input: &[u8]) -> Result<TickReport, InputError> {
        let budget = self.configuration.budget;
        let mut total = Total { left: budget.total };
        let accepted = Accepted::read(input)?;
        if accepted.rearm {
            self.evidence.rearm();
        }

        let mut ingest = total.phase(budget.ingest);
        let ingested =
            self.pending.apply(&mut self.graph, &accepted, self.configuration.loss_scale, &mut ingest, &mut |_, _| {});
        total.settle(&ingest);

        let mut cut = total.phase(budget.cut);
        self.take_off(epoch, &mut cut);
        self.advance_cut(&mut cut);
        total.settle(&cut);

        let mut spectral = total.phase(budget.spectral);
        self.advance_spectral(&mut spectral);
        total.settle(&spectral);

        let mut evidence = total.phase(budget.evidence);
        let statistic = self.statistic(&ingested);
        self.advance_evidence(statistic, &mut evidence);
        total.settle(&evidence);

        let mut witness = total.phase(budget.witness);
        self.advance_digest(&mut witness);
        total.settle(&witness);

        let work = WorkReport {
            total: ingest.used() + cut.used() + spectral.used() + evidence.used() + witness.used(),
            ingest: ingest.used(),
            cut: cut.used(),
            spectral: spectral.used(),
            evidence: evidence.used(),
            witness: witness.used(),
        };
        Ok(self.report(statistic, &ingested, work))
    }

    /// Starts a flight if there is none and the graph is not the one that the last flight spoke of.
    fn take_off(&mut self, epoch: u64, work: &mut Work) {
        let in_flight =
            self.flight.cut == Stage::Running || self.flight.spectral == Stage::Running || self.flight.digest.is_some();
        if in_flight || self.flight.version == Some(self.graph.version()) || work.exhausted() {
            return;
        }
        work.charge(self.snapshot.freeze(&self.graph, self.configuration.core));
        let view = self.snapshot.view();
        self.cut.start(&view, work);
        self.spectral.start(&view);
        self.flight = Flight {
            epoch,
            version: Some(self.graph.version()),
            cut: Stage::Running,
            spectral: Stage::Running,
            digest: None,
            bounded: false,
            vertex_set: self.flight.vertex_set.filter(|_| self.snapshot.same_vertices()),
        };
    }

    fn advance_cut(&mut self, work: &mut Work) {
        if self.flight.cut == Stage::Running && self.cut.advance(work) == Progress::Done {
            self.flight.cut = Stage::Through;
            let kept = self.flight.vertex_set;
            self.flight.digest = Some(kept.map_or_else(CutDigest::start, CutDigest::with_vertex_set));
        }
    }

    fn advance_spectral(&mut self, work: &mut Work) {
        if self.flight.spectral == Stage::Running && self.spectral.advance(self.spectral_area, work) == Progress::Done {
            self.flight.spectral = Stage::Through;
            let score = self.spectral.result().expect("a search that is through has a result");
            self.published_score = Some(ScoreReport {
                epoch: self.flight.epoch,
                score: score.score,
                lower: 0,
                upper: score.upper,
                neg_log2: score.neg_log2_nu2,
            });
        }
        self.bound_score();
    }

    /// The certified lower bound needs the cut of the same flight; it is filled in as soon as that is known.
    fn bound_score(&mut self) {
        if self.flight.bounded || self.flight.cut == Stage::Running || self.flight.spectral == Stage::Running {
            return;
        }
        if let (Some(score), Some(cut)) = (&mut self.published_score, self.cut.result())
            && score.epoch == self.flight.epoch
        {
            let view = self.snapshot.view();
            let lower = spectral::lower_bound(cut.value, view.vertex_count() as u32, self.spectral.max_degree());
            // Both bounds are certain, and the float between them is moved into the interval if it lies outside.
            score.lower = lower.min(score.upper);
            score.score = score.score.max(score.lower);
            self.flight.bounded = true;
        }
    }

    /// This tick's value of the watched statistic, in Q0.32, if what it needs speaks of the graph as it is.
    fn statistic(&self, ingested: &Ingested) -> Option<u32> {
        const ONE: u64 = 1 << 32;
        let fresh = self.pending.is_empty() && self.flight.version == Some(self.graph.version());
        let value = match self.configuration.statistic {
            Statistic::Score | Statistic::OneMinusScore => {
                let published = self.published_score.filter(|_| fresh && self.flight.spectral == Stage::Through)?;
                let score = published.score.min(ONE);
                if self.configuration.statistic == Statistic::Score { score } else { ONE - score }
            }
            Statistic::CutDrop => {
                let found = self.cut.result().filter(|_| fresh && self.flight.cut == Stage::Through)?;
                let reference = u128::from(self.configuration.cut_reference);
                let kept = (u128::from(found.value) << 32).div_ceil(reference);
                ONE.saturating_sub(u64::try_from(kept).unwrap_or(u64::MAX))
            }
            Statistic::ObservationLoss => ingested.mean_loss()?,
        };
        Some(u32::try_from(value).unwrap_or(u32::MAX))
    }

    fn advance_evidence(&mut self, statistic: Option<u32>, work: &mut Work) {
        // An observation that comes while an earlier one is on its way is left out, which was certain before it was seen.
        if self.evidence.advance(work) == Progress::Done
            && let Some(x) = statistic
        {
            self.evidence.observe(u64::from(x));
            self.evidence.advance(work);
        }
    }

    fn advance_digest(&mut self, work: &mut Work) {
        let view = self.snapshot.view();
        let Some(found) = self.cut.result() else { return };
        let Some(digest) = &mut self.flight.digest else { return };
        if digest.advance(view.ids, &found, work) == Progress::Done
            && let Some(digest) = self.flight.digest.take()
        {
            // The next flight begins with it if it finds the same vertices.
            self.flight.vertex_set = Some(digest.vertex_set());
            let far = u64::from(found.far_count);
            self.published_cut = Some(CutReport {
                epoch: self.flight.epoch,
                value: found.value,
                components: found.components,
                small_side: far.min(view.vertex_count() as u64 - far),
                family: found.family,
                hash: digest.finish(),
            });
        }
    }

    fn report(&self, statistic: Option<u32>, ingested: &Ingested, work: WorkReport) -> TickReport {
        let view = self.snapshot.view();
        let ingest = self.pending.is_empty();
        let current = ingest && self.flight.version == Some(self.graph.version());
        let cut = current && self.flight.cut == Stage::Through;
        let spectral = current && self.flight.spectral == Stage::Through;
        let (fail_bits, pass_bits) = self.evidence.bits();
        let (fail_threshold, pass_threshold) = self.evidence.thresholds();
        let in_256ths = |bits: u32| i32::try_from(bits * 256).unwrap_or(i32::MAX);
        TickReport {
            decision: self.evidence.decision(),
            completed: Components {
                ingest,
                cut,
                spectral,
                evidence: !self.evidence.pending(),
                witness: cut && self.flight.digest.is_none(),
            },
            work,
            graph: GraphReport {
                vertices: self.graph.vertex_count() as u64,
                edges: self.graph.edge_count() as u64,
                core_vertices: view.vertex_count() as u64,
                core_edges: view.edge_count() as u64,
                version: self.graph.version(),
            },
            cut: self.published_cut,
            score: self.published_score,
            evidence: EvidenceReport {
                hash: self.evidence.digest(),
                statistic,
                fail_bits,
                fail_threshold: in_256ths(fail_threshold),
                pass_bits,
                pass_threshold: in_256ths(pass_threshold),
                episode: self.evidence.episode(),
                latched: self.evidence.latched(),
                observations: self.evidence.ticks(),
            },
            refused: ingested.refused,
        }
    }
}

/// What is left of a tick's whole budget.
struct Total {
    left: u64,
}

impl Total {
    /// The work that a phase may do: its own part, or what is left of the whole.
    fn phase(&self, part: u64) -> Work {
        Work::new(part.min(self.left))
    }

    /// Takes what a phase used, which may pass its limit by the distance between two checkpoints.
    fn settle(&mut self, work: &Work) {
        self.left = self.left.saturating_sub(work.used());
    }
}
