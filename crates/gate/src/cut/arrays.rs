//! The arrays of a search, carved anew at every call.
//!
//! Bytes for n vertices and m edges: 20 m for the arcs and 31 n for the rest. Four arrays of two bytes have several
//! lives: union-find, contraction, the tree of a flow search, a chain, and the result. Two others come first, the *front*:
//! they are neither written when a search starts nor needed for its result, and may hold something else until then.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::cut::chain::Chain;
use crate::cut::clusters::{Clusters, ClustersState};
use crate::cut::flow::{Flow, FlowState};
use crate::cut::kernel::{Kernel, KernelState, Scratch};
use crate::cut::order::{Order, OrderState};

/// Every array of a search over one graph.
pub(super) struct Arrays<'s> {
    /// The kernel vertex of each graph vertex.
    pub(super) of: &'s mut [u16],
    pub(super) scratch: [&'s mut [u16]; 4],
    pub(super) queue: &'s mut [u16],
    pub(super) spare: &'s mut [u64],
    pub(super) mark: &'s mut [u8],
    /// Two parts, each of as many words as hold n.
    links: &'s mut [u16],
    first: &'s mut [u32],
    len: &'s mut [u16],
    to: &'s mut [u16],
    room: &'s mut [u64],
}

/// Vertices rounded up to what fills words of two-byte items.
const fn rounded(vertices: usize) -> usize {
    4 * words_for::<u16>(vertices)
}

/// Words before the array of that number in `scratch`, of the first three, behind the front.
pub(super) const fn scratch_at(vertices: usize, number: usize) -> usize {
    (1 + number) * words_for::<u16>(vertices)
}

/// Words of the front.
pub(super) const fn front(vertices: usize) -> usize {
    2 * words_for::<u16>(vertices)
}

impl<'s> Arrays<'s> {
    pub(super) const fn words(vertices: usize, edges: usize) -> usize {
        vertices
            + 9 * words_for::<u16>(vertices)
            + words_for::<u8>(vertices)
            + words_for::<u32>(vertices)
            + words_for::<u16>(2 * edges)
            + 2 * edges
    }

    /// All arrays, or those behind the front, if that is lent to somebody else.
    pub(super) fn carve(
        front: Option<&'s mut [u64]>,
        rest: &'s mut [u64],
        vertices: usize,
        edges: usize,
    ) -> Result<Self, OutOfMemory> {
        let n = vertices;
        let [last, queue]: [&mut [u16]; 2] = match front {
            Some(words) => {
                let arena = &mut Arena::new(words);
                [arena.carve(n)?, arena.carve(n)?]
            }
            None => [&mut [], &mut []],
        };
        let arena = &mut Arena::new(rest);
        Ok(Self {
            of: arena.carve(n)?,
            scratch: [arena.carve(n)?, arena.carve(n)?, arena.carve(n)?, last],
            queue,
            spare: arena.carve(n)?,
            mark: arena.carve(n)?,
            links: arena.carve(2 * rounded(n))?,
            first: arena.carve(n)?,
            len: arena.carve(n)?,
            to: arena.carve(2 * edges)?,
            room: arena.carve(2 * edges)?,
        })
    }

    /// Kernel, clusters, order and an array to count in, for a scan.
    pub(super) fn for_scan<'r>(
        &'r mut self,
        kernel: &'r mut KernelState,
        clusters: &'r mut ClustersState,
        order: &'r mut OrderState,
    ) -> (Kernel<'r>, Clusters<'r>, Order<'r>, &'r mut [u16]) {
        let (next, place) = self.links.split_at_mut(rounded(self.of.len()));
        let [parent, level, size, _] = &mut self.scratch;
        (
            Kernel { state: kernel, first: self.first, len: self.len, to: self.to, room: self.room },
            Clusters { state: clusters, of: self.of, parent, level },
            Order { state: order, spare: self.spare, mark: self.mark, next, place },
            size,
        )
    }

    /// Kernel, clusters and scratch memory, for a contraction.
    pub(super) fn for_contraction<'r>(
        &'r mut self,
        kernel: &'r mut KernelState,
        clusters: &'r mut ClustersState,
    ) -> (Kernel<'r>, Clusters<'r>, Scratch<'r>) {
        let [parent, members, met, len] = &mut self.scratch;
        (
            Kernel { state: kernel, first: self.first, len: self.len, to: self.to, room: self.room },
            Clusters { state: clusters, of: self.of, parent, level: &mut [] },
            Scratch { members, met, len, first: bytemuck::cast_slice_mut(self.links), sum: self.spare },
        )
    }

    /// Kernel, order and what flows and chains share, for the sweep.
    pub(super) fn for_sweep<'r>(
        &'r mut self,
        kernel: &'r mut KernelState,
        order: &'r mut OrderState,
    ) -> (Kernel<'r>, Order<'r>, Paths<'r>) {
        let (next, place) = self.links.split_at_mut(rounded(self.of.len()));
        let [a, b, c, d] = &mut self.scratch;
        (
            Kernel { state: kernel, first: self.first, len: self.len, to: self.to, room: self.room },
            Order { state: order, spare: self.spare, mark: self.mark, next, place },
            Paths { scratch: [a, b, c, d], queue: self.queue },
        )
    }
}

/// Memory that holds a flow's search at one time and a chain at another.
pub(super) struct Paths<'r> {
    scratch: [&'r mut [u16]; 4],
    queue: &'r mut [u16],
}

impl Paths<'_> {
    pub(super) fn flow<'f>(&'f mut self, state: &'f mut FlowState) -> Flow<'f> {
        let [next, via, ..] = &mut self.scratch;
        Flow { state, next, via, queue: self.queue }
    }

    /// A chain whose smallest cut is the first `near` of the queue.
    pub(super) fn chain(&mut self, near: usize) -> Chain<'_> {
        let [a, b, c, d] = &mut self.scratch;
        Chain::new([a, b, c, d], self.queue, near)
    }

    /// The first array of scratch and the queue, for labelling.
    pub(super) fn labels(&mut self) -> (&mut [u16], &mut [u16]) {
        (self.scratch[0], self.queue)
    }

    /// An array that nothing else uses between searches.
    pub(super) fn cursor(&mut self) -> &mut [u16] {
        self.scratch[0]
    }
}
