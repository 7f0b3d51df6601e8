//! A run of forty steps with everything in it that a journal can keep, driven on from wherever it was left.

use std::collections::BTreeMap;

use codec::{Digest, sha256};
use journal::{Durability, Entry, JournalError, Reader, Writer};
use receipt::log::merkle;

use crate::fixture::{bytes, entry, header, tip};

pub(crate) const STEPS: u64 = 40;
pub(crate) const DURABILITIES: [Durability; 2] = [Durability::EveryStep, Durability::Batch(4)];

const SIGNED_EVERY: u64 = 5;
const HEAD_EVERY: u64 = 10;
const SNAPSHOT_EVERY: u64 = 8;
const NAMES_AT: u64 = 12;
const PRUNE_AT: u64 = 24;
const PRUNED: u64 = 20;
const COMPACT_AT: u64 = 30;
const INCIDENT_AT: u64 = 33;

/// What was acknowledged as being on disk.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(crate) struct Ledger {
    pub(crate) created: bool,
    pub(crate) safe_epoch: u64,
    pub(crate) signed: Vec<u64>,
    pub(crate) heads: Vec<u64>,
    pub(crate) snapshots: Vec<u64>,
    pub(crate) base: u64,
    pub(crate) named: bool,
    pub(crate) incident: bool,
}

/// The step of an epoch once its receipt is signed.
pub(crate) fn signed(epoch: u64) -> Entry {
    Entry { receipt: bytes(epoch << 2 | 3, 640), ..entry(epoch) }
}

fn head(size: u64) -> Vec<u8> {
    bytes(size ^ 0x6865_6164, 260)
}

/// Three pages and a directory that names them; one of the pages never changes.
pub(crate) fn pages(epoch: u64) -> Vec<Vec<u8>> {
    let mut pages = vec![bytes(0x7061_6765, 4_096), bytes(epoch ^ 0x7061, 4_096), bytes(epoch / 16, 4_096)];
    let mut directory = Vec::new();
    for place in 0..16 {
        directory.extend_from_slice(sha256(&pages[place % 3]).as_bytes());
    }
    pages.push(directory);
    pages
}

fn manifest(epoch: u64) -> Vec<u8> {
    let mut manifest = bytes(epoch ^ 0x6d61, 77);
    manifest.extend_from_slice(sha256(&pages(epoch)[3]).as_bytes());
    manifest.extend_from_slice(&bytes(epoch ^ 0x6e69, 64));
    manifest
}

fn names() -> Vec<String> {
    (0..5).map(|id| format!("vertex {id}")).collect()
}

/// Takes the run to its end, and writes down what is acknowledged on the way.
pub(crate) fn drive(writer: &mut Writer, ledger: &mut Ledger) -> Result<(), JournalError> {
    loop {
        let epoch = writer.last_epoch();
        after(writer, epoch, ledger)?;
        ledger.safe_epoch = writer.safe_epoch();
        if epoch == STEPS {
            return Ok(());
        }
        writer.append(entry(epoch + 1))?;
        ledger.safe_epoch = writer.safe_epoch();
    }
}

/// What is done after a step, if it has not been done yet.
fn after(writer: &mut Writer, epoch: u64, ledger: &mut Ledger) -> Result<(), JournalError> {
    let due = |every: u64| epoch > 0 && epoch.is_multiple_of(every);
    if due(SIGNED_EVERY) {
        if writer.reader()?.entry(epoch)? != signed(epoch) {
            writer.replace_last(signed(epoch).receipt)?;
        }
        ledger.signed.push(epoch);
    }
    if due(HEAD_EVERY) {
        writer.keep_head(epoch, &head(epoch))?;
        ledger.heads.push(epoch);
    }
    if due(SNAPSHOT_EVERY) {
        let pages = pages(epoch);
        let pages: Vec<_> = pages.iter().map(|page| (sha256(page), page.as_slice())).collect();
        writer.keep_snapshot(epoch, &manifest(epoch), &pages)?;
        ledger.snapshots.push(epoch);
    }
    match epoch {
        NAMES_AT => {
            writer.name_vertices(&names())?;
            ledger.named = true;
        }
        PRUNE_AT if writer.base().0 < PRUNED => {
            writer.prune(PRUNED, tip(PRUNED))?;
            ledger.base = PRUNED;
        }
        COMPACT_AT => writer.compact()?,
        INCIDENT_AT => {
            writer.keep_incident(b"two engines")?;
            ledger.incident = true;
        }
        _ => {}
    }
    Ok(())
}

