//! Reading a journal back. A [`Reader`] may be used from several threads at once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use codec::{Digest, sha256};
use receipt::log::merkle::{self, Node, Nodes};
use redb::{ReadableTable as _, StorageBackend};

use crate::contents::{Contents, RowTable};
use crate::error::{JournalError, JournalErrorKind, classify};
use crate::limits::{CHUNK_BYTES_MAX, CHUNK_STEPS, PAGE_BYTES_MAX};
use crate::storage::{self, Shelf, caught};
use crate::tables::{self, HEADS, INCIDENT, NAMES, ONLY, Rows, SNAPSHOTS, check_stored};
use crate::{Entry, Header, tree};

/// A journal at one moment.
pub struct Reader {
    contents: Contents,
    path: PathBuf,
    /// What must stay open as long as this is used; a view of a file or of a writer needs nothing.
    _shelf: Option<Shelf>,
}

impl Reader {
    /// Opens a journal and checks that its parts are all there. After a crash the storage first rolls an unfinished batch
    /// back, for which it needs to write to the file.
    ///
    /// # Errors
    /// The file cannot be read, is in use by a writer, is no journal or is damaged.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let contents = caught(|| Contents::open(&storage::view_file(path)?));
        let contents = contents.map_err(|kind| JournalError::new(path, kind))?;
        Ok(Self { contents, path: path.to_owned(), _shelf: None })
    }

    /// The same out of another storage than a file; `name` stands for it in errors.
    ///
    /// # Errors
    /// As for [`Reader::open`].
    pub fn open_with(backend: impl StorageBackend, name: &Path) -> Result<Self, JournalError> {
        let opened =
            Shelf::open_with(backend).and_then(|shelf| Ok((caught(|| Contents::open(&shelf.view()?))?, shelf)));
        let (contents, shelf) = opened.map_err(|kind| JournalError::new(name, kind))?;
        Ok(Self { contents, path: name.to_owned(), _shelf: Some(shelf) })
    }

    /// A view of what a writer has written.
    pub(crate) fn of(contents: Contents, path: &Path) -> Self {
        Self { contents, path: path.to_owned(), _shelf: None }
    }

    /// What the journal says once.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.contents.header
    }

    /// Where the kept steps begin: the epoch before the first of them, and the digest of its body (or of the genesis
    /// statement's payload, if the journal has the whole chain).
    #[must_use]
    pub fn base(&self) -> (u64, Digest) {
        (self.contents.base.epoch, self.contents.base.tip)
    }

    /// The first kept step's epoch. It is over [`Reader::last_epoch`] if none is kept.
    #[must_use]
    pub fn first_epoch(&self) -> u64 {
        self.contents.base.epoch + 1
    }

    /// The last step's epoch; the base's if none is kept.
    #[must_use]
    pub fn last_epoch(&self) -> u64 {
        self.contents.tally.last_epoch
    }

    /// How many leaves the log has: one for each step of the chain, kept or not.
    #[must_use]
    pub fn tree_size(&self) -> u64 {
        self.contents.tree_size()
    }

    /// The root of the log over all steps.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.contents.tally.root
    }

    /// One step.
    ///
    /// # Errors
    /// [`JournalErrorKind::NotKept`] if it came before the first, [`JournalErrorKind::Gap`] if it never was.
    pub fn entry(&self, epoch: u64) -> Result<Entry, JournalError> {
        let (base, last) = (self.contents.base.epoch, self.last_epoch());
        if epoch > self.contents.header.start && epoch <= base {
            return Err(self.fail(JournalErrorKind::NotKept { what: "step", epoch }));
        }
        if epoch <= base || epoch > last {
            return Err(self.fail(JournalErrorKind::Gap { expected: epoch, found: last }));
        }
        let mut entries = self.chunk(epoch, epoch)?;
        entries.pop().ok_or_else(|| self.fail(JournalErrorKind::Gap { expected: epoch, found: last }))
    }

    /// The steps from `first` to `last`, both included, in order; of those that are not kept, none.
    pub fn entries(&self, first: u64, last: u64) -> impl Iterator<Item = Result<Entry, JournalError>> + '_ {
        let last = last.min(self.last_epoch());
        let mut next = first.max(self.first_epoch());
        let mut chunk = Vec::new().into_iter();
        std::iter::from_fn(move || {
            if let Some(entry) = chunk.next() {
                return Some(Ok(entry));
            }
            if next > last {
                return None;
            }
            let end = last.min(next + CHUNK_STEPS - 1);
            match self.chunk(next, end) {
                Ok(entries) => {
                    next += entries.len() as u64;
                    chunk = entries.into_iter();
                    chunk.next().map(Ok)
                }
                Err(error) => {
                    next = last + 1;
                    Some(Err(error))
                }
            }
        })
    }

    /// The tree sizes for which there is a signed head, ascending.
    ///
    /// # Errors
    /// The table cannot be read or is damaged.
    pub fn heads(&self) -> Result<Vec<u64>, JournalError> {
        self.keys(&self.contents.heads, HEADS, self.contents.tally.heads)
    }

    /// The signed head of a tree size.
    ///
    /// # Errors
    /// As for [`Reader::heads`].
    pub fn head(&self, size: u64) -> Result<Option<Vec<u8>>, JournalError> {
        self.row(&self.contents.heads, HEADS, size, self.contents.tally.heads)
    }

    /// The signed head of the largest tree, with its size.
    ///
    /// # Errors
    /// As for [`Reader::heads`].
    pub fn last_head(&self) -> Result<Option<(u64, Vec<u8>)>, JournalError> {
        let Some(size) = self.contents.tally.last_head else { return Ok(None) };
        match self.head(size)? {
            Some(head) => Ok(Some((size, head))),
            None => Err(self.fail(JournalErrorKind::Missing("last head"))),
        }
    }

    /// The epochs of which there is a snapshot, ascending.
    ///
    /// # Errors
    /// As for [`Reader::heads`].
    pub fn snapshots(&self) -> Result<Vec<u64>, JournalError> {
        self.keys(&self.contents.snapshots, SNAPSHOTS, self.contents.tally.snapshots)
    }

    /// The manifest of an epoch's snapshot.
    ///
    /// # Errors
    /// As for [`Reader::heads`].
    pub fn snapshot(&self, epoch: u64) -> Result<Option<Vec<u8>>, JournalError> {
        self.row(&self.contents.snapshots, SNAPSHOTS, epoch, self.contents.tally.snapshots)
    }

    /// The page of a snapshot that has a digest.
    ///
    /// # Errors
    /// [`JournalErrorKind::Page`] if it is missing or has changed.
    pub fn page(&self, digest: &Digest) -> Result<Vec<u8>, JournalError> {
        self.guarded(|| {
            let missing = || JournalErrorKind::Page(*digest);
            let page = self.contents.pages.get(digest.as_bytes()).map_err(classify)?.ok_or_else(missing)?;
            let whole = page.value().len() <= PAGE_BYTES_MAX && sha256(page.value()) == *digest;
            whole.then(|| page.value().to_vec()).ok_or_else(missing)
        })
    }

    /// What was said of two engines that differed, if they did.
    ///
    /// # Errors
    /// As for [`Reader::heads`].
    pub fn incident(&self) -> Result<Option<Vec<u8>>, JournalError> {
        self.row(&self.contents.incident, INCIDENT, ONLY, self.contents.tally.incidents)
    }

    /// Names of vertices by id.
    ///
    /// # Errors
    /// As for [`Reader::heads`].
    pub fn names(&self) -> Result<BTreeMap<u64, String>, JournalError> {
        self.guarded(|| {
            let mut names = BTreeMap::new();
            for row in self.contents.names.iter().map_err(classify)? {
                let (id, stored) = row.map_err(classify)?;
                let name = tables::checked(NAMES, id.value(), stored.value())?.to_vec();
                let name = String::from_utf8(name).map_err(|_| damaged("a name is not text"))?;
                names.insert(id.value(), name);
            }
            if names.len() as u64 == self.contents.tally.names { Ok(names) } else { Err(damaged("names are missing")) }
        })
    }

    /// Computes every kept leaf again from its receipt and every other node from the two under it, and compares.
    ///
    /// # Errors
    /// [`JournalErrorKind::Tree`] names the first node that differs; any other kind if a step cannot be read.
    pub fn check_tree(&self) -> Result<(), JournalError> {
        let Contents { header, base, nodes, .. } = &self.contents;
        for entry in self.entries(self.first_epoch(), self.last_epoch()) {
            let entry = entry?;
            let leaf = Node { level: 0, index: entry.epoch - header.start - 1 };
            if self.node(leaf)? != merkle::leaf_hash(&entry.receipt) {
                return Err(self.fail(JournalErrorKind::Tree { level: leaf.level, index: leaf.index }));
            }
        }
        self.guarded(|| tree::check_interior(nodes, base.rooted, self.tree_size()))
    }

    fn keys(&self, table: &RowTable, rows: Rows, expected: u64) -> Result<Vec<u64>, JournalError> {
        self.guarded(|| {
            let mut keys = Vec::new();
            for row in table.iter().map_err(classify)? {
                let (key, stored) = row.map_err(classify)?;
                tables::checked(rows, key.value(), stored.value())?;
                keys.push(key.value());
            }
            if keys.len() as u64 == expected { Ok(keys) } else { Err(damaged("rows are missing")) }
        })
    }

    fn row(&self, table: &RowTable, rows: Rows, key: u64, expected: u64) -> Result<Option<Vec<u8>>, JournalError> {
        let found = self.guarded(|| {
            let Some(stored) = table.get(key).map_err(classify)? else { return Ok(None) };
            Ok(Some(tables::checked(rows, key, stored.value())?.to_vec()))
        })?;
        // Whether it never was or has been lost, only the others can tell.
        if found.is_none() && self.keys(table, rows, expected)?.contains(&key) {
            return Err(self.fail(damaged("a row is there and cannot be found")));
        }
        Ok(found)
    }

    fn chunk(&self, first: u64, last: u64) -> Result<Vec<Entry>, JournalError> {
        self.guarded(|| read_chunk(&self.contents, first, last))
    }

    fn guarded<T>(&self, read: impl FnOnce() -> Result<T, JournalErrorKind>) -> Result<T, JournalError> {
        caught(read).map_err(|kind| self.fail(kind))
    }

    fn fail(&self, kind: JournalErrorKind) -> JournalError {
        JournalError::new(&self.path, kind)
    }
}

