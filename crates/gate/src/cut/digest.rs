//! The cut hash and the vertex-set digest. `spec/cut.md` describes both byte by byte.

use codec::{Digest, Encoder, Hasher, Sink};

use crate::cut::Cut;
use crate::work::{Progress, Work};

/// The version in every cut hash.
pub const VERSION: u64 = 1;

/// Vertices between two checkpoints.
const STRIDE: usize = 64;

/// Bytes that one work unit pays for.
const UNIT_BYTES: u64 = 64;

const LEAF: u8 = 0;
const NODE: u8 = 1;
const EMPTY: u8 = 2;

/// The digest of a set of ids, given in strictly ascending order. Depends on the set alone.
///
/// ```
/// assert_ne!(gate::cut::vertex_set_digest(&[]), gate::cut::vertex_set_digest(&[0]));
/// ```
#[must_use]
pub fn vertex_set_digest(ids: &[u64]) -> Digest {
    let mut trie = Trie::new();
    for id in ids {
        trie.push(*id);
    }
    trie.finish()
}

/// A Merkle trie over ascending ids, of which only the right edge is kept.
///
/// The bits in which neighbours on that edge differ strictly ascend, so there are at most 64 of them.
#[derive(Clone)]
struct Trie {
    /// Finished subtrees, left to right.
    subtrees: [Digest; 65],
    /// `bits[i]`: the highest bit in which `subtrees[i]` and `subtrees[i + 1]` differ, 0 the most significant.
    bits: [u8; 64],
    len: usize,
    last: u64,
}

impl Trie {
    fn new() -> Self {
        Self { subtrees: [Digest::ZERO; 65], bits: [0; 64], len: 0, last: 0 }
    }

    fn push(&mut self, id: u64) {
        if self.len > 0 {
            assert!(self.last < id, "ids ascend");
            let bit = (self.last ^ id).leading_zeros() as u8;
            while self.len > 1 && self.bits[self.len - 2] > bit {
                self.join();
            }
            self.bits[self.len - 1] = bit;
        }
        self.last = id;
        let mut hasher = Hasher::new();
        hasher.write(&[LEAF]);
        hasher.write(&id.to_be_bytes());
        self.subtrees[self.len] = hasher.finish();
        self.len += 1;
    }

    /// Makes one subtree of the last two.
    fn join(&mut self) {
        let mut hasher = Hasher::new();
        hasher.write(&[NODE, self.bits[self.len - 2]]);
        hasher.write(self.subtrees[self.len - 2].as_bytes());
        hasher.write(self.subtrees[self.len - 1].as_bytes());
        self.len -= 1;
        self.subtrees[self.len - 1] = hasher.finish();
    }

    fn finish(mut self) -> Digest {
        if self.len == 0 {
            return codec::sha256(&[EMPTY]);
        }
        while self.len > 1 {
            self.join();
        }
        self.subtrees[0]
    }
}

/// What the cut hash takes in next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// Vertices into the set digest.
    Set,
    /// The items before the first list.
    Head,
    /// Vertices outside the atom of vertex 0, with their labels.
    Atoms,
    /// v1 and the heads of T*.
    Choice,
    /// The smaller side of T*.
    Side,
    /// The family count.
    Family,
    Done,
}

/// The cut hash under construction. It holds its state inline and may rest between any two checkpoints.
#[derive(Clone)]
pub struct CutDigest {
    part: Part,
    next: usize,
    trie: Trie,
    set: Digest,
    hasher: Hasher,
    /// Bytes hashed that no unit has been charged for yet.
    unpaid: u64,
}

impl CutDigest {
    /// Begins with nothing known.
    #[must_use]
    pub fn start() -> Self {
        Self { part: Part::Set, next: 0, trie: Trie::new(), set: Digest::ZERO, hasher: Hasher::new(), unpaid: 0 }
    }

    /// Begins with a vertex-set digest that the caller has kept, which must be that of the graph's ids.
    #[must_use]
    pub fn with_vertex_set(set: Digest) -> Self {
        Self { part: Part::Head, set, ..Self::start() }
    }

    /// The vertex-set digest, which a later hash of a graph with the same ids may begin with. Call it after
    /// [`CutDigest::advance`] returned [`Progress::Done`].
    #[must_use]
    pub fn vertex_set(&self) -> Digest {
        assert!(self.part == Part::Done, "the vertex-set digest is in the hash");
        self.set
    }