/// All that a journal says, for comparison.
#[derive(PartialEq, Eq, Debug)]
pub(crate) struct Contents {
    pub(crate) base: (u64, Digest),
    pub(crate) entries: Vec<Entry>,
    pub(crate) root: Digest,
    pub(crate) heads: BTreeMap<u64, Vec<u8>>,
    pub(crate) last_head: Option<(u64, Vec<u8>)>,
    pub(crate) snapshots: BTreeMap<u64, (Vec<u8>, Vec<Vec<u8>>)>,
    pub(crate) names: BTreeMap<u64, String>,
    pub(crate) incident: Option<Vec<u8>>,
}

/// Reads and checks everything.
pub(crate) fn contents(reader: &Reader) -> Result<Contents, JournalError> {
    reader.check_tree()?;
    let entries = reader.entries(1, u64::MAX).collect::<Result<Vec<_>, _>>()?;
    let mut heads = BTreeMap::new();
    for size in reader.heads()? {
        heads.insert(size, reader.head(size)?.expect("it was listed"));
    }
    let mut snapshots = BTreeMap::new();
    for epoch in reader.snapshots()? {
        let manifest = reader.snapshot(epoch)?.expect("it was listed");
        let pages = pages(epoch).iter().map(|page| reader.page(&sha256(page))).collect::<Result<_, _>>()?;
        snapshots.insert(epoch, (manifest, pages));
    }
    Ok(Contents {
        base: reader.base(),
        entries,
        root: merkle::root(reader, reader.tree_size())?,
        heads,
        last_head: reader.last_head()?,
        snapshots,
        names: reader.names()?,
        incident: reader.incident()?,
    })
}

/// Whether a journal that was left in the middle of the run holds all that was acknowledged, and nothing that is not of the
/// run.
pub(crate) fn check_against(reader: &Reader, ledger: &Ledger) -> Result<(), String> {
    let found = contents(reader).map_err(|error| error.to_string())?;
    let demand = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
    demand(*reader.header() == header(), "another header")?;
    let last = reader.last_epoch();
    demand(last >= ledger.safe_epoch, "acknowledged steps are gone")?;
    demand(found.base.0 == ledger.base || found.base == (PRUNED, tip(PRUNED)), "another base")?;
    demand(found.entries.len() as u64 == last - found.base.0, "steps are missing")?;
    let mut leaves = Vec::new();
    for epoch in 1..=last {
        let kept = epoch.checked_sub(found.base.0 + 1).map(|place| &found.entries[place as usize]);
        let may_be_signed = epoch.is_multiple_of(SIGNED_EVERY);
        let must_be_signed = may_be_signed && (ledger.signed.contains(&epoch) || epoch < last);
        let expected = match kept {
            Some(kept) if may_be_signed && *kept == signed(epoch) => signed(epoch),
            None if may_be_signed => signed(epoch),
            _ => entry(epoch),
        };
        demand(kept.is_none_or(|kept| *kept == expected), "another step")?;
        demand(!must_be_signed || expected == signed(epoch), "an acknowledged signature is gone")?;
        leaves.push(merkle::leaf_hash(&expected.receipt));
    }
    demand(found.root == naive_root(&leaves) && found.root == reader.root(), "another root")?;
    demand(ledger.heads.iter().all(|size| found.heads.contains_key(size)), "an acknowledged head is gone")?;
    demand(found.heads.iter().all(|(size, found)| *found == head(*size) && *size <= last), "another head")?;
    demand(found.last_head.map(|(size, _)| size) == found.heads.keys().last().copied(), "another last head")?;
    let wanted = ledger.snapshots.iter().filter(|epoch| **epoch >= found.base.0);
    demand(wanted.clone().all(|epoch| found.snapshots.contains_key(epoch)), "an acknowledged snapshot is gone")?;
    for (epoch, (found, kept)) in &found.snapshots {
        demand(*epoch <= last && *found == manifest(*epoch) && *kept == pages(*epoch), "another snapshot")?;
    }
    let names_found: Vec<String> = found.names.into_values().collect();
    demand(names_found == names() || (names_found.is_empty() && !ledger.named), "other names")?;
    demand(found.incident.as_deref() == Some(b"two engines") || !ledger.incident, "the incident is gone")
}

/// RFC 6962, section 2.1, word for word.
pub(crate) fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => sha256(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            merkle::node_hash(&naive_root(left), &naive_root(right))
        }
    }
}
