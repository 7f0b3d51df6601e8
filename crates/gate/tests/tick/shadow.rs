//! A graph of its own that sees the same deltas, to say what each cost: one unit, and what it moves in the rows.

use gate::arena::Arena;
use gate::graph::GraphStore;
use gate::profile::Profile;

use crate::rig::Delta;

pub(crate) struct Shadow(GraphStore<'static>);

impl Shadow {
    pub(crate) fn new(profile: Profile) -> Self {
        let slab = Vec::leak(vec![0; GraphStore::words(profile.vertices, profile.edges)]);
        Self(GraphStore::new(&mut Arena::new(slab), profile.vertices, profile.edges).expect("the slab has its words"))
    }

    /// The work units of a delta that is applied or refused.
    pub(crate) fn cost(&mut self, delta: &Delta) -> u64 {
        let before = self.0.units();
        // Whether it is refused is compared elsewhere, with the model.
        let _ = match delta {
            Delta::Add(u, v, weight) => self.0.edge_add(*u, *v, *weight).map(drop),
            Delta::Remove(u, v) => self.0.edge_remove(*u, *v).map(drop),
            Delta::Update(u, v, weight) => self.0.weight_update(*u, *v, *weight).map(drop),
            Delta::Observe(..) | Delta::Rearm => Ok(()),
        };
        1 + self.0.units() - before
    }
}
