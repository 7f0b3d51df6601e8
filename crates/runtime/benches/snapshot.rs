//! What snapshots, shadows and windows cost.
//!
//! * `snapshot/…`: the whole of `Container::snapshot` against the number of 4 KiB pieces that differ from the one before.
//!   Between two rounds the pieces are changed by a test engine's hand, not by steps, so that their number is exact.
//! * `resume/…`: putting a state together from its pieces, and a container that goes on from it.
//! * `shadow/…`: a step alone, with a shadow in lockstep, and with one in sixteen.
//! * `windows/…`: the same recording replayed by one job and by two.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use engine::{EngineError, GlobalValue, Instance, Module, State, Stop};

#[path = "../tests/it/recording.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod recording;
#[path = "../tests/it/support.rs"]
#[allow(dead_code, reason = "the tests use the rest of it")]
mod support;

use codec::abi::Message;
use gate::profile::Profile;
use recording::Journal;
use runtime::{At, Begin, Container, PageImage, RestState, Secrets, Shadow, Windows, replay_windows};
use support::{Delta, Sealed, container, encode, generous, plan, sealed};

const PIECE: usize = 4 << 10;

fn good(step: u64) -> Vec<u8> {
    let delta = |number: u64| Delta::Update(number % 200, (number + 1) % 200, (1 + step % 7) << 32);
    encode(&[delta(step), delta(step * 7 + 1)])
}

fn ring() -> Vec<u8> {
    encode(&(0..200).map(|i| Delta::Add(i, (i + 1) % 200, 1 << 32)).collect::<Vec<_>>())
}

fn warmed(module: &Sealed, engine: &Arc<dyn Module>, profile: Profile) -> Container {
    let mut container = container(engine, module.digest, &generous(profile), true);
    container.step(&ring()).expect("the engine works");
    container
}

/// An engine whose instances change the first byte of so many pieces whenever a key is wiped, and put it right before
/// the next message.
struct Scribbler {
    sound: Arc<dyn Module>,
    pieces: usize,
}

struct ScribblerInstance {
    sound: Box<dyn Instance>,
    pieces: usize,
    round: u8,
    /// What the changed bytes were.
    right: Vec<u8>,
}

impl Module for Scribbler {
    fn engine_name(&self) -> &'static str {
        "scribbler"
    }

    fn instantiate(&self) -> Result<Box<dyn Instance>, EngineError> {
        Ok(Box::new(ScribblerInstance {
            sound: self.sound.instantiate()?,
            pieces: self.pieces,
            round: 0,
            right: Vec::new(),
        }))
    }
}

impl Instance for ScribblerInstance {
    fn alloc(&mut self, len: i32) -> Result<i32, Stop> {
        for (piece, right) in self.sound.memory_mut().chunks_exact_mut(PIECE).zip(self.right.drain(..)) {
            piece[0] = right;
        }
        self.sound.alloc(len)
    }

    fn execute(&mut self, ptr: i32, len: i32) -> Result<i32, Stop> {
        let wiping = self.sound.memory()[ptr as usize] == Message::WipeKey as u8;
        let output = self.sound.execute(ptr, len)?;
        if wiping {
            self.round = self.round % 255 + 1;
            for piece in self.sound.memory_mut().chunks_exact_mut(PIECE).take(self.pieces) {
                self.right.push(piece[0]);
                piece[0] ^= self.round;
            }
        }
        Ok(output)
    }

    fn output_len(&mut self) -> Result<i32, Stop> {
        self.sound.output_len()
    }

    fn memory(&self) -> &[u8] {
        self.sound.memory()
    }

    fn memory_mut(&mut self) -> &mut [u8] {
        self.sound.memory_mut()
    }

    fn meter(&mut self) -> i64 {
        self.sound.meter()
    }

    fn set_meter(&mut self, units: i64) {
        self.sound.set_meter(units);
    }

    fn globals(&mut self, globals: &mut Vec<GlobalValue>) {
        self.sound.globals(globals);
    }

    fn restore(&mut self, state: &State) -> Result<(), EngineError> {
        self.sound.restore(state)
    }
}

