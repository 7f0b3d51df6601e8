//! Protected vertices and k-cores, which only the reference's own core can tell.

use crate::counts::Counts;
use crate::families;
use crate::plan::{Plan, Watched};
use crate::trial::{Source, budget};

fn run(cores: &[Watched], number: &mut u64) -> Counts {
    let mut all = Counts::default();
    for stream in Source::NAMES {
        for family in families::NAMES {
            for core in cores {
                *number += 1;
                let cut = [1 << 50, 20_000, 3_000][(*number % 3) as usize];
                let vertices = [40, 80, 200][(*number % 7 % 3) as usize];
                let (core, budget, number) = (*core, budget(cut), *number);
                all += Plan { family, stream, number, vertices, budget, core, ticks: 100, checked: 16, turned: 60 }
                    .run(None);
            }
        }
    }
    all
}

#[test]
fn protected_vertices_have_the_cut_of_the_edges_between_them() {
    let all = run(&[Watched::Protected, Watched::Protected], &mut 4_000);
    println!("{all}");
    assert!(all.hashes > 500 && all.apart > 100 && all.families > 20);
}

#[test]
fn k_cores_have_the_cut_of_what_is_left() {
    let all = run(&[Watched::KCore(2), Watched::KCore(4), Watched::KCore(5)], &mut 5_000);
    println!("{all}");
    assert!(all.hashes > 500 && all.families > 50);
}
