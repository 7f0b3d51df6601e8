//! The order in which vertices join the set X: largest weight to X first, capped at lambda-hat.
//!
//! Nagamochi, Ono and Ibaraki (1994): if x has weight more than lambda-hat to X right after u joined, then u and x
//! are more than lambda-hat connected. Henzinger, Noe and Schulz (2019) show that it suffices to order by the weight
//! capped just above lambda-hat: vertices beyond it wait on a plain stack. The few below stand in buckets if lambda-hat
//! is a small multiple of what divides all weights, and in a heap otherwise.

use crate::cut::kernel::Kernel;
use crate::work::Work;

/// The part of a mark that belongs to [`super::flow`] and [`super::chain`].
pub(super) const SEARCH: u8 = 3;
/// In X.
pub(super) const ABSORBED: u8 = 4;
/// On the stack of those beyond lambda-hat.
const READY: u8 = 8;
/// Flow was pushed over an arc of this vertex.
pub(super) const TOUCHED: u8 = 16;

const NONE: u16 = u16::MAX;

/// As many as a word has bits.
const BUCKETS: usize = 64;

/// What an order holds beside its arrays.
#[derive(Clone, Copy, Debug)]
pub(super) struct OrderState {
    /// Spare capacity in these units is the number of a bucket; `None` for a heap.
    unit: Option<u32>,
    heads: [u16; BUCKETS],
    /// A bit for each bucket that is not empty.
    filled: u64,
    /// The first of a list, with buckets.
    ready: u16,
    /// How many stand at the end of the heap's array, with a heap.
    ready_len: usize,
    heap_len: usize,
    /// Vertices from this one on do not queue up below lambda-hat.
    horizon: usize,
}

impl OrderState {
    pub(super) const EMPTY: Self = Self {
        unit: None,
        heads: [NONE; BUCKETS],
        filled: 0,
        ready: NONE,
        ready_len: 0,
        heap_len: 0,
        horizon: usize::MAX,
    };
}

/// The set X, what can still flow from X to each vertex outside it, and who joins next.
pub(super) struct Order<'s> {
    pub(super) state: &'s mut OrderState,
    /// What can still flow straight from X to the vertex: the weight of the edges between them if there is no flow.
    pub(super) spare: &'s mut [u64],
    pub(super) mark: &'s mut [u8],
    /// Buckets: the next in the list. Heap: the heap from the front, the ready from the end.
    pub(super) next: &'s mut [u16],
    /// Buckets: the one before in the list. Heap: the position in the heap.
    pub(super) place: &'s mut [u16],
}

