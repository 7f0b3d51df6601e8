//! The tree and the explicit sets side by side: every question is put to both, and the answers must agree.

use std::collections::BTreeSet;

use gate::arena::Arena;
use gate::cut::family::{Family, Newcomer};
use gate::cut::rules::Cuts;
use gate::work::Work;

use crate::explicit::Explicit;

pub(crate) struct Both<'a> {
    pub(crate) tree: Family<'a>,
    pub(crate) explicit: Explicit,
    slots: usize,
}

impl<'a> Both<'a> {
    pub(crate) fn new(slab: &'a mut [u64], slots: usize) -> Self {
        let tree = Family::new(&mut Arena::new(slab), slots).unwrap();
        Self { tree, explicit: Explicit::default(), slots }
    }

    /// Takes over what a search would have found.
    pub(crate) fn load(&mut self, truth: Explicit) {
        let vertices = (0..64).filter(|v| truth.vertices >> v & 1 == 1);
        self.tree.reset(vertices.clone());
        for side in &truth.sides {
            let members: Vec<u16> = vertices.clone().filter(|v| side >> v & 1 == 1).collect();
            self.tree.insert(&members, truth.vertices.trailing_zeros() as u16, &mut Work::new(u64::MAX));
        }
        self.explicit = truth;
    }

    /// What the tree holds, as sets; panics if the tree is not in order or meets a cut twice.
    pub(crate) fn listed(&self) -> BTreeSet<u64> {
        self.tree.check();
        let mut sides = BTreeSet::new();
        let mut room = vec![0; self.slots];
        self.tree.cuts(&mut room, |side| {
            let set = side.iter().map(|v| 1u64 << v).sum();
            assert!(sides.insert(self.explicit.normal(set)), "each cut once");
        });
        assert_eq!(sides.len() as u64, self.tree.count());
        sides
    }
}

impl Cuts for Both<'_> {
    fn reset(&mut self, vertices: impl Iterator<Item = u16>) {
        let vertices: Vec<u16> = vertices.collect();
        self.explicit.reset(vertices.iter().copied());
        self.tree.reset(vertices.into_iter());
    }

    fn insert(&mut self, side: &[u16], outside: u16, work: &mut Work) {
        self.explicit.insert(side, outside, work);
        self.tree.insert(side, outside, work);
    }

    fn same_atom(&self, u: u16, v: u16) -> bool {
        let same = self.tree.same_atom(u, v);
        assert_eq!(same, self.explicit.same_atom(u, v));
        same
    }

    fn contract(&mut self, u: u16, v: u16, work: &mut Work) -> bool {
        let left = self.tree.contract(u, v, work);
        assert_eq!(left, self.explicit.contract(u, v, work));
        left
    }

    fn keep_between(&mut self, u: u16, v: u16, work: &mut Work) {
        self.explicit.keep_between(u, v, work);
        self.tree.keep_between(u, v, work);
    }

    fn add_vertex(&mut self, vertex: u16, beside: u16, newcomer: Newcomer) {
        self.explicit.add_vertex(vertex, beside, newcomer);
        self.tree.add_vertex(vertex, beside, newcomer);
    }

    fn remove_vertex(&mut self, vertex: u16) -> bool {
        let left = self.tree.remove_vertex(vertex);
        assert_eq!(left, self.explicit.remove_vertex(vertex));
        left
    }
}
