//! What signing and verifying cost: one claim, one body, one receipt, a chain of ten thousand singly and
//! batched, and a second signature.

#[allow(dead_code, reason = "the tests use the rest of the fixture")]
#[path = "../tests/it/fixture.rs"]
mod fixture;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fixture::Signs;
use receipt::limits::CLAIM_LEN_MAX;
use receipt::{Batch, ChainVerifier, Claim, KeyMode, Receipt, Tip, Verdict, sign_claim, verify_chain};

const CHAIN_LEN: u64 = 10_000;

fn claim(c: &mut Criterion) {
    let instance = fixture::instance(Signs::Guest, KeyMode::RootSecret);
    let claim = fixture::claim(&instance.genesis, Tip::start(&instance.genesis));
    let mut space = [0; CLAIM_LEN_MAX];
    let len = claim.encode_into(&mut space).expect("it fits");
    c.bench_function("claim/encode", |b| b.iter(|| black_box(&claim).encode_into(black_box(&mut [0; CLAIM_LEN_MAX]))));
    c.bench_function("claim/decode", |b| b.iter(|| Claim::decode(black_box(&space[..len]))));
    c.bench_function("claim/sign", |b| b.iter(|| sign_claim(&instance.witness, black_box(&space[..len]))));
}

fn receipt(c: &mut Criterion) {
    for signs in [Signs::Guest, Signs::Host] {
        let instance = fixture::instance(signs, KeyMode::RootSecret);
        let receipt = fixture::claimed(&instance, Tip::start(&instance.genesis));
        let (runtime, witness) = (instance.genesis.runtime_key(), instance.genesis.witness_key());
        let bytes = receipt.to_bytes();
        let mut group = c.benchmark_group(format!("receipt/{signs:?}-signs"));
        group.bench_function("sign-body", |b| {
            b.iter(|| Receipt::sign(receipt.body().clone(), receipt.witness().copied(), &instance.runtime));
        });
        group.bench_function("decode", |b| b.iter(|| Receipt::decode(black_box(&bytes))));
        group.bench_function("verify", |b| b.iter(|| black_box(&receipt).verify(runtime, witness)));
        group.finish();
    }
}

fn chain(c: &mut Criterion) {
    let mut group = c.benchmark_group("chain");
    group.throughput(Throughput::Elements(CHAIN_LEN)).sample_size(10);
    for signs in [Signs::Guest, Signs::Host] {
        let instance = fixture::instance(signs, KeyMode::RootSecret);
        let receipts = fixture::to_bytes(&fixture::chain(&instance, CHAIN_LEN));
        let good = Verdict::Valid { chain_length: CHAIN_LEN, first_epoch: 1, last_epoch: CHAIN_LEN };
        group.bench_function(format!("verify-singly/{signs:?}-signs"), |b| {
            b.iter(|| {
                let mut verifier = ChainVerifier::new(&instance.genesis);
                for receipt in &receipts {
                    verifier.push(receipt, None).expect("good");
                }
                assert_eq!(verifier.verdict(), good);
            });
        });
        group.bench_function(format!("verify-batched/{signs:?}-signs"), |b| {
            b.iter(|| {
                let items = receipts.iter().map(|bytes| (bytes.as_slice(), None));
                assert_eq!(verify_chain(&instance.genesis, &[], items).verdict, good);
            });
        });
    }
    group.finish();
}

/// Single and batched verification by one key; the batch is fresh (it makes its tables) or has seen the key before.
fn batch(c: &mut Criterion) {
    let key = fixture::instance(Signs::Host, KeyMode::RootSecret).runtime;
    let checked = key.public().check().expect("usable");
    let signed: Vec<_> =
        (0..256_u32).map(|index| [index as u8; 600]).map(|bytes| (bytes, key.sign(&[&bytes]))).collect();
    let run = |batch: &mut Batch| {
        signed.iter().for_each(|(message, signature)| batch.push(&checked, message, signature));
        batch.check().expect("good");
    };
    let mut group = c.benchmark_group("signatures");
    group.throughput(Throughput::Elements(signed.len() as u64));
    group.bench_function("256-singly", |b| {
        b.iter(|| signed.iter().for_each(|(message, signature)| checked.verify(message, signature).expect("good")));
    });
    group.bench_function("256-in-a-fresh-batch", |b| b.iter(|| run(&mut Batch::new())));
    let mut warm = Batch::new();
    run(&mut warm);
    group.bench_function("256-in-a-batch-with-tables", |b| b.iter(|| run(&mut warm)));
    group.finish();
}

#[cfg(feature = "post-quantum")]
fn post_quantum(c: &mut Criterion) {
    use receipt::cose::Content;

    let terms = fixture::Terms { post_quantum: true, ..fixture::Terms::PLAIN };
    for signs in [Signs::Guest, Signs::Host] {
        let plain = fixture::instance(signs, KeyMode::RootSecret);
        let instance = fixture::instance_on(signs, KeyMode::RootSecret, terms);
        let len = |instance| fixture::claimed(instance, Tip::start(&instance.genesis)).to_bytes().len();
        println!("{signs:?} signs: a receipt of {} bytes, {} with ML-DSA-44", len(&plain), len(&instance));
        let genesis = |instance: &fixture::Instance| instance.genesis.to_bytes().len();
        println!("{signs:?} signs: a genesis statement of {} bytes, {} with", genesis(&plain), genesis(&instance));
    }
    let instance = fixture::instance_on(Signs::Host, KeyMode::RootSecret, terms);
    let key = instance.post_quantum.as_ref().expect("it has one");
    let body = fixture::claimed(&instance, Tip::start(&instance.genesis)).body_bytes().to_vec();
    let signature = key.sign(Content::Body, &body);
    let checked = key.public().check().expect("the feature is on");
    let mut group = c.benchmark_group("ml-dsa-44");
    group.bench_function("key-from-seed", |b| {
        b.iter(|| receipt::PostQuantumSigningKey::from_seed(black_box(&[7; 32])));
    });
    // Signing repeats until it succeeds: the mean is over bodies, not over one.
    let mut counter = 0_u64;
    group.bench_function("sign", |b| {
        b.iter(|| {
            counter += 1;
            key.sign(Content::Body, &counter.to_le_bytes())
        });
    });
    group.bench_function("verify", |b| b.iter(|| checked.verify(Content::Body, black_box(&body), &signature.0)));
    group.bench_function("expand-key", |b| b.iter(|| key.public().check()));
    group.finish();
}

#[cfg(not(feature = "post-quantum"))]
fn post_quantum(_: &mut Criterion) {
    println!("skipped: ML-DSA-44 (it needs the feature post-quantum)");
}

criterion_group!(benches, claim, receipt, batch, chain, post_quantum);
criterion_main!(benches);
