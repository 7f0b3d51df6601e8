//! One tick: ingest, minimum cut, spectral score, evidence, witness, each within its budget.
//!
//! The minimum cut follows every change where a delta rule can tell; where none can, a sweep takes off on a copy of the core and
//! goes on over later ticks. The score is always computed in such a flight. What is published names the epoch of the graph
//! that it speaks of, and a phase's bit is set only if what it published speaks of the graph as it is at the end of this tick.
//!
//! | module | concept |
//! | --- | --- |
//! | [`pending`] | deltas between input and graph |
//! | `membership` | the core, followed change by change |
//! | `minimum` | the phase of the minimum cut |
//! | `changes` | what changed during a sweep |
//! | `labels` | what the cut says of each vertex |
//! | `scoring` | the phase of the score |
//! | [`report`] | what a tick found |

mod changes;
mod labels;
mod membership;
mod minimum;
pub mod pending;
pub mod report;
mod scoring;

use crate::arena::{Arena, OutOfMemory};
use crate::config::{Configuration, ConfigurationError, Statistic};
use crate::cut::rules::Dynamic;
use crate::cut::{Cut, Search};
use crate::evidence::Evidence;
use crate::graph::{CoreRows, GraphStore};
use crate::profile::Profile;
use crate::spectral::SpectralSearch;
use crate::work::{Progress, Work};

use minimum::{Ground, Minimum};
use pending::{Accepted, Ingested, InputError, Pending};
use report::{Components, EvidenceReport, GraphReport, TickReport, WorkReport};
use scoring::Scoring;

/// A gate with all its state, in arenas carved from one slab.
pub struct Gate<'a> {
    configuration: Configuration<'a>,
    graph: GraphStore<'a>,
    pending: Pending<'a>,
    minimum: Minimum<'a>,
    scoring: Scoring,
    evidence: Evidence,
    /// Where sweeps and scores fly: [`area_words`].
    area: &'a mut [u64],
}

/// Words of the flight area: a sweep has it alone, a score shares it with the delta rules.
const fn area_words(vertices: usize, edges: usize) -> usize {
    // The core is numbered in the front of a sweep's area, or in the scratch of the rules.
    assert!(CoreRows::words(vertices) <= Search::front_words(vertices));
    assert!(CoreRows::words(vertices) <= Dynamic::words(vertices));
    let sweep = Search::words(vertices, edges);
    let shared = Dynamic::words(vertices) + SpectralSearch::words(vertices, edges);
    if sweep > shared { sweep } else { shared }
}

