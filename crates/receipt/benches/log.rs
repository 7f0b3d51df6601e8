//! What the log costs: a leaf more, a proof, a checkpoint, their verification; at a million leaves.

use std::convert::Infallible;
use std::hint::black_box;

use codec::Digest;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use receipt::SigningKey;
use receipt::log::merkle::{
    Node, Nodes, appended, consistency_proof, inclusion_proof, leaf_hash, root, verify_consistency, verify_inclusion,
};
use receipt::log::{Checkpoint, CoseReceipt, SignedHead};

const LEAVES: u64 = 1_000_000;

/// A row of digests for each level.
#[derive(Clone, Default)]
struct Store(Vec<Vec<Digest>>);

impl Nodes for Store {
    type Error = Infallible;

    fn node(&self, node: Node) -> Result<Digest, Infallible> {
        Ok(self.0[usize::from(node.level)][node.index as usize])
    }
}

impl Store {
    fn append(&mut self, size: u64, leaf: Digest) {
        let Ok(completed) = appended(self, size, leaf);
        for (node, digest) in completed {
            if self.0.len() <= usize::from(node.level) {
                self.0.push(Vec::new());
            }
            self.0[usize::from(node.level)].push(digest);
        }
    }
}

fn leaf(number: u64) -> Digest {
    leaf_hash(&number.to_be_bytes())
}

fn growth(c: &mut Criterion) {
    let mut group = c.benchmark_group("append");
    group.throughput(Throughput::Elements(1000)).sample_size(20);
    let mut store = Store::default();
    let mut size = 0;
    group.bench_function("1000-leaves", |b| {
        b.iter(|| {
            for _ in 0..1000 {
                store.append(size, black_box(Digest::ZERO));
                size += 1;
            }
        });
    });
    let entry = [7; 900];
    group.throughput(Throughput::Elements(1)).bench_function("leaf-hash-900-bytes", |b| b.iter(|| leaf_hash(&entry)));
    group.finish();
}

fn at_a_million(c: &mut Criterion) {
    let mut store = Store::default();
    (0..LEAVES).for_each(|number| store.append(number, leaf(number)));
    let Ok(tree_root) = root(&store, LEAVES);
    let mut group = c.benchmark_group("at-1000000");
    let mut number = 0;
    let mut next = || {
        number = (number + 611_953) % LEAVES;
        number
    };
    group.bench_function("inclusion-proof", |b| b.iter(|| inclusion_proof(&store, next(), LEAVES)));
    group.bench_function("consistency-proof", |b| b.iter(|| consistency_proof(&store, next(), LEAVES)));
    group.bench_function("root", |b| b.iter(|| root(&store, black_box(LEAVES))));
    let index = 777_777;
    let Ok(proof) = inclusion_proof(&store, index, LEAVES);
    let digest = leaf(index);
    group.bench_function("verify-inclusion", |b| {
        b.iter(|| verify_inclusion(index, LEAVES, &digest, black_box(&proof), &tree_root).expect("a good proof"));
    });
    let (Ok(old), Ok(consistency)) = (root(&store, index), consistency_proof(&store, index, LEAVES));
    group.bench_function("verify-consistency", |b| {
        b.iter(|| {
            verify_consistency(index, &old, LEAVES, &tree_root, black_box(&consistency)).expect("a good proof");
        });
    });

    let key = SigningKey::from_seed(&[7; 32]);
    let checked = key.public().check().expect("usable");
    let checkpoint = Checkpoint { origin: "avouch/00".into(), size: LEAVES, root: tree_root };
    group.bench_function("checkpoint-root-and-both-signatures", |b| {
        b.iter(|| {
            let Ok(root) = root(&store, black_box(LEAVES));
            SignedHead::sign(Checkpoint { root, ..checkpoint.clone() }, &key).expect("a good checkpoint")
        });
    });
    let head = SignedHead::sign(checkpoint, &key).expect("a good checkpoint");
    group.bench_function("verify-checkpoint", |b| {
        b.iter(|| Checkpoint::open(black_box(head.note().as_bytes()), "avouch/00", &checked).expect("a good note"));
    });
    let signature = *head.cose_signature();
    let cose = CoseReceipt { key_id: key.public().id(), size: LEAVES, index, path: proof, signature };
    let bytes = cose.to_bytes();
    group.bench_function("cose-receipt-read-and-verify", |b| {
        b.iter(|| CoseReceipt::decode(black_box(&bytes)).expect("as written").verify(&digest, &checked));
    });
    group.finish();
    println!(
        "at 10^6 leaves: an inclusion proof has {} digests, a COSE receipt {} bytes",
        cose.path.len(),
        bytes.len()
    );
}

criterion_group!(benches, growth, at_a_million);
criterion_main!(benches);
