//! The name of the first field in which two bodies differ, for the report of a replay.
//!
//! The order is that of cause: what went in, how it ended, what was found, what it cost. Two bodies have the same bytes
//! exactly if no field differs.

use crate::body::Body;
use crate::claim::{Claim, Cut, Evidence, GraphSize, Score, Work};
use crate::frame::Frame;

/// The first field in which `a` and `b` differ, such as `score.upper`; `None` if they are the same.
#[must_use]
pub fn first_difference(a: &Body, b: &Body) -> Option<&'static str> {
    let found = frame_before_claim(a.frame(), b.frame())
        .or_else(|| match (a.gate_claim(), b.gate_claim()) {
            (Some(a), Some(b)) => claim(a, b),
            (None, None) => None,
            (Some(_), None) | (None, Some(_)) => Some("claim"),
        })
        .or_else(|| (a.frame().meter_used != b.frame().meter_used).then_some("meter_used"));
    assert_eq!(found.is_none(), a == b, "every field of a body is compared");
    found
}

/// The first name whose pair is unequal.
macro_rules! first_unequal {
    ($($name:literal: $a:expr, $b:expr;)*) => {
        None$(.or_else(|| ($a != $b).then_some($name)))*
    };
}

fn frame_before_claim(a: &Frame, b: &Frame) -> Option<&'static str> {
    let Frame { epoch, previous, input, outcome, meter_used: _, module, configuration, cost_table, claim: _, key_mode } =
        a;
    first_unequal! {
        "epoch": *epoch, b.epoch;
        "module": *module, b.module;
        "configuration": *configuration, b.configuration;
        "cost_table": *cost_table, b.cost_table;
        "key_mode": *key_mode, b.key_mode;
        "previous": *previous, b.previous;
        "input": *input, b.input;
        "outcome": *outcome, b.outcome;
    }
}

fn claim(a: &Claim, b: &Claim) -> Option<&'static str> {
    let Claim {
        epoch: _,
        previous: _,
        input: _,
        signer,
        decision,
        completed: _,
        work: work_a,
        graph: graph_a,
        cut: cut_a,
        score: score_a,
        evidence: evidence_a,
        refused,
    } = a;
    first_unequal! {
        "signer.role": signer.role, b.signer.role;
        "signer.key": signer.key, b.signer.key;
    }
    .or_else(|| (refused.count() != b.refused.count()).then_some("refused.count"))
    .or_else(|| (refused != &b.refused).then_some("refused.listed"))
    .or_else(|| graph(graph_a, &b.graph))
    .or_else(|| optional(cut_a.as_ref(), b.cut.as_ref(), "cut", cut))
    .or_else(|| optional(score_a.as_ref(), b.score.as_ref(), "score", score))
    .or_else(|| evidence(evidence_a, &b.evidence))
    .or_else(|| (*decision != b.decision).then_some("decision"))
    .or_else(|| work(work_a, &b.work))
}

fn optional<T>(
    a: Option<&T>,
    b: Option<&T>,
    name: &'static str,
    inside: fn(&T, &T) -> Option<&'static str>,
) -> Option<&'static str> {
    match (a, b) {
        (Some(a), Some(b)) => inside(a, b),
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => Some(name),
    }
}

fn graph(a: &GraphSize, b: &GraphSize) -> Option<&'static str> {
    let GraphSize { vertices, edges, core_vertices, core_edges, version } = *a;
    first_unequal! {
        "graph.vertices": vertices, b.vertices;
        "graph.edges": edges, b.edges;
        "graph.core_vertices": core_vertices, b.core_vertices;
        "graph.core_edges": core_edges, b.core_edges;
        "graph.version": version, b.version;
    }
}

fn cut(a: &Cut, b: &Cut) -> Option<&'static str> {
    let Cut { epoch, value, components, small_side, family, hash } = *a;
    first_unequal! {
        "cut.epoch": epoch, b.epoch;
        "cut.value": value, b.value;
        "cut.components": components, b.components;
        "cut.small_side": small_side, b.small_side;
        "cut.family": family, b.family;
        "cut.hash": hash, b.hash;
    }
}

fn score(a: &Score, b: &Score) -> Option<&'static str> {
    let Score { epoch, score, lower, upper, neg_log2 } = *a;
    first_unequal! {
        "score.epoch": epoch, b.epoch;
        "score.score": score, b.score;
        "score.lower": lower, b.lower;
        "score.upper": upper, b.upper;
        "score.neg_log2": neg_log2, b.neg_log2;
    }
}

fn evidence(a: &Evidence, b: &Evidence) -> Option<&'static str> {
    let Evidence {
        hash,
        statistic,
        fail_bits,
        fail_threshold,
        pass_bits,
        pass_threshold,
        episode,
        latched,
        observations,
    } = *a;
    first_unequal! {
        "evidence.observations": observations, b.observations;
        "evidence.statistic": statistic, b.statistic;
        "evidence.fail_bits": fail_bits, b.fail_bits;
        "evidence.fail_threshold": fail_threshold, b.fail_threshold;
        "evidence.pass_bits": pass_bits, b.pass_bits;
        "evidence.pass_threshold": pass_threshold, b.pass_threshold;
        "evidence.episode": episode, b.episode;
        "evidence.latched": latched, b.latched;
        "evidence.hash": hash, b.hash;
    }
}

fn work(a: &Work, b: &Work) -> Option<&'static str> {
    let Work { total, ingest, cut, spectral, evidence, witness } = *a;
    first_unequal! {
        "work.ingest": ingest, b.ingest;
        "work.cut": cut, b.cut;
        "work.spectral": spectral, b.spectral;
        "work.evidence": evidence, b.evidence;
        "work.witness": witness, b.witness;
        "work.total": total, b.total;
    }
}
