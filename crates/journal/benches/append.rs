//! What keeping costs: a step under each durability, a proof out of a log of a million leaves, a snapshot against the pages
//! that changed, and bytes on disk.

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use codec::{Digest, sha256};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use journal::{Durability, Entry, Header, Reader, Start, Writer};
use receipt::log::merkle;

/// Bytes of an input and of a receipt.
const PART: usize = 1_024;
/// Leaves of the large log.
const LEAVES: u64 = 1_000_000;
/// Steps over which bytes on disk are counted.
const STEPS: u64 = 20_000;

const DURABILITIES: [(&str, Durability); 3] =
    [("each", Durability::EveryStep), ("batch:64", Durability::Batch(64)), ("close", Durability::AtClose)];

fn create(path: &Path, durability: Durability) -> Writer {
    let empty = Vec::new;
    let header = Header {
        genesis: empty(),
        module: empty(),
        configuration: empty(),
        description: empty(),
        post_quantum_key: empty(),
        start: 0,
    };
    let start = Start { base_epoch: 0, tip: sha256(b""), peaks: Vec::new() };
    Writer::create(path, &header, start, durability).expect("a new journal")
}

/// Bytes that no other epoch has.
fn bytes(epoch: u64, len: usize) -> Vec<u8> {
    let mut state = epoch.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

fn step(epoch: u64) -> Entry {
    Entry { epoch, input: bytes(epoch, PART), receipt: bytes(epoch ^ 1 << 40, PART), annex: bytes(epoch ^ 1 << 41, 30) }
}

fn append(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(4));
    group.bench_function("baseline: plain file, fsync each", |b| {
        b.iter_custom(|steps| {
            let folder = tempfile::tempdir().expect("a folder");
            let mut file = File::create(folder.path().join("plain")).expect("a file");
            let part = bytes(1, 2 * PART);
            let started = Instant::now();
            for _ in 0..steps {
                file.write_all(&part).and_then(|()| file.sync_data()).expect("on disk");
            }
            started.elapsed()
        });
    });
    for (name, durability) in DURABILITIES {
        group.bench_function(name, |b| {
            b.iter_custom(|steps| {
                let folder = tempfile::tempdir().expect("a folder");
                let entries: Vec<Entry> = (1..=steps).map(step).collect();
                let mut writer = create(&folder.path().join("bench.journal"), durability);
                let started = Instant::now();
                for entry in entries {
                    writer.append(entry).expect("the next step");
                }
                writer.close().expect("a good end");
                started.elapsed()
            });
        });
    }
    group.finish();
    count_bytes();
}

/// What a step takes on disk.
fn count_bytes() {
    for (name, durability) in DURABILITIES {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bench.journal");
        let mut writer = create(&path, durability);
        let steps = if durability == Durability::EveryStep { STEPS / 10 } else { STEPS };
        for epoch in 1..=steps {
            writer.append(step(epoch)).expect("the next step");
        }
        writer.close().expect("a good end");
        let closed = std::fs::metadata(&path).expect("a journal").len();
        let mut writer = Writer::open(&path, durability).expect("a journal");
        writer.compact().expect("nobody reads");
        writer.close().expect("a good end");
        let compact = std::fs::metadata(&path).expect("a journal").len();
        let content = 2 * PART as u64 + 30;
        println!(
            "journal bytes per tick of {content} content bytes, {name}: {} ({} compacted), over {steps} ticks",
            closed / steps,
            compact / steps
        );
    }
}

fn proofs(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.journal");
    let mut writer = create(&path, Durability::AtClose);
    let started = Instant::now();
    for epoch in 1..=LEAVES {
        let (input, annex) = (Vec::new(), Vec::new());
        writer.append(Entry { epoch, input, receipt: epoch.to_be_bytes().to_vec(), annex }).expect("the next step");
    }
    writer.close().expect("a good end");
    let size = std::fs::metadata(&path).expect("a journal").len();
    println!("{LEAVES} tiny steps written in {:.1?}, {} bytes each", started.elapsed(), size / LEAVES);
    let mut group = c.benchmark_group("log-1000000");
    group.sample_size(20);
    group.bench_function("open", |b| b.iter(|| Reader::open(black_box(&path)).expect("a journal")));
    let reader = Reader::open(&path).expect("a journal");
    let mut index = 0;
    let mut next = || {
        index = (index + 618_033) % LEAVES;
        index
    };
    group.bench_function("root", |b| b.iter(|| merkle::root(&reader, LEAVES).expect("kept nodes")));
    group.bench_function("inclusion-proof", |b| {
        b.iter(|| merkle::inclusion_proof(&reader, next(), LEAVES).expect("kept nodes"));
    });
    group.bench_function("consistency-proof", |b| {
        b.iter(|| merkle::consistency_proof(&reader, next() + 1, LEAVES).expect("kept nodes"));
    });
    group.finish();
    let started = Instant::now();
    reader.check_tree().expect("the log that was written");
    println!("check_tree over {LEAVES} leaves: {:.1?}", started.elapsed());
}

fn snapshots(c: &mut Criterion) {
    let mut group = c.benchmark_group("snapshot");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for dirty in [1_u64, 16, 256, 2_048] {
        group.throughput(Throughput::Elements(dirty));
        group.bench_function(BenchmarkId::new("dirty-4KiB-pages", dirty), |b| {
            b.iter_custom(|snapshots| {
                let folder = tempfile::tempdir().expect("a folder");
                let mut writer = create(&folder.path().join("bench.journal"), Durability::EveryStep);
                let mut spent = Duration::ZERO;
                for epoch in 1..=snapshots {
                    let pages: Vec<(Digest, Vec<u8>)> = (0..dirty)
                        .map(|page| bytes(epoch << 20 | page, 4_096))
                        .map(|page| (sha256(&page), page))
                        .collect();
                    let pages: Vec<_> = pages.iter().map(|(digest, page)| (*digest, page.as_slice())).collect();
                    writer.append(step(epoch)).expect("the next step");
                    let started = Instant::now();
                    writer.keep_snapshot(epoch, b"manifest", &pages).expect("the last step");
                    spent += started.elapsed();
                }
                spent
            });
        });
    }
    group.finish();
}

criterion_group!(benches, append, proofs, snapshots);
criterion_main!(benches);
