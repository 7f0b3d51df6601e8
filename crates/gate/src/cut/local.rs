//! Maximum flow between two vertices of the live graph, up to a bound, and all minimum cuts between them.
//!
//! After an edge (u, v) inside an atom got lighter, the question is whether u and v are still more than lambda
//! connected. They mostly are, and a few short paths show it. So nothing here costs time in proportion to the graph
//! unless it must: marks are stamps, the flow is a hash table that holds the few edges with flow, and a search grows
//! from both ends.
//!
//! One search yields several paths. Each vertex reached carries the *branch* it belongs to, the first edge on the way
//! from its root. Trees of different branches share no vertex but the root, so a path that saturates an edge spoils one
//! branch on either side and the others go on. Dinitz (1970) takes many paths from one layered search for the same
//! reason.
//!
//! | module | concept |
//! | --- | --- |
//! | [`live`] | the graph, seen from here |
//! | `sparse` | a flow on few edges |
//! | `search` | one search from both ends |
//! | `closures` | all minimum cuts, once the flow is maximum |
//! | `reach` | what the far side reaches |
//! | `strong` | the components that join the near side |
//! | `shape` | how the cuts lie to one another |

mod closures;
pub mod live;
mod reach;
mod search;
mod shape;
mod sparse;
mod strong;

use crate::arena::{Arena, OutOfMemory, words_for};
use live::Live;
use search::Round;
use sparse::Sparse;

/// Stamps that the search for cuts needs beside those of a flow's last round.
const SPARE_STAMPS: u16 = 12;

/// The vertex it was reached from. Later Tarjan's index; for a vertex of the near side, the number of its component.
const PREV: usize = 0;
/// Its position in the row of that vertex. Later Tarjan's low link.
const VIA: usize = 1;
/// The branch of its search tree. Later the next position of Tarjan's walk.
const BRANCH: usize = 2;
/// At the number of a component, not of a vertex: where the component ends in `near`.
const BOUND: usize = 3;

/// The end that a search started from: 0 the source u, 1 the sink v.
type End = usize;

/// The arrays of one flow, carved from an area that others use in between.
pub struct Local<'s> {
    /// A stamp per vertex: which search saw it. Zero: none.
    mark: &'s mut [u16],
    /// How it was reached: [`PREV`], [`VIA`], [`BRANCH`]; and [`BOUND`].
    trail: &'s mut [[u16; 4]],
    /// Vertices in the order they were reached: end 0 from the front, end 1 from the back.
    queue: &'s mut [u16],
    /// The near side, component by component; Tarjan's stack grows from the back.
    near: &'s mut [u16],
    /// A side put together for the caller.
    side: &'s mut [u16],
    /// A bit per vertex: some edge here carries flow.
    carries: &'s mut [u64],
    /// A bit per branch of either end: spoilt in this round.
    spoilt: [&'s mut [u64]; 2],
    flow: Sparse<'s>,
    stamp: u16,
    ends: [u16; 2],
    stamps: [u16; 2],
    head: [usize; 2],
    tail: [usize; 2],
    /// The edge between the two ends does not count.
    apart: bool,
    closed: End,
    bound: u64,
    value: u64,
    spent: u64,
    limit: u64,
}

/// What is known after a flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Connectivity {
    /// More than the bound.
    More,
    /// Exactly this much, at most the bound; [`Local::cuts`] may follow.
    Exactly(u64),
    /// Finding out would take more than the limit.
    TooFar,
}

/// The limit was passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooFar;

impl<'s> Local<'s> {
    /// Words of the area for a graph of `vertices` slots: 374 KiB at 16,384 slots.
    #[must_use]
    pub const fn words(vertices: usize) -> usize {
        4 * words_for::<u16>(vertices)
            + words_for::<[u16; 4]>(vertices)
            + 3 * vertices.div_ceil(64)
            + Sparse::words(vertices)
    }