impl<'a> Gate<'a> {
    /// Words of the slab for this capacity, beside what the configuration takes.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize, pending: usize) -> usize {
        GraphStore::words(vertices, edges)
            + Pending::words(pending)
            + Minimum::words(vertices, pending)
            + area_words(vertices, edges)
    }

    /// A gate with an empty graph, from the encoded configuration. `slab` must have [`Profile::slab_words`] words at least.
    ///
    /// # Errors
    /// [`ConfigurationError`] if the configuration is malformed or of another profile, or the slab too small for it.
    pub fn new(configuration: &[u8], profile: Profile, slab: &'a mut [u64]) -> Result<Self, ConfigurationError> {
        let mut arena = Arena::new(slab);
        let protected = arena.take(profile.protected).map_err(|_| ConfigurationError::Slab)?;
        let configuration = Configuration::decode(configuration, protected)?;
        if configuration.profile != profile {
            return Err(ConfigurationError::OtherProfile);
        }
        Self::carve(configuration, &mut arena).map_err(|_| ConfigurationError::Slab)
    }

    fn carve(configuration: Configuration<'a>, arena: &mut Arena<'a>) -> Result<Self, OutOfMemory> {
        let Profile { vertices, edges, pending, .. } = configuration.profile;
        Ok(Self {
            configuration,
            graph: GraphStore::new(arena, vertices, edges)?,
            pending: Pending::new(arena, pending)?,
            minimum: Minimum::new(arena, vertices, pending)?,
            scoring: Scoring::new(),
            evidence: Evidence::new(&configuration.policy),
            area: arena.take(area_words(vertices, edges))?,
        })
    }

    /// The active graph.
    #[must_use]
    pub fn graph(&self) -> &GraphStore<'a> {
        &self.graph
    }

    /// The external ids of the core, ascending, and its cut, whose vertices are numbered in that order; if both are known of
    /// the graph as it is now.
    #[must_use]
    pub fn cut(&self) -> Option<(&[u64], Cut<'_>)> {
        self.minimum.view()
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

        // The rules follow the graph while it changes; what they may use is what ingest cannot.
        let mut ingest = total.phase(budget.ingest);
        let mut cut = Work::new(budget.cut.min(total.left.saturating_sub(budget.ingest)));
        let ingested = self.ingest(epoch, &accepted, &mut ingest, &mut cut);
        total.settle(&ingest);
        cut.relimit(budget.cut.min(total.left));
        self.advance_cut(epoch, &mut cut);
        total.settle(&cut);

        let mut spectral = total.phase(budget.spectral);
        self.advance_score(epoch, &mut spectral);
        total.settle(&spectral);

        let mut evidence = total.phase(budget.evidence);
        let statistic = self.statistic(&ingested);
        self.advance_evidence(statistic, &mut evidence);
        total.settle(&evidence);

        let mut witness = total.phase(budget.witness);
        self.minimum.hash(epoch, &mut witness);
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

    fn ingest(&mut self, epoch: u64, accepted: &Accepted<'_>, ingest: &mut Work, cut: &mut Work) -> Ingested {
        let (core, scale) = (self.configuration.core, self.configuration.loss_scale);
        let Self { graph, pending, minimum, area, .. } = self;
        minimum.expect(pending.len() as u64 + accepted.deltas());
        pending.apply(graph, accepted, scale, ingest, &mut |graph, change| {
            minimum.note(&mut Ground { epoch, graph, core, area }, change, cut);
        })
    }

    fn advance_cut(&mut self, epoch: u64, work: &mut Work) {
        let core = self.configuration.core;
        let Self { graph, minimum, scoring, area, .. } = self;
        minimum.advance(&mut Ground { epoch, graph, core, area }, scoring, work);
    }

    fn advance_score(&mut self, epoch: u64, work: &mut Work) {
        let core = self.configuration.core;
        let without_cut = self.configuration.budget.cut == 0;
        let Self { graph, minimum, scoring, area, .. } = self;
        scoring.advance(&mut Ground { epoch, graph, core, area }, minimum, without_cut, work);
    }

    /// This tick's value of the watched statistic, in Q0.32, if what it needs speaks of the graph as it is.
    fn statistic(&self, ingested: &Ingested) -> Option<u32> {
        const ONE: u64 = 1 << 32;
        let value = match self.configuration.statistic {
            Statistic::Score | Statistic::OneMinusScore => {
                let score =
                    self.scoring.fresh(self.graph.version()).filter(|_| self.pending.is_empty())?.score.min(ONE);
                if self.configuration.statistic == Statistic::Score { score } else { ONE - score }
            }
            Statistic::CutDrop => {
                let found = self.minimum.value(self.configuration.core).filter(|_| self.pending.is_empty())?;
                let reference = u128::from(self.configuration.cut_reference);
                let kept = (u128::from(found) << 32).div_ceil(reference);
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

    fn report(&self, statistic: Option<u32>, ingested: &Ingested, work: WorkReport) -> TickReport {
        let ingest = self.pending.is_empty();
        let cut = ingest && self.minimum.is_fresh();
        let (core_vertices, core_edges) = self.minimum.core_size();
        let (fail_bits, pass_bits) = self.evidence.bits();
        let (fail_threshold, pass_threshold) = self.evidence.thresholds();
        let in_256ths = |bits: u32| i32::try_from(bits * 256).unwrap_or(i32::MAX);
        TickReport {
            decision: self.evidence.decision(),
            completed: Components {
                ingest,
                cut,
                spectral: ingest && self.scoring.fresh(self.graph.version()).is_some(),
                evidence: !self.evidence.pending(),
                witness: ingest && self.minimum.is_hashed(),
            },
            work,
            graph: GraphReport {
                vertices: self.graph.vertex_count() as u64,
                edges: self.graph.edge_count() as u64,
                core_vertices: core_vertices as u64,
                core_edges: core_edges as u64,
                version: self.graph.version(),
            },
            cut: self.minimum.published(),
            score: self.scoring.published(),
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