fn snapshots(criterion: &mut Criterion) {
    for profile in [Profile::EDGE, Profile::STANDARD] {
        let modules = sealed(&[profile]);
        let module = &modules[profile.name];
        let mut group = criterion.benchmark_group(format!("snapshot/{}", profile.name));
        group.sample_size(20);
        let all = profile.memory_bytes / PIECE;
        for dirty in [0, 1, 16, 256, all].into_iter().filter(|dirty| *dirty <= all) {
            let scribbler: Arc<dyn Module> = Arc::new(Scribbler { sound: Arc::clone(&module.wasmtime), pieces: dirty });
            let mut container = container(&scribbler, module.digest, &generous(profile), false);
            let mut image = PageImage::empty();
            container.snapshot(&mut image).expect("the guest takes the messages");
            group.bench_function(format!("{dirty} of {all} pieces differ"), |bencher| {
                bencher.iter(|| {
                    let snapshot = container.snapshot(&mut image).expect("the guest takes the messages");
                    snapshot.fresh().map(|(_, bytes)| bytes.len()).sum::<usize>()
                });
            });
        }
    }
}

fn resumes(criterion: &mut Criterion) {
    for profile in [Profile::EDGE, Profile::STANDARD] {
        let modules = sealed(&[profile]);
        let module = &modules[profile.name];
        let mut container = warmed(module, &module.wasmtime, profile);
        let mut journal = Journal::default();
        journal.keep(&container.snapshot(&mut PageImage::empty()).expect("the guest takes the messages"));
        let (tip, state) = journal.snapshots.values().next().expect("there is one").clone();
        let (plan, ..) = plan(module.digest, &generous(profile), true);
        let mut group = criterion.benchmark_group(format!("resume/{}", profile.name));
        group.sample_size(20);
        let assemble = || RestState::assemble(&state, |digest| journal.page(digest)).expect("it is sound");
        group.bench_function("put together from its pieces", |bencher| bencher.iter(assemble));
        group.bench_function("and gone on from", |bencher| {
            bencher.iter(|| {
                let at = At { state: assemble(), tip };
                Container::resume(Arc::clone(&module.wasmtime), plan.clone(), Secrets::Replay, at).expect("it goes on")
            });
        });
    }
}

fn shadows(criterion: &mut Criterion) {
    let profile = Profile::EDGE;
    let modules = sealed(&[profile]);
    let module = &modules[profile.name];
    let mut group = criterion.benchmark_group(format!("shadow/{}", profile.name));
    group.sample_size(20);
    for (name, every) in [("alone", 0), ("wasmi takes every step", 1), ("wasmi takes one in sixteen", 16)] {
        let mut container = warmed(module, &module.wasmtime, profile);
        if let Some(every) = NonZeroU32::new(every) {
            container.set_shadow(Shadow::new(Arc::clone(&module.wasmi), every)).expect("the shadow starts");
        }
        let mut step = 0;
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| {
                // Whole sixteens, so that a sample never misses the step that costs.
                let started = Instant::now();
                for _ in 0..rounds * 16 {
                    step += 1;
                    container.step(&good(step)).expect("the engines agree");
                }
                started.elapsed() / 16
            });
        });
    }
}

fn windows(criterion: &mut Criterion) {
    const STEPS: u64 = 4_096;
    let profile = Profile::EDGE;
    let modules = sealed(&[profile]);
    let module = &modules[profile.name];
    let mut run = container(&module.wasmtime, module.digest, &generous(profile), true);
    let inputs: Vec<_> = std::iter::once(ring()).chain((1..STEPS).map(good)).collect();
    let journal = Journal::record(&mut run, &inputs, 256);
    let marks = journal.marks();
    let (plan, ..) = plan(module.digest, &generous(profile), true);
    let mut group = criterion.benchmark_group(format!("windows/{}", profile.name));
    group.sample_size(10).measurement_time(Duration::from_secs(8));
    let mut fastest = BTreeMap::new();
    for jobs in [1, 2] {
        group.bench_function(format!("{STEPS} steps, {jobs} jobs"), |bencher| {
            bencher.iter_custom(|rounds| {
                let mut spent = Duration::ZERO;
                for _ in 0..rounds {
                    let jobs_at_once = NonZeroUsize::new(jobs).expect("there are jobs");
                    let windows = Windows { begin: Begin::Genesis, marks: &marks, last: STEPS, jobs: jobs_at_once };
                    let started = Instant::now();
                    let found = replay_windows(Arc::clone(&module.wasmtime), plan.clone(), &journal, windows, || ());
                    let took = started.elapsed();
                    assert_eq!(found.expect("the engine works").deviation, None);
                    let fastest = fastest.entry(jobs).or_insert(took);
                    *fastest = took.min(*fastest);
                    spent += took;
                }
                spent
            });
        });
    }
    if let (Some(one), Some(two)) = (fastest.get(&1), fastest.get(&2)) {
        println!("speed-up on two jobs, fastest against fastest: {:.2}", one.as_secs_f64() / two.as_secs_f64());
    }
}

criterion_group!(benches, snapshots, resumes, shadows, windows);
criterion_main!(benches);