    /// Goes on until done or until `work` is exhausted. `ids` and `cut` must be the same at each call.
    ///
    /// A unit for each 64 bytes hashed and for each vertex looked at; a checkpoint every 64 vertices.
    pub fn advance(&mut self, ids: &[u64], cut: &Cut<'_>, work: &mut Work) -> Progress {
        while self.part != Part::Done {
            if work.exhausted() {
                return Progress::Pending;
            }
            match self.part {
                Part::Set => self.set(ids, work),
                Part::Head => self.head(ids, cut),
                Part::Atoms => self.atoms(ids, cut, work),
                Part::Choice => self.choice(ids, cut),
                Part::Side => self.side(ids, cut, work),
                Part::Family => self.family(cut),
                Part::Done => {}
            }
            work.charge(self.unpaid / UNIT_BYTES);
            self.unpaid %= UNIT_BYTES;
        }
        Progress::Done
    }

    /// The cut hash. Call it after [`CutDigest::advance`] returned [`Progress::Done`].
    #[must_use]
    pub fn finish(self) -> Digest {
        assert!(self.part == Part::Done, "the cut hash is through");
        self.hasher.finish()
    }

    fn set(&mut self, ids: &[u64], work: &mut Work) {
        let stride = self.stride(ids.len());
        for id in &ids[stride.clone()] {
            self.trie.push(*id);
        }
        // One block for a leaf and two for a node.
        work.charge(3 * stride.len() as u64);
        if self.next == ids.len() {
            self.set = core::mem::replace(&mut self.trie, Trie::new()).finish();
            self.turn_to(Part::Head);
        }
    }

    fn head(&mut self, ids: &[u64], cut: &Cut<'_>) {
        let set = self.set;
        Encoder::new(&mut self.sink())
            .array(9)
            .uint(VERSION)
            .uint(ids.len() as u64)
            .uint(cut.value)
            .bytes(set.as_bytes())
            .array(2 * u64::from(cut.outside_count));
        self.turn_to(Part::Atoms);
    }

    fn atoms(&mut self, ids: &[u64], cut: &Cut<'_>, work: &mut Work) {
        let stride = self.stride(ids.len());
        work.charge(stride.len() as u64);
        let mut sink = self.sink();
        let mut encoder = Encoder::new(&mut sink);
        for vertex in stride {
            let label = cut.atom[vertex] as usize;
            if label != 0 {
                encoder.uint(ids[vertex]).uint(ids[label]);
            }
        }
        if self.next == ids.len() {
            self.turn_to(Part::Choice);
        }
    }

    fn choice(&mut self, ids: &[u64], cut: &Cut<'_>) {
        let mut sink = self.sink();
        let mut encoder = Encoder::new(&mut sink);
        match cut.first_separable {
            Some(vertex) => encoder.uint(ids[vertex as usize]),
            None => encoder.null(),
        };
        let (side, count) = smaller_side(ids, cut);
        encoder.uint(u64::from(side)).array(u64::from(count));
        self.turn_to(Part::Side);
    }

    fn side(&mut self, ids: &[u64], cut: &Cut<'_>, work: &mut Work) {
        let stride = self.stride(ids.len());
        work.charge(stride.len() as u64);
        let (side, _) = smaller_side(ids, cut);
        let wanted = 1 - side;
        let mut sink = self.sink();
        let mut encoder = Encoder::new(&mut sink);
        for vertex in stride {
            if cut.far_side[vertex] == wanted {
                encoder.uint(ids[vertex]);
            }
        }
        if self.next == ids.len() {
            self.turn_to(Part::Family);
        }
    }

    fn family(&mut self, cut: &Cut<'_>) {
        let count = if cut.value == 0 { u64::from(cut.components) } else { cut.family };
        Encoder::new(&mut self.sink()).uint(count);
        self.turn_to(Part::Done);
    }

    /// The next few vertices, counted as done.
    fn stride(&mut self, len: usize) -> core::ops::Range<usize> {
        let from = self.next;
        self.next = len.min(from + STRIDE);
        from..self.next
    }

    fn turn_to(&mut self, part: Part) {
        self.part = part;
        self.next = 0;
    }

    fn sink(&mut self) -> Counting<'_> {
        Counting { hasher: &mut self.hasher, bytes: &mut self.unpaid }
    }
}

/// The side bit and the number of ids: 0 if T* is listed, 1 if its complement is, which then is strictly smaller.
fn smaller_side(ids: &[u64], cut: &Cut<'_>) -> (u8, u32) {
    let rest = ids.len() as u32 - cut.far_count;
    if rest < cut.far_count { (1, rest) } else { (0, cut.far_count) }
}

/// A hasher that counts what it takes in.
struct Counting<'h> {
    hasher: &'h mut Hasher,
    bytes: &'h mut u64,
}

impl Sink for Counting<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.hasher.write(bytes);
        *self.bytes += bytes.len() as u64;
    }
}
