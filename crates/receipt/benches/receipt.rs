//! What signing and verifying cost: one claim, one body, one receipt, a chain of ten thousand.

#[allow(dead_code, reason = "the tests use the rest of the fixture")]
#[path = "../tests/it/fixture.rs"]
mod fixture;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fixture::Signs;
use receipt::limits::CLAIM_LEN_MAX;
use receipt::{ChainVerifier, Claim, KeyMode, Receipt, Tip, Verdict, sign_claim, verify_chain};

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

criterion_group!(benches, claim, receipt, chain);
criterion_main!(benches);
