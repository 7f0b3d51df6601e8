//! A small journal in pieces that a test can change before it is put together again, with everything that whoever has no
//! key can make anew: sums, tree, page digests.

use std::path::Path;

use codec::{Digest, sha256};
use jiff::Timestamp;
use journal::{Durability, Entry, Header, JournalError, Reader, Start, Writer};
use receipt::divergence::{Account, Divergence};
use receipt::log::checkpoint::{self, Checkpoint, SignedHead};
use receipt::log::merkle;
use receipt::snapshot::{Global, GlobalKind, Manifest, PAGE_LEN, PIECE_LEN, State, page_digest, page_directory};
use receipt::{Denial, Exhaustion, Genesis, GenesisStatement, InstanceName, KeyMode, KeyRole, Outcome, Receipt, Tip};
use verify::{Findings, Pin, Record, TrustStore};

use crate::fixture::{self, Instance, Signs, Terms};
use crate::memory::Memory;

/// Steps of the small journal.
pub(crate) const STEPS: u64 = 5;
/// Every how many steps the runtime signs. The last step is signed in any case.
pub(crate) const INTERVAL: u32 = 2;

/// A journal in pieces.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) header: Header,
    pub(crate) start: Start,
    pub(crate) entries: Vec<Entry>,
    /// Sizes and signed heads.
    pub(crate) heads: Vec<(u64, Vec<u8>)>,
    /// Epoch, manifest and pages, kept after the step of that epoch.
    pub(crate) snapshot: Option<(u64, Vec<u8>, Vec<Vec<u8>>)>,
    /// A statement that two engines disagreed about the step after the last.
    pub(crate) incident: Option<Vec<u8>>,
}

/// An instance whose module and configuration are the bytes that the fixture's names speak of.
pub(crate) fn instance() -> Instance {
    fixture::instance_on(Signs::Guest, KeyMode::RootSecret, Terms { interval: INTERVAL, ..Terms::PLAIN })
}

/// The same, under another instance id: another chain with other keys.
pub(crate) fn other_instance() -> Instance {
    let mut other = instance();
    let name = InstanceName { instance: receipt::InstanceId(*b"instance-0000002"), ..fixture::name() };
    other.runtime = fixture::root().instance_key(KeyRole::Runtime, &name);
    other.witness = fixture::root().instance_key(KeyRole::Witness, &name);
    other.log = fixture::root().instance_key(KeyRole::Log, &name);
    let statement = GenesisStatement {
        instance: name.instance,
        runtime: other.runtime.public(),
        witness: Some(other.witness.public()),
        log: other.log.public(),
        ..other.genesis.statement().clone()
    };
    other.genesis = statement.sign(&other.operator).expect("a good statement");
    other
}

impl Parts {
    /// Five steps, two checkpoints, a snapshot.
    pub(crate) fn of(instance: &Instance) -> Self {
        let mut receipts = fixture::chain(instance, STEPS);
        let last = receipts.pop().expect("there are steps");
        receipts.push(fixture::signed(instance, last));
        let entries: Vec<Entry> = (1..)
            .zip(&receipts)
            .map(|(epoch, receipt)| Entry {
                epoch,
                input: fixture::input(epoch),
                receipt: receipt.to_bytes(),
                annex: Vec::new(),
            })
            .collect();
        let genesis = &instance.genesis;
        let header = Header {
            genesis: genesis.to_bytes(),
            module: b"a sealed module".to_vec(),
            configuration: b"a configuration".to_vec(),
            description: Vec::new(),
            post_quantum_key: Vec::new(),
            start: 0,
        };
        let start = Start { base_epoch: 0, tip: genesis.payload_digest(), peaks: Vec::new() };
        let heads = [2, STEPS].map(|size| (size, head(instance, &receipts, size)));
        let snapshot = Some(snapshot(instance, &receipts, 4));
        Self { header, start, entries, heads: heads.to_vec(), snapshot, incident: None }
    }

    /// The journal. What its writer refuses is an error.
    pub(crate) fn build(&self) -> Result<Reader, JournalError> {
        let (memory, name) = (Memory::default(), Path::new("small.journal"));
        let writer = Writer::create_with(memory.clone(), name, &self.header, self.start.clone(), Durability::AtClose);
        let mut writer = writer?;
        for entry in &self.entries {
            writer.append(entry.clone())?;
            if let Some((epoch, manifest, pages)) = self.snapshot.as_ref().filter(|kept| kept.0 == entry.epoch) {
                let pages: Vec<_> = pages.iter().map(|page| (sha256(page), page.as_slice())).collect();
                writer.keep_snapshot(*epoch, manifest, &pages)?;
            }
        }
        for (size, head) in &self.heads {
            writer.keep_head(*size, head)?;
        }
        if let Some(statement) = &self.incident {
            writer.keep_incident(statement)?;
        }
        writer.close()?;
        Reader::open_with(memory, name)
    }

