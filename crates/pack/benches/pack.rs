//! What a call pays for having its shapes checked, and what a pack pays for being verified, against the least that the
//! same answer could cost: multiplying the dimensions, and hashing the files.

use std::fs;
use std::hint::black_box;
use std::path::Path;

use codec::sha256;
use criterion::{Criterion, criterion_group, criterion_main};
use pack::{Bound, Direction, Files, Manifest, Pack, Platform, PlatformName, Terms, TrustedKey, Version};

/// RoPE's interface over the kernel of a good pack.
const ROPE: &str = r#""inputs": [
  {"name": "x", "dtype": "f32", "shape": ["batch", "seq", "heads", "dim"]},
  {"name": "positions", "dtype": "i32", "shape": ["batch", "seq"]}
], "outputs": [{"name": "y", "dtype": "f32", "shape": ["batch", "seq", "heads", "dim"]}]"#;

fn folder(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/pack/good").join(name)
}

fn rope() -> Manifest {
    let text = fs::read_to_string(folder("minimal").join("kernels.json")).expect("a good pack");
    let (start, end) = (text.find("\"inputs\"").expect("inputs"), text.find("\"params\"").expect("params"));
    let text = format!("{}{ROPE},{}", &text[..start], &text[end..]);
    Manifest::parse(text.as_bytes()).expect("a manifest")
}

fn shapes(criterion: &mut Criterion) {
    let manifest = rope();
    let kernel = &manifest.kernels[0];
    let call: [&[u32]; 2] = [&[2, 128, 8, 64], &[2, 128]];
    let mut group = criterion.benchmark_group("shapes of a RoPE call");
    group.bench_function("baseline: multiply the dimensions", |bencher| {
        bencher.iter(|| black_box(&call).map(|dims| dims.iter().product::<u32>() * 4));
    });
    let mut bound = Bound::default();
    group.bench_function("bind_into", |bencher| {
        bencher.iter(|| kernel.bind_into(Direction::Forward, black_box(&call), &mut bound));
    });
    group.bench_function("bind", |bencher| {
        bencher.iter(|| kernel.bind(Direction::Forward, black_box(&call)));
    });
    group.finish();
}

fn verification(criterion: &mut Criterion) {
    let mut files = Files::new();
    let paths = ["copy/copy_f32.wasm", "copy/copy_q8.wasm", "golden/copy_f32.json", "golden/copy_q8.json"];
    for path in paths.into_iter().chain(["models/identity.onnx", "kernels.json", "kernels.json.sig"]) {
        let bytes = fs::read(folder("full").join(path)).expect("a good pack");
        files.insert(path, bytes).expect("good paths");
    }
    let features = ["simd128".to_owned(), "wasi-nn".to_owned()];
    let trusted = [TrustedKey { name: "publisher".to_owned(), key: pack::signature::public_key(&[1; 32]) }];
    let terms = Terms {
        trusted: &trusted,
        allowlist: None,
        runtime: Version::new(0, 1, 0),
        platform: Platform { name: PlatformName::Wasmtime, version: Version::new(48, 0, 8), features: &features },
        active: None,
        older_allowed: false,
    };
    let mut group = criterion.benchmark_group("a pack of two kernels");
    group.bench_function("baseline: hash every file", |bencher| {
        bencher.iter(|| files.iter().map(|(_, bytes)| sha256(bytes).0[0]).fold(0, |sum, byte| sum ^ byte));
    });
    group.bench_function("one signature", |bencher| {
        let (key, message) = (trusted[0].key, files.get("kernels.json").expect("it is there"));
        bencher.iter(|| pack::signature::verifies(&key, black_box(message), &[0; 64]));
    });
    group.bench_function("read and verify", |bencher| {
        bencher.iter(|| Pack::read(files.clone()).and_then(|pack| pack.verify(&terms)).expect("a good pack"));
    });
    group.finish();
}

criterion_group!(benches, shapes, verification);
criterion_main!(benches);