impl Order<'_> {
    /// X is empty again, and no flow goes anywhere.
    pub(super) fn clear(&mut self, kernel: &Kernel<'_>, bound: u64, work: &mut Work) {
        let vertices = kernel.vertices();
        self.spare[..vertices].fill(0);
        self.mark[..vertices].fill(0);
        *self.state = OrderState::EMPTY;
        let unit = kernel.unit();
        self.state.unit = (bound >> unit < BUCKETS as u64).then_some(unit);
        work.charge(vertices as u64);
    }

    /// X is the vertices that were marked as absorbed since it was cleared. Vertices from `horizon` on join only if more than
    /// `bound` can flow to them. Calls `certify` as [`Order::absorb`] does. O(n + m) units.
    pub(super) fn enclose(
        &mut self,
        kernel: &Kernel<'_>,
        bound: u64,
        horizon: usize,
        work: &mut Work,
        mut certify: impl FnMut(usize, bool),
    ) {
        self.state.horizon = horizon;
        let n = kernel.vertices();
        let inside = self.mark[..n].iter().filter(|mark| **mark & ABSORBED != 0).count();
        work.charge(n as u64);
        for vertex in 0..n {
            let absorbed = self.absorbed(vertex);
            // From the smaller side.
            if absorbed && inside <= n / 2 {
                self.absorb(kernel, vertex, bound, work, &mut certify);
            } else if !absorbed && inside > n / 2 {
                let row = kernel.row(vertex);
                work.charge(row.len() as u64);
                let reach = row.filter(|at| self.absorbed(usize::from(kernel.to[*at]))).map(|at| kernel.room[at]).sum();
                if reach > 0 {
                    self.add(vertex, reach, bound, &mut certify);
                }
            }
        }
    }

    pub(super) fn absorbed(&self, vertex: usize) -> bool {
        self.mark[vertex] & ABSORBED != 0
    }

    /// The vertex that joins next, taken off the queue; `None` if no edge leaves X.
    pub(super) fn next(&mut self, work: &mut Work) -> Option<usize> {
        work.charge(1);
        if self.state.unit.is_some() {
            return self.next_in_buckets();
        }
        if self.state.ready_len > 0 {
            self.state.ready_len -= 1;
            return Some(usize::from(self.next[self.next.len() - 1 - self.state.ready_len]));
        }
        (self.state.heap_len > 0).then(|| {
            let top = usize::from(self.next[0]);
            self.remove_from_heap(top);
            top
        })
    }

    /// Takes a vertex off the queue, wherever it stands, if no more than lambda-hat can flow to it.
    pub(super) fn take(&mut self, vertex: usize) {
        let spare = self.spare[vertex];
        if spare > 0 {
            self.queue(vertex, spare, 0);
        }
    }

    pub(super) fn is_ready(&self, vertex: usize) -> bool {
        self.mark[vertex] & READY != 0
    }

    fn next_in_buckets(&mut self) -> Option<usize> {
        if self.state.ready != NONE {
            let vertex = usize::from(self.state.ready);
            self.state.ready = self.next[vertex];
            return Some(vertex);
        }
        if self.state.filled == 0 {
            return None;
        }
        let bucket = 63 - self.state.filled.leading_zeros() as usize;
        let vertex = usize::from(self.state.heads[bucket]);
        self.unlink(vertex, bucket);
        Some(vertex)
    }

    /// Adds `vertex` to X. Calls `certify` for each neighbour to which `bound` or more can flow from X now, and says whether it
    /// is more. Returns what can flow from `vertex` to the vertices still outside.
    pub(super) fn absorb(
        &mut self,
        kernel: &Kernel<'_>,
        vertex: usize,
        bound: u64,
        work: &mut Work,
        mut certify: impl FnMut(usize, bool),
    ) -> u64 {
        self.mark[vertex] |= ABSORBED;
        let touched = self.mark[vertex] & TOUCHED != 0;
        let row = kernel.row(vertex);
        work.charge(1 + row.len() as u64);
        let mut outward = 0;
        for (to, room) in kernel.to[row.clone()].iter().zip(&kernel.room[row]) {
            let to = usize::from(*to);
            if self.absorbed(to) {
                continue;
            }
            // Without flow the two arcs of an edge are alike.
            let more = if touched { kernel.room[kernel.twin(vertex, to)] } else { *room };
            outward += more;
            self.add(to, more, bound, &mut certify);
        }
        outward
    }

    fn add(&mut self, to: usize, more: u64, bound: u64, certify: &mut impl FnMut(usize, bool)) {
        let old = self.spare[to];
        let new = old + more;
        self.spare[to] = new;
        if new > bound {
            certify(to, true);
            if self.mark[to] & READY == 0 {
                self.mark[to] |= READY;
                self.make_ready(to, old);
            }
        } else if more > 0 {
            if new == bound {
                certify(to, false);
            }
            self.queue(to, old, new);
        }
    }

    /// Flow uses up some of what a vertex outside X can take from X.
    pub(super) fn feed(&mut self, vertex: usize, amount: u64) {
        let old = self.spare[vertex];
        let new = old - amount;
        self.spare[vertex] = new;
        self.queue(vertex, old, new);
    }

    fn make_ready(&mut self, vertex: usize, old: u64) {
        let old = if vertex < self.state.horizon { old } else { 0 };
        if let Some(unit) = self.state.unit {
            if old > 0 {
                self.unlink(vertex, (old >> unit) as usize);
            }
            self.next[vertex] = self.state.ready;
            self.state.ready = vertex as u16;
        } else {
            if old > 0 {
                self.remove_from_heap(vertex);
            }
            let len = self.next.len();
            self.next[len - 1 - self.state.ready_len] = vertex as u16;
            self.state.ready_len += 1;
        }
    }

    /// Moves a vertex to where `new` belongs; it stands where `old` does, which is nowhere if that is 0.
    fn queue(&mut self, vertex: usize, old: u64, new: u64) {
        // One that is ready stays so, also if flow has used up what made it so.
        if vertex >= self.state.horizon || self.is_ready(vertex) {
            return;
        }
        if let Some(unit) = self.state.unit {
            if old > 0 {
                self.unlink(vertex, (old >> unit) as usize);
            }
            if new > 0 {
                self.link(vertex, (new >> unit) as usize);
            }
        } else if new == 0 {
            self.remove_from_heap(vertex);
        } else if old == 0 {
            self.state.heap_len += 1;
            self.raise(self.state.heap_len - 1, vertex);
        } else if old < new {
            self.raise(usize::from(self.place[vertex]), vertex);
        } else {
            self.sink(usize::from(self.place[vertex]), vertex);
        }
    }

    fn link(&mut self, vertex: usize, bucket: usize) {
        let head = self.state.heads[bucket];
        self.next[vertex] = head;
        self.place[vertex] = NONE;
        if head != NONE {
            self.place[usize::from(head)] = vertex as u16;
        }
        self.state.heads[bucket] = vertex as u16;
        self.state.filled |= 1 << bucket;
    }

    fn unlink(&mut self, vertex: usize, bucket: usize) {
        let (before, after) = (self.place[vertex], self.next[vertex]);
        if before != NONE {
            self.next[usize::from(before)] = after;
        } else {
            self.state.heads[bucket] = after;
            if after == NONE {
                self.state.filled &= !(1 << bucket);
            }
        }
        if after != NONE {
            self.place[usize::from(after)] = before;
        }
    }

    /// Moves `vertex` up from `at`, where it stands or there is a gap.
    fn raise(&mut self, mut at: usize, vertex: usize) {
        let key = self.spare[vertex];
        while at > 0 {
            let up = (at - 1) / 2;
            let other = usize::from(self.next[up]);
            if self.spare[other] >= key {
                break;
            }
            self.put(at, other);
            at = up;
        }
        self.put(at, vertex);
    }

    /// Moves `vertex` down from `at`, where it stands or there is a gap.
    fn sink(&mut self, mut at: usize, vertex: usize) {
        let (key, len) = (self.spare[vertex], self.state.heap_len);
        loop {
            let mut down = 2 * at + 1;
            if down >= len {
                break;
            }
            let key_at = |at: usize| self.spare[usize::from(self.next[at])];
            if down + 1 < len && key_at(down + 1) > key_at(down) {
                down += 1;
            }
            if key_at(down) <= key {
                break;
            }
            self.put(at, usize::from(self.next[down]));
            at = down;
        }
        self.put(at, vertex);
    }

    fn remove_from_heap(&mut self, vertex: usize) {
        let at = usize::from(self.place[vertex]);
        self.state.heap_len -= 1;
        let len = self.state.heap_len;
        if at < len {
            let last = usize::from(self.next[len]);
            if at > 0 && self.spare[usize::from(self.next[(at - 1) / 2])] < self.spare[last] {
                self.raise(at, last);
            } else {
                self.sink(at, last);
            }
        }
    }

    fn put(&mut self, at: usize, vertex: usize) {
        self.next[at] = vertex as u16;
        self.place[vertex] = at as u16;
    }
}