    /// What verification says of it: findings, or why it cannot even be opened.
    pub(crate) fn verify(&self, pin: Option<&Pin>) -> Result<Findings, String> {
        let reader = self.build().map_err(|error| error.to_string())?;
        let record = Record::open(reader).map_err(|fault| fault.to_string())?;
        let findings = record.verify(&trust(), now(), pin, |_| ());
        match &findings.fault {
            Some(fault) => Err(fault.to_string()),
            None => Ok(findings),
        }
    }

    pub(crate) fn receipt(&self, epoch: u64) -> Receipt {
        Receipt::decode(&self.entries[epoch as usize - 1].receipt).expect("a receipt")
    }
}

/// A store that trusts the fixture's operator.
pub(crate) fn trust() -> TrustStore {
    let mut store = TrustStore::default();
    store.add_operator(fixture::root().operator_key().public(), "operator".to_owned());
    store.add(fixture::root().statement_key().public(), "statements".to_owned(), verify::Role::Statement);
    store
}

pub(crate) fn now() -> Timestamp {
    "2026-06-01T00:00:00Z".parse().expect("a time")
}

/// The tree over receipts, as leaf hashes.
pub(crate) struct Leaves(pub(crate) Vec<Digest>);

impl merkle::Nodes for Leaves {
    type Error = core::convert::Infallible;

    fn node(&self, node: merkle::Node) -> Result<Digest, Self::Error> {
        let (first, count) = ((node.index << node.level) as usize, 1 << node.level);
        let mut row = self.0[first..first + count].to_vec();
        while row.len() > 1 {
            row = row.chunks_exact(2).map(|pair| merkle::node_hash(&pair[0], &pair[1])).collect();
        }
        Ok(row[0])
    }
}

pub(crate) fn leaves(receipts: &[Receipt]) -> Leaves {
    Leaves(receipts.iter().map(|receipt| merkle::leaf_hash(&receipt.to_bytes())).collect())
}

pub(crate) fn root_of(receipts: &[Receipt], size: u64) -> Digest {
    let Ok(root) = merkle::root(&leaves(receipts), size);
    root
}

fn head(instance: &Instance, receipts: &[Receipt], size: u64) -> Vec<u8> {
    let origin = checkpoint::origin(&instance.genesis.statement().instance);
    let checkpoint = Checkpoint { origin, size, root: root_of(receipts, size) };
    SignedHead::sign(checkpoint, &instance.log).expect("a good checkpoint").to_bytes()
}

/// A snapshot of one page with something in it.
fn snapshot(instance: &Instance, receipts: &[Receipt], epoch: u64) -> (u64, Vec<u8>, Vec<Vec<u8>>) {
    let mut page = [0; PAGE_LEN];
    page[5_000..5_010].copy_from_slice(b"some state");
    let state =
        State { globals: vec![Global { kind: GlobalKind::I32, bits: 65_536 }], pages: vec![page_digest(&page)] };
    let tip = Tip::after(receipts[epoch as usize - 1].body());
    let manifest = Manifest {
        genesis: instance.genesis.payload_digest(),
        epoch,
        tip: tip.digest,
        log_root: root_of(receipts, epoch),
        state,
    };
    let mut pages: Vec<Vec<u8>> = page.chunks_exact(PIECE_LEN).take(2).map(<[u8]>::to_vec).collect();
    pages.push(page_directory(&page).to_vec());
    (epoch, manifest.sign(&instance.runtime).to_bytes(), pages)
}

/// A head pin of the small journal as it is.
pub(crate) fn pin(genesis: &Genesis, parts: &Parts) -> Pin {
    let receipts: Vec<Receipt> = (1..=STEPS).map(|epoch| parts.receipt(epoch)).collect();
    let tip = Tip::after(receipts[STEPS as usize - 1].body());
    let instance = genesis.statement().instance;
    Pin { instance, epoch: tip.epoch, tip: tip.digest, size: STEPS, root: root_of(&receipts, STEPS) }
}

/// Two engines that ended the step after `parts` in two ways, by the runtime's word.
pub(crate) fn incident(instance: &Instance, parts: &Parts) -> Vec<u8> {
    let tip = Tip::after(parts.receipt(STEPS).body());
    let account = |engine: &str, outcome| Account {
        engine: engine.to_owned(),
        body: fixture::unclaimed(instance, tip, outcome).body().clone(),
    };
    let running = account("one 1.0", Outcome::Denied(Denial::BadClaim));
    let shadow = account("other 2.0", Outcome::Exhausted(Exhaustion::Meter));
    let statement = Divergence::new(instance.genesis.payload_digest(), running, shadow).expect("they differ");
    statement.sign(&instance.runtime).to_bytes()
}
