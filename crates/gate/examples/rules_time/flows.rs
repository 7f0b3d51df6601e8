//! The local flow, and the cuts if it is no more than lambda.

use std::collections::BTreeMap;
use std::time::Instant;

use gate::cut::local::live::Live;
use gate::cut::local::{Connectivity, Local};

use crate::packed::{Edge, Packed};
use crate::random::Random;
use crate::ranks;

/// Each change is timed so often, and the least time counts: the machine may be busy with other things.
const ATTEMPTS: u32 = 3;

/// What one flow and its cuts came to.
struct Outcome {
    name: &'static str,
    us: f64,
    units: u64,
}

pub(crate) fn time(graph: &mut Packed, name: &str, count: usize, lambda: u64) {
    let mut scratch = vec![0; Local::words(graph.slots())];
    let (mut stamp, mut random) = (0, Random(1));
    let (mut times, mut units) = (Vec::new(), Vec::new());
    let mut outcomes: BTreeMap<&str, u64> = BTreeMap::new();
    for _ in 0..count {
        let edge = graph.take(&mut random);
        let mut best: Option<Outcome> = None;
        for _ in 0..ATTEMPTS {
            let outcome = flow(graph, edge, lambda, &mut scratch, &mut stamp);
            if best.as_ref().is_none_or(|best| outcome.us < best.us) {
                best = Some(outcome);
            }
        }
        let best = best.expect("an attempt");
        *outcomes.entry(best.name).or_default() += 1;
        if best.name != "rule 4" {
            times.push(best.us);
            units.push(best.units as f64);
        }
        graph.give_back(edge);
    }
    println!("{name:<14} us {}; units {}; {outcomes:?}", ranks(times), ranks(units));
}

fn flow(graph: &Packed, edge: Edge, lambda: u64, scratch: &mut [u64], stamp: &mut u16) -> Outcome {
    let started = Instant::now();
    let mut local = Local::enter(scratch, graph.slots(), *stamp).expect("words");
    let name = match local.flow(graph, edge.u, edge.v, lambda, 1 << 40) {
        Connectivity::More => "more",
        Connectivity::TooFar => "too far",
        // A minimum cut separated the ends, and rule 4 needs no flow.
        Connectivity::Exactly(value) if value + edge.weight == lambda => "rule 4",
        Connectivity::Exactly(value) => {
            local
                .cuts(graph, |side, _| {
                    std::hint::black_box(side);
                })
                .expect("within the limit");
            if value == lambda { "equal" } else { "below" }
        }
    };
    let units = local.spent();
    *stamp = local.leave();
    Outcome { name, us: started.elapsed().as_secs_f64() * 1e6, units }
}
