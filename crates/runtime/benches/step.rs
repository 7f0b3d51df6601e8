//! What a step costs in a container, and what putting it back after a bad one costs (`docs/decisions/0004-rollback.md`).
//!
//! The graph is a ring of 20 vertices with a weight changed each tick, so that the tick itself is small and the container's
//! own work shows. Host signs; nothing is written to disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

#[path = "../tests/it/support.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod support;

use gate::profile::Profile;
use runtime::Container;
use support::{Delta, container, encode, generous, sealed};

fn good(step: u64) -> Vec<u8> {
    encode(&[Delta::Update(step % 20, (step + 1) % 20, (1 + step % 7) << 32)])
}

fn warmed(profile: Profile, steps: u64) -> Container {
    let modules = sealed(&[profile]);
    let module = &modules[profile.name];
    let mut container = container(&Arc::clone(&module.wasmtime), module.digest, &generous(profile), false);
    let ring: Vec<_> = (0..20).map(|i| Delta::Add(i, (i + 1) % 20, 1 << 32)).collect();
    container.step(&encode(&ring)).expect("the engine works");
    for step in 1..steps {
        container.step(&good(step)).expect("the engine works");
    }
    container
}

fn steps(criterion: &mut Criterion) {
    for profile in [Profile::EDGE, Profile::STANDARD] {
        let mut group = criterion.benchmark_group(format!("step/{}", profile.name));
        let mut container = warmed(profile, 64);
        let mut step = 0;
        group.bench_function("good, its share of restore points included", |bencher| {
            bencher.iter(|| {
                step += 1;
                container.step(&good(step)).expect("the engine works")
            });
        });
        group.bench_function("denied, nothing to run again", |bencher| {
            // The first denial brings the restore point up to date; those that follow find it so.
            container.step(&[0x80]).expect("the engine works");
            bencher.iter_batched(
                || (),
                |()| container.step(&[0x80]).expect("the engine works"),
                BatchSize::PerIteration,
            );
        });
        group.sample_size(10).measurement_time(Duration::from_secs(3));
        group.bench_function("denied, 63 steps to run again", |bencher| {
            bencher.iter_custom(|rounds| {
                let mut spent = Duration::ZERO;
                for _ in 0..rounds {
                    for step in 0..63 {
                        container.step(&good(step)).expect("the engine works");
                    }
                    let started = Instant::now();
                    container.step(&[0x80]).expect("the engine works");
                    spent += started.elapsed();
                }
                spent
            });
        });
    }
}

criterion_group!(benches, steps);
criterion_main!(benches);