/// The log's nodes, for its roots and proofs. Those under the peaks with which a restored journal began are not kept.
impl Nodes for Reader {
    type Error = JournalError;

    fn node(&self, node: Node) -> Result<Digest, JournalError> {
        self.guarded(|| self.contents.log().node(node))
    }
}

fn damaged(words: &str) -> JournalErrorKind {
    JournalErrorKind::Damaged(words.to_owned())
}

fn read_chunk(contents: &Contents, first: u64, last: u64) -> Result<Vec<Entry>, JournalErrorKind> {
    let Contents { inputs, receipts, annexes, sums, .. } = contents;
    let (mut entries, mut bytes, mut last) = (Vec::new(), 0, last);
    let rows = receipts.range(first..=last).map_err(classify)?;
    let rows = rows.zip(inputs.range(first..=last).map_err(classify)?);
    let rows = rows.zip(annexes.range(first..=last).map_err(classify)?);
    for (expected, ((receipt, input), annex)) in (first..=last).zip(rows) {
        let (epoch, receipt) = receipt.map_err(classify)?;
        let (input_epoch, input) = input.map_err(classify)?;
        let (annex_epoch, annex) = annex.map_err(classify)?;
        for found in [epoch.value(), input_epoch.value(), annex_epoch.value()] {
            if found != expected {
                return Err(JournalErrorKind::Gap { expected, found });
            }
        }
        let parts = [input.value(), receipt.value(), annex.value()];
        parts.into_iter().try_for_each(check_stored)?;
        let [input, receipt, annex] = parts.map(<[u8]>::to_vec);
        let entry = Entry { epoch: expected, input, receipt, annex };
        let sum = sums.get(expected).map_err(classify)?;
        if sum.is_none_or(|sum| *sum.value() != entry.sum()) {
            return Err(JournalErrorKind::Damaged(format!("epoch {expected} is not what was written")));
        }
        bytes += entry.len();
        entries.push(entry);
        if bytes >= CHUNK_BYTES_MAX {
            last = expected;
            break;
        }
    }
    let expected = first + entries.len() as u64;
    if expected <= last {
        return Err(JournalErrorKind::Gap { expected, found: last });
    }
    Ok(entries)
}
