//! From a tick's report to a claim. Each side is taken apart whole, so that a new field cannot be forgotten.

use codec::Digest;
use gate::evidence::Decision;
use gate::tick::report::{CutReport, EvidenceReport, GraphReport, ScoreReport, TickReport, WorkReport};
use receipt::claim::{Components, Cut, Evidence, GraphSize, Refused, RefusedDelta, Score, Work};
use receipt::{Claim, Signer};

/// The claim of a tick.
#[must_use]
pub fn from_report(epoch: u64, previous: Digest, input: Digest, signer: Signer, report: &TickReport) -> Claim {
    let TickReport { decision, completed, work, graph, cut, score, evidence, refused } = *report;
    let mut refused_deltas = Refused::NONE;
    for (delta, reason) in refused.first.into_iter().flatten() {
        refused_deltas.push(RefusedDelta { delta, code: reason as u8 });
    }
    let listed = refused_deltas.listed();
    Claim {
        epoch,
        previous,
        input,
        signer,
        decision: match decision {
            Decision::Pass => receipt::Decision::Pass,
            Decision::Fail { severity } => receipt::Decision::Fail { severity },
            Decision::Inconclusive => receipt::Decision::Inconclusive,
        },
        completed: Components::from_mask(completed.mask()).expect("five phases make a mask below 32"),
        work: of_work(work),
        graph: of_graph(graph),
        cut: cut.map(of_cut),
        score: score.map(of_score),
        evidence: of_evidence(evidence),
        refused: Refused::new(refused.count, listed).expect("a report names its first refusals"),
    }
}

fn of_work(work: WorkReport) -> Work {
    let WorkReport { total, ingest, cut, spectral, evidence, witness } = work;
    Work { total, ingest, cut, spectral, evidence, witness }
}

fn of_graph(graph: GraphReport) -> GraphSize {
    let GraphReport { vertices, edges, core_vertices, core_edges, version } = graph;
    GraphSize { vertices, edges, core_vertices, core_edges, version }
}

fn of_cut(cut: CutReport) -> Cut {
    let CutReport { epoch, value, components, small_side, family, hash } = cut;
    Cut { epoch, value, components, small_side, family, hash }
}

fn of_score(score: ScoreReport) -> Score {
    let ScoreReport { epoch, score, lower, upper, neg_log2 } = score;
    Score { epoch, score, lower, upper, neg_log2 }
}

fn of_evidence(evidence: EvidenceReport) -> Evidence {
    let EvidenceReport {
        hash,
        statistic,
        fail_bits,
        fail_threshold,
        pass_bits,
        pass_threshold,
        episode,
        latched,
        observations,
    } = evidence;
    Evidence { hash, statistic, fail_bits, fail_threshold, pass_bits, pass_threshold, episode, latched, observations }
}
