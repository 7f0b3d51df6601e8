//! What the parts of a tick cost natively, and what signatures cost.

use std::time::Instant;

use codec::{Digest, sha256};
use gate::arena::Arena;
use gate::config::Configuration;
use gate::core_graph::Rows;
use gate::cut::{CutDigest, CutSearch};
use gate::evidence::Evidence;
use gate::graph::CoreRows;
use gate::spectral::SpectralSearch;
use gate::tick::Gate;
use gate::work::Work;
use receipt::{DUMMY_SEED, SigningKey, cose};
use serde::Serialize;

use super::SignatureRow;
use super::quantile;
use super::streams::Stream;
use crate::exit::{Exit, Failure, OrExit};

/// One phase on one stream.
#[derive(Serialize)]
pub(super) struct PhaseRow {
    pub(super) stream: String,
    pub(super) phase: &'static str,
    pub(super) median_us: f64,
}

const PHASES: [&str; 6] = [
    "whole tick",
    "hash the input",
    "cut from nothing",
    "score from nothing",
    "evidence and its hash",
    "cut hash from nothing",
];

/// Runs the stream once more, timing each part by itself on the graph as it is after each tick.
pub(super) fn measure(stream: &Stream) -> Result<Vec<PhaseRow>, Failure> {
    let mut space = vec![0; stream.configuration.len()];
    let configuration = Configuration::decode(&stream.configuration, &mut space).or_exit(Exit::Malformed)?;
    let (vertices, edges) = (stream.profile.vertices, stream.profile.edges);
    let mut slab = vec![0; stream.profile.slab_words()];
    let mut gate = Gate::new(&stream.configuration, stream.profile, &mut slab).or_exit(Exit::Malformed)?;
    let mut numbers = vec![0; CoreRows::words(vertices)];
    let mut memory = vec![0; CutSearch::words(vertices, edges)];
    let mut cut = CutSearch::new(&mut Arena::new(&mut memory), vertices, edges).expect("as many words as it asks for");
    let mut area = vec![0; SpectralSearch::words(vertices, edges)];
    let mut spectral = SpectralSearch::new();
    let mut evidence = Evidence::new(&configuration.policy);
    let mut times: [Vec<f64>; PHASES.len()] = Default::default();
    let work = &mut Work::new(u64::MAX);
    for (input, epoch) in stream.inputs.iter().zip(1..) {
        let mut clock = Clock::start();
        gate.tick(epoch, input).or_exit(Exit::Malformed)?;
        times[0].push(clock.lap());
        std::hint::black_box(sha256(input));
        times[1].push(clock.lap());
        let arena = &mut Arena::new(&mut numbers);
        let rows = CoreRows::choose(gate.graph(), configuration.core, arena).expect("as many words as it asks for");
        let ids: Vec<u64> = (0..rows.vertex_count()).map(|vertex| rows.id(vertex)).collect();
        clock.lap();
        cut.start(&rows, work);
        cut.advance(work);
        times[2].push(clock.lap());
        spectral.start(&mut area, &rows, work);
        spectral.advance(&mut area, work);
        times[3].push(clock.lap());
        evidence.observe(1 << 30);
        evidence.advance(work);
        std::hint::black_box(evidence.digest());
        times[4].push(clock.lap());
        let mut digest = CutDigest::start();
        digest.advance(&ids, &cut.result().expect("the search is through"), work);
        std::hint::black_box(digest.finish());
        times[5].push(clock.lap());
    }
    let row = |(phase, micros): (&&'static str, &Vec<f64>)| PhaseRow {
        stream: stream.name.clone(),
        phase,
        median_us: quantile(micros, 0.5),
    };
    Ok(PHASES.iter().zip(&times).map(row).collect())
}

/// Signing and verifying a claim-sized message, a thousand times each.
pub(super) fn signatures() -> Vec<SignatureRow> {
    let key = SigningKey::from_seed(&DUMMY_SEED);
    let public = key.public().check().expect("a derived key is good");
    let mut message = vec![0x55; 400];
    let (mut sign, mut verify) = (Vec::new(), Vec::new());
    for round in 0..1_000_u32 {
        let Digest(digest) = sha256(&round.to_le_bytes());
        message[..32].copy_from_slice(&digest);
        let mut clock = Clock::start();
        let signature = cose::sign_claim(&key, &message);
        sign.push(clock.lap());
        cose::verify_claim(&public, &message, &signature).expect("it was just made");
        verify.push(clock.lap());
    }
    vec![
        SignatureRow { what: "sign a claim of 400 bytes", median_us: quantile(&sign, 0.5) },
        SignatureRow { what: "verify it", median_us: quantile(&verify, 0.5) },
    ]
}

/// Times one thing after another.
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    /// Microseconds since the last call.
    fn lap(&mut self) -> f64 {
        let now = Instant::now();
        let micros = (now - self.0).as_secs_f64() * 1e6;
        self.0 = now;
        micros
    }
}
