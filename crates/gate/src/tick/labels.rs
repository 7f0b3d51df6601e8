//! What the cut says of each vertex, in order of external id: what is hashed and shown.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::cut::Cut;

/// A cut with everything that is said of it beside its labels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summary {
    /// The epoch of the graph that it speaks of.
    pub(super) epoch: u64,
    pub(super) value: u64,
    pub(super) components: u32,
    pub(super) first_separable: Option<u32>,
    pub(super) far_count: u32,
    pub(super) outside_count: u32,
    pub(super) family: u64,
}

/// The last cut that was described, with ids of its own: it stands until it is hashed, whatever becomes of the graph.
pub(super) struct Labels<'a> {
    ids: &'a mut [u64],
    atom: &'a mut [u16],
    far_side: &'a mut [u8],
    vertices: usize,
    summary: Option<Summary>,
}

impl<'a> Labels<'a> {
    /// Arena words for this capacity.
    pub(super) const fn words(vertices: usize) -> usize {
        words_for::<u64>(vertices) + words_for::<u16>(vertices) + words_for::<u8>(vertices)
    }

    /// Of no cut.
    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            ids: arena.take(vertices)?,
            atom: arena.take(vertices)?,
            far_side: arena.take(vertices)?,
            vertices: 0,
            summary: None,
        })
    }

    /// Takes in the vertices of a core, ascending. What was described before is gone.
    pub(super) fn number(&mut self, ids: impl Iterator<Item = u64>) {
        self.vertices = 0;
        self.summary = None;
        for id in ids {
            self.ids[self.vertices] = id;
            self.vertices += 1;
        }
    }

    /// Takes in what a sweep found of these vertices.
    pub(super) fn copy(&mut self, epoch: u64, found: &Cut<'_>) {
        assert_eq!(found.atom.len(), self.vertices, "the sweep is about these vertices");
        self.atom[..self.vertices].copy_from_slice(found.atom);
        self.far_side[..self.vertices].copy_from_slice(found.far_side);
        self.summary = Some(Summary {
            epoch,
            value: found.value,
            components: found.components,
            first_separable: found.first_separable,
            far_count: found.far_count,
            outside_count: found.outside_count,
            family: found.family,
        });
    }

    /// The arrays to fill, and then [`Labels::seal`].
    pub(super) fn arrays(&mut self) -> (&mut [u16], &mut [u8]) {
        (&mut self.atom[..self.vertices], &mut self.far_side[..self.vertices])
    }

    /// The arrays are filled, and this is said beside them.
    pub(super) fn seal(&mut self, summary: Summary) {
        self.summary = Some(summary);
    }

    /// The core is not connected: a vertex is labelled with the first one of its component.
    pub(super) fn separate(&mut self, epoch: u64, components: u32, first: impl Iterator<Item = u16>) {
        let (mut first_separable, mut outside_count) = (None, 0);
        for (vertex, label) in (0..self.vertices).zip(first) {
            self.atom[vertex] = label;
            self.far_side[vertex] = u8::from(label != 0);
            if label != 0 {
                first_separable = first_separable.or(Some(vertex as u32));
                outside_count += 1;
            }
        }
        let far_count = outside_count;
        self.seal(Summary { epoch, value: 0, components, first_separable, far_count, outside_count, family: 0 });
    }

    /// The external ids, ascending.
    pub(super) fn ids(&self) -> &[u64] {
        &self.ids[..self.vertices]
    }

    /// The cut with its epoch; vertices are numbered as in [`Labels::ids`].
    pub(super) fn cut(&self) -> Option<(u64, Cut<'_>)> {
        let summary = self.summary?;
        let cut = Cut {
            value: summary.value,
            components: summary.components,
            first_separable: summary.first_separable,
            far_side: &self.far_side[..self.vertices],
            far_count: summary.far_count,
            atom: &self.atom[..self.vertices],
            outside_count: summary.outside_count,
            family: summary.family,
        };
        Some((summary.epoch, cut))
    }
}
