//! What is measured on.

use std::path::Path;

use gate::profile::Profile;

use crate::exit::{Exit, Failure, OrExit};
use crate::runfile::RunFile;

/// Inputs and the configuration that they run under.
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) profile: Profile,
    pub(super) configuration: Vec<u8>,
    pub(super) inputs: Vec<Vec<u8>>,
}

pub(super) fn from_run_file(file: &RunFile, ticks: usize) -> Result<Stream, Failure> {
    let source = feed::open(&file.sections.stream, &file.base, std::io::stdin()).or_exit(Exit::Malformed)?;
    let inputs: Result<Vec<_>, _> = source.take(ticks).map(|tick| tick.map(|tick| tick.encode())).collect();
    let mut configuration = Vec::new();
    file.configuration().encode(&mut configuration);
    Ok(Stream {
        name: file.sections.run.name.clone(),
        profile: file.configuration().profile,
        configuration,
        inputs: inputs.or_exit(Exit::Malformed)?,
    })
}

/// A random graph of 1,000 vertices and 4,000 edges of weight 1 to 1,000, then ten weights changed a tick.
pub(super) fn random(ticks: usize) -> Stream {
    const VERTICES: u64 = 1_000;
    const EDGES: usize = 4_000;
    let text = include_str!("random.toml").to_owned();
    let file = RunFile::parse(Path::new("random.toml"), text).expect("the run file that ships is good");
    let mut configuration = Vec::new();
    file.configuration().encode(&mut configuration);
    let mut random = Random(7);
    let mut edges: Vec<(u64, u64)> = (0..VERTICES).map(|vertex| (vertex, (vertex + 1) % VERTICES)).collect();
    while edges.len() < EDGES {
        let (u, v) = (random.below(VERTICES), random.below(VERTICES));
        if u != v && !edges.contains(&(u, v)) && !edges.contains(&(v, u)) {
            edges.push((u, v));
        }
    }
    let add = |(u, v): &(u64, u64), random: &mut Random| feed::Delta::EdgeAdd { u: *u, v: *v, weight: random.weight() };
    // No input is longer than the profile's message.
    let mut load = |part: &[(u64, u64)]| {
        let deltas = part.iter().map(|edge| add(edge, &mut random)).collect();
        feed::Tick { label: String::new(), deltas }.encode()
    };
    let mut inputs: Vec<_> = edges.chunks(1_000).map(&mut load).collect();
    while inputs.len() < ticks {
        let deltas = (0..10).map(|_| {
            let (u, v) = edges[random.below(EDGES as u64) as usize];
            feed::Delta::WeightUpdate { u, v, weight: random.weight() }
        });
        inputs.push(feed::Tick { label: String::new(), deltas: deltas.collect() }.encode());
    }
    Stream { name: "random 1K/4K".to_owned(), profile: file.configuration().profile, configuration, inputs }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same stream on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn weight(&mut self) -> u64 {
        (1 + self.below(1_000)) << 32
    }
}
