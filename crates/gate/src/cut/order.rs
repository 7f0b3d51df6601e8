//! The order in which vertices join the set X: largest weight to X first, capped at lambda-hat.
//!
//! Nagamochi, Ono and Ibaraki (1994): if x has weight more than lambda-hat to X right after u joined, then u and x
//! are more than lambda-hat connected. Henzinger, Noe and Schulz (2019) show that it suffices to order by the weight
//! capped just above lambda-hat: vertices beyond it wait on a plain stack, and the heap holds the few below.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::cut::kernel::Kernel;
use crate::work::Work;

const WAITING: u8 = 0;
const READY: u8 = 1;
const ABSORBED: u8 = 2;

/// The set X, the weight from X to each vertex outside it, and who joins next.
pub(super) struct Order<'a> {
    /// Weight of the edges between X and the vertex.
    reach: &'a mut [u64],
    state: &'a mut [u8],
    ready: &'a mut [u32],
    ready_len: usize,
    /// Binary heap, largest key on top.
    heap_key: &'a mut [u64],
    heap_vertex: &'a mut [u32],
    heap_len: usize,
    /// Position in the heap plus one; 0 outside it.
    place: &'a mut [u32],
}

impl<'a> Order<'a> {
    pub(super) const fn words(vertices: usize) -> usize {
        2 * words_for::<u64>(vertices) + 3 * words_for::<u32>(vertices) + words_for::<u8>(vertices)
    }

    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            reach: arena.take(vertices)?,
            state: arena.take(vertices)?,
            ready: arena.take(vertices)?,
            ready_len: 0,
            heap_key: arena.take(vertices)?,
            heap_vertex: arena.take(vertices)?,
            heap_len: 0,
            place: arena.take(vertices)?,
        })
    }

    /// X is empty again.
    pub(super) fn clear(&mut self, vertices: usize, work: &mut Work) {
        self.reach[..vertices].fill(0);
        self.state[..vertices].fill(WAITING);
        self.place[..vertices].fill(0);
        self.ready_len = 0;
        self.heap_len = 0;
        work.charge(vertices as u64);
    }

    pub(super) fn absorbed(&self, vertex: usize) -> bool {
        self.state[vertex] == ABSORBED
    }

    pub(super) fn reach(&self, vertex: usize) -> u64 {
        self.reach[vertex]
    }

    /// The vertex that joins next, taken off the queue; `None` if no edge leaves X.
    pub(super) fn next(&mut self, work: &mut Work) -> Option<usize> {
        work.charge(1);
        if self.ready_len > 0 {
            self.ready_len -= 1;
            return Some(self.ready[self.ready_len] as usize);
        }
        while self.heap_len > 0 {
            let vertex = self.pop();
            // One that became ready stayed in the heap under its old key, and has joined since.
            if self.state[vertex] == WAITING {
                return Some(vertex);
            }
            work.charge(1);
        }
        None
    }

    /// Adds `vertex` to X. Calls `beyond` for each neighbour whose weight to X now is more than `bound`, and returns
    /// the weight between `vertex` and the vertices still outside.
    pub(super) fn absorb(
        &mut self,
        kernel: &Kernel<'_>,
        vertex: usize,
        bound: u64,
        work: &mut Work,
        mut beyond: impl FnMut(usize),
    ) -> u64 {
        self.state[vertex] = ABSORBED;
        let row = kernel.row(vertex);
        work.charge(1 + row.len() as u64);
        let mut outward = 0;
        for link in row {
            let to = link.to();
            if self.state[to] == ABSORBED {
                continue;
            }
            outward += link.weight();
            let reach = self.reach[to] + link.weight();
            self.reach[to] = reach;
            if reach > bound {
                beyond(to);
                if self.state[to] == WAITING {
                    self.state[to] = READY;
                    self.ready[self.ready_len] = to as u32;
                    self.ready_len += 1;
                }
            } else if self.state[to] == WAITING {
                self.raise(to, reach);
            }
        }
        outward
    }

    /// Puts a vertex into the heap, or moves it up.
    fn raise(&mut self, vertex: usize, key: u64) {
        let mut at = match self.place[vertex] {
            0 => {
                self.heap_len += 1;
                self.heap_len - 1
            }
            place => place as usize - 1,
        };
        while at > 0 {
            let up = (at - 1) / 2;
            if self.heap_key[up] >= key {
                break;
            }
            self.put(at, self.heap_vertex[up], self.heap_key[up]);
            at = up;
        }
        self.put(at, vertex as u32, key);
    }

    fn pop(&mut self) -> usize {
        let top = self.heap_vertex[0] as usize;
        self.place[top] = 0;
        self.heap_len -= 1;
        let len = self.heap_len;
        if len > 0 {
            let (vertex, key) = (self.heap_vertex[len], self.heap_key[len]);
            let mut at = 0;
            loop {
                let mut down = 2 * at + 1;
                if down >= len {
                    break;
                }
                if down + 1 < len && self.heap_key[down + 1] > self.heap_key[down] {
                    down += 1;
                }
                if self.heap_key[down] <= key {
                    break;
                }
                self.put(at, self.heap_vertex[down], self.heap_key[down]);
                at = down;
            }
            self.put(at, vertex, key);
        }
        top
    }

    fn put(&mut self, at: usize, vertex: u32, key: u64) {
        self.heap_vertex[at] = vertex;
        self.heap_key[at] = key;
        self.place[vertex as usize] = at as u32 + 1;
    }
}
