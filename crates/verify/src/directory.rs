//! A published log: its checkpoint, its tiles, and the receipts in its bundles as a chain.

use std::cell::RefCell;

use codec::Digest;
use jiff::Timestamp;
use receipt::log::checkpoint::{self, Checkpoint};
use receipt::log::merkle::{self, Node, Nodes};
use receipt::log::tile::{DirectoryReport, Kind, Tile, WIDTH, check_directory, decode_tile, tiles};
use receipt::{BatchVerifier, Genesis, Receipt, Tip};

use crate::fault::{Fault, FaultKind};
use crate::record::{fault_of, judge_genesis};
use crate::trust::{Standing, TrustStore};

/// What was found of a published log.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Its checkpoint, verified.
    pub checkpoint: Checkpoint,
    /// What was read.
    pub report: DirectoryReport,
    /// Receipts that were verified as a chain: all, or those after the last bundle that was pruned.
    pub receipts: u64,
    /// Size of the earlier checkpoint that this log begins with.
    pub since: Option<u64>,
    /// What the trust store says of whoever signed the genesis statement.
    pub standing: Standing,
}

/// Verifies a log's files. `read` gives the file at a path below the log's prefix; `since` is an earlier checkpoint's
/// note; `post_quantum_key` is the ML-DSA key that the genesis statement names, if it names one.
///
/// # Errors
/// The first fault.
pub fn directory<E: std::fmt::Display>(
    genesis: &Genesis,
    note: &[u8],
    since: Option<&[u8]>,
    mut read: impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
    trust: &TrustStore,
    now: Timestamp,
) -> Result<Directory, Fault> {
    let standing = judge_genesis(genesis, trust, now)?.1;
    let origin = checkpoint::origin(&genesis.statement().instance);
    let open = |note: &[u8], what: &str| {
        Checkpoint::open(note, &origin, genesis.log_key())
            .map_err(|error| Fault::new(FaultKind::BadSignature, format!("{what}: {error}")))
    };
    let checkpoint = open(note, "the checkpoint")?;
    let since = since.map(|note| open(note, "the earlier checkpoint")).transpose()?;
    let mut visitor = Visitor::new(genesis);
    // Bundles may be missing at the beginning, where receipts were pruned; the visitor finds gaps after it.
    let report = check_directory(&checkpoint, checkpoint.size, &mut read, |index, entry| visitor.visit(index, entry))
        .map_err(|error| Fault::new(FaultKind::BrokenChain, format!("the published log: {error}")))?;
    let receipts = visitor.finish(checkpoint.size)?;
    if let Some(since) = &since {
        check_beginning(&checkpoint, since, read)?;
    }
    Ok(Directory { checkpoint, report, receipts, since: since.map(|since| since.size), standing })
}

/// The tiles, which were just checked, have the earlier root at the earlier size.
fn check_beginning<E: std::fmt::Display>(
    checkpoint: &Checkpoint,
    since: &Checkpoint,
    read: impl FnMut(&str) -> Result<Option<Vec<u8>>, E>,
) -> Result<(), Fault> {
    let (old, new) = (since.size, checkpoint.size);
    if old > new {
        let what = format!("the earlier checkpoint has {old} receipts, the published log {new}: it was rolled back");
        return Err(Fault::new(FaultKind::RolledBack, what));
    }
    let root = merkle::root(&Tiles { read: RefCell::new(read), size: new }, old)?;
    if root == since.root {
        return Ok(());
    }
    let what = format!("the log of {old} that the earlier checkpoint speaks of is not the beginning of this one");
    Err(Fault::new(FaultKind::RolledBack, what))
}

/// Nodes out of tiles.
struct Tiles<R> {
    read: RefCell<R>,
    size: u64,
}

impl<E: std::fmt::Display, R: FnMut(&str) -> Result<Option<Vec<u8>>, E>> Nodes for Tiles<R> {
    type Error = Fault;

    fn node(&self, node: Node) -> Result<Digest, Fault> {
        let (kind, rows) = (Kind::Digests(node.level / 8), u32::from(node.level % 8));
        let (first, count) = (node.index << rows, 1_u64 << rows);
        let index = first / u64::from(WIDTH);
        let tile = tiles(self.size).find(|tile| tile.kind == kind && tile.index == index);
        let missing = || Fault::new(FaultKind::BrokenChain, "a tile that was there is gone");
        let tile = tile.ok_or_else(missing)?;
        let mut read = self.read.borrow_mut();
        for tile in [tile, Tile { width: WIDTH, ..tile }] {
            let found = read(&tile.path()).map_err(|error| Fault::new(FaultKind::World, error.to_string()))?;
            let Some(bytes) = found else { continue };
            let digests = decode_tile(&bytes, tile.width)
                .map_err(|error| Fault::new(FaultKind::Malformed, format!("{}: {error}", tile.path())))?;
            let place = (first % u64::from(WIDTH)) as usize;
            let mut row = digests.get(place..place + count as usize).ok_or_else(missing)?.to_vec();
            while row.len() > 1 {
                row = row.chunks_exact(2).map(|pair| merkle::node_hash(&pair[0], &pair[1])).collect();
            }
            return Ok(row[0]);
        }
        Err(missing())
    }
}

/// Takes the entries as a chain.
struct Visitor<'g> {
    genesis: &'g Genesis,
    verifier: Option<BatchVerifier<'g>>,
    next: u64,
    fault: Option<Fault>,
}

impl<'g> Visitor<'g> {
    fn new(genesis: &'g Genesis) -> Self {
        Self { genesis, verifier: None, next: 0, fault: None }
    }

    fn visit(&mut self, index: u64, entry: &[u8]) {
        if self.fault.is_some() {
            return;
        }
        if self.verifier.is_some() && index != self.next {
            let what = format!("the bundle with leaf {} is missing in the middle of the log", self.next);
            self.fault = Some(Fault::new(FaultKind::BrokenChain, what));
            return;
        }
        let genesis = self.genesis;
        let verifier =
            self.verifier.get_or_insert_with(|| BatchVerifier::resume(genesis, start_of(genesis, index, entry)));
        self.next = index + 1;
        // The first fault is in the verdict at the end.
        let _ = verifier.push(entry, None);
    }

    fn finish(self, size: u64) -> Result<u64, Fault> {
        let Self { genesis, verifier, next, fault } = self;
        if let Some(fault) = fault {
            return Err(fault);
        }
        let Some(mut verifier) = verifier else { return Ok(0) };
        if next != size {
            return Err(Fault::new(FaultKind::BrokenChain, format!("the bundle with leaf {next} is missing")));
        }
        let start = Tip::start(genesis).epoch;
        match fault_of(&verifier.verdict(), start) {
            Some(fault) => Err(fault),
            None => Ok(verifier.coverage().signed + verifier.coverage().covered),
        }
    }
}

/// What the first entry that is there must follow: the chain's start; or, where the receipts before it were pruned, what
/// it says itself, for which the checkpoint over it vouches.
fn start_of(genesis: &Genesis, index: u64, entry: &[u8]) -> Tip {
    let start = Tip::start(genesis);
    match Receipt::decode(entry) {
        Ok(receipt) if index > 0 => Tip { epoch: start.epoch + index, digest: receipt.body().frame().previous },
        Ok(_) | Err(_) => start,
    }
}