    /// The arrays in `area`. `stamp` is what [`Local::leave`] returned if nobody else wrote to the area since, else 0.
    ///
    /// # Errors
    /// [`OutOfMemory`] if the area has less than [`Local::words`].
    pub fn enter(area: &'s mut [u64], vertices: usize, stamp: u16) -> Result<Self, OutOfMemory> {
        assert!(vertices <= usize::from(u16::MAX), "a slot is 16 bits");
        let arena = &mut Arena::new(area);
        let bits = vertices.div_ceil(64);
        let mut local = Self {
            mark: arena.carve(vertices)?,
            trail: arena.carve(vertices)?,
            queue: arena.carve(vertices)?,
            near: arena.carve(vertices)?,
            side: arena.carve(vertices)?,
            carries: arena.carve(bits)?,
            spoilt: [arena.carve(bits)?, arena.carve(bits)?],
            flow: Sparse::carve(arena, vertices)?,
            stamp,
            ends: [0; 2],
            stamps: [0; 2],
            head: [0; 2],
            tail: [0; 2],
            apart: false,
            closed: 0,
            bound: 0,
            value: 0,
            spent: 0,
            limit: 0,
        };
        if stamp == 0 {
            local.mark.fill(0);
            local.carries.fill(0);
            local.flow.wipe();
            local.stamp = 1;
        }
        Ok(local)
    }

    /// Ends the use of the area and returns the stamp for the next [`Local::enter`].
    #[must_use]
    pub fn leave(mut self) -> u16 {
        self.forget();
        self.stamp
    }

    /// Units used by the last flow and its cuts.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.spent
    }

    /// Whether the maximum flow between `u` and `v` is more than `bound`, and its value if it is not. Gives up soon
    /// after `limit` units: a unit is a vertex visited or an edge looked at.
    pub fn flow(&mut self, live: &impl Live, u: u16, v: u16, bound: u64, limit: u64) -> Connectivity {
        self.apart = false;
        self.run(live, [u, v], bound, limit)
    }

    /// Whether a path joins `u` and `v`, other than the edge between them.
    pub fn connected_otherwise(&mut self, live: &impl Live, u: u16, v: u16) -> bool {
        self.apart = true;
        match self.run(live, [u, v], 0, u64::MAX) {
            Connectivity::More => true,
            Connectivity::Exactly(_) => false,
            Connectivity::TooFar => unreachable!("the first path is not kept, and there is no limit"),
        }
    }

    fn run(&mut self, live: &impl Live, ends: [u16; 2], bound: u64, limit: u64) -> Connectivity {
        assert!(ends[0] != ends[1], "two ends");
        self.forget();
        self.ends = ends;
        self.bound = bound;
        self.value = 0;
        self.spent = 0;
        self.limit = limit;
        loop {
            match self.round(live) {
                Round::Enough => return Connectivity::More,
                Round::Grown => {}
                Round::Closed(end) => {
                    self.closed = end;
                    return Connectivity::Exactly(self.value);
                }
                Round::TooFar => return Connectivity::TooFar,
            }
        }
    }

    /// Back to no flow.
    fn forget(&mut self) {
        if self.flow.used() > 0 {
            self.flow.clear();
            self.carries.fill(0);
        }
    }

    /// What could still flow between `a` and the neighbour `b` at `position` of its row: away from the source if the
    /// tree of end 0 reaches b from a, towards the sink if that of end 1 does.
    fn residual(&self, live: &impl Live, end: End, a: u16, position: usize, b: u16) -> u64 {
        if self.carries(a) && self.carries(b) {
            room(&self.flow, live, end, a, position, b)
        } else {
            live.weight(live.edge_at(a, position))
        }
    }

    fn carries(&self, vertex: u16) -> bool {
        self.carries[usize::from(vertex) / 64] >> (vertex % 64) & 1 == 1
    }

    fn set_carries(&mut self, vertex: u16) {
        self.carries[usize::from(vertex) / 64] |= 1 << (vertex % 64);
    }

    /// The place of the i-th vertex in the queue of an end.
    fn place(&self, end: End, i: usize) -> usize {
        if end == 0 { i } else { self.queue.len() - 1 - i }
    }

    fn push_queue(&mut self, end: End, vertex: u16) {
        let place = self.place(end, self.tail[end]);
        self.queue[place] = vertex;
        self.tail[end] += 1;
    }
}

/// [`Local::residual`] where both vertices have edges with flow.
fn room(flow: &Sparse<'_>, live: &impl Live, end: End, a: u16, position: usize, b: u16) -> u64 {
    let edge = live.edge_at(a, position);
    let net = flow.get(edge);
    let along = if (a < b) == (end == 0) { net } else { -net };
    // Below 2^63: a weight is below 2^62, and no flow is larger than its edge.
    (live.weight(edge) as i64 - along) as u64
}
