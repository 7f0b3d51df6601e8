//! All families, all streams, budgets from one sweep a tick to a small part of one.

use gate::config::ContainerEpochBudget;

use crate::counts::Counts;
use crate::families;
use crate::lemon::Lemon;
use crate::plan::{Plan, Watched};
use crate::trial::{Source, budget};

const BUDGETS: [u64; 5] = [1 << 50, 200_000, 20_000, 4_000, 1_000];

fn plan(family: &'static str, stream: &'static str, number: u64, budget: ContainerEpochBudget) -> Plan {
    let vertices = [60, 90, 150, 250, 600][(number % 5) as usize];
    Plan { family, stream, number, vertices, budget, core: Watched::All, ticks: 110, checked: 20, turned: 120 }
}

#[test]
fn what_is_published_is_right_for_its_epoch() {
    let lemon = Lemon::new("dynamic").map_err(|missing| println!("without LEMON: no {missing}")).ok();
    let (mut all, mut number) = (Counts::default(), 0);
    for stream in Source::NAMES {
        let mut of_stream = Counts::default();
        for family in families::NAMES {
            for cut in BUDGETS {
                number += 1;
                of_stream += plan(family, stream, number, budget(cut)).run(lemon.as_ref());
            }
        }
        println!("{stream}: {of_stream}");
        all += of_stream;
    }
    println!("all: {all}");
    assert!(all.ticks >= 20_000 && all.hashes > 2_000 && all.carried > 100 && all.swept_again > 100 && all.apart > 50);
}

#[test]
fn sweeps_are_carried_over_changes() {
    // A sweep takes from two ticks to forty, and the deltas lie where they force one again and again.
    let (mut all, mut number) = (Counts::default(), 2_000);
    for stream in ["near-cut", "rising"] {
        for family in families::NAMES {
            for cut in [700, 3_000] {
                number += 1;
                let plan = plan(family, stream, number, budget(cut));
                all += Plan { vertices: 40 + number * 7 % 200, ticks: 400, checked: 2, turned: 200, ..plan }.run(None);
            }
        }
    }
    println!("{all}");
    assert!(all.carried > 300 && all.swept_again > 300);
}

#[test]
fn neither_a_score_nor_late_deltas_nor_a_slow_hash_make_it_wrong() {
    let (mut all, mut number) = (Counts::default(), 1_000);
    for stream in Source::NAMES {
        for family in families::NAMES {
            number += 1;
            let settings = budget([3_000, 30_000][(number % 2) as usize]);
            let settings = match number % 3 {
                0 => ContainerEpochBudget { spectral: 2_000, ..settings },
                1 => ContainerEpochBudget { witness: 40, spectral: 50_000, ..settings },
                _ => ContainerEpochBudget { ingest: 3, spectral: 2_000, ..settings },
            };
            all += plan(family, stream, number, settings).run(None);
        }
    }
    println!("{all}");
    assert!(all.hashes > 300 && all.late > 50);
}
