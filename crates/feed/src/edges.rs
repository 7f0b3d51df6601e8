//! Which edges exist, and the deltas that lead from one state to the next.

use std::collections::BTreeMap;

use crate::delta::Delta;
use crate::error::Problem;
use crate::limits::EDGES_MAX;

/// The two ends of an edge, smaller first.
pub(crate) type Ends = (u64, u64);

/// The ends of an edge, smaller first: edges have no direction.
pub(crate) fn ends(u: u64, v: u64) -> Result<Ends, Problem> {
    match u.cmp(&v) {
        std::cmp::Ordering::Less => Ok((u, v)),
        std::cmp::Ordering::Greater => Ok((v, u)),
        std::cmp::Ordering::Equal => Err(Problem::SelfLoop),
    }
}

struct Known {
    weight: u64,
    last_bin: i64,
}

/// The edges that the gate has by now, with what has changed since the last tick.
#[derive(Default)]
pub(crate) struct EdgeTable {
    edges: BTreeMap<Ends, Known>,
    removed: Vec<Ends>,
    updated: Vec<(Ends, u64)>,
    added: Vec<(Ends, u64)>,
}

impl EdgeTable {
    /// Whether a further edge at `ends` can be kept track of beside `waiting` others.
    pub(crate) fn has_room(&self, ends: Ends, waiting: usize) -> bool {
        self.edges.contains_key(&ends) || self.edges.len() + waiting < EDGES_MAX
    }

    /// The edge at `ends` has `weight` in `bin`; at weight 0 there is none. At most once for each edge and tick.
    pub(crate) fn set(&mut self, ends: Ends, weight: u64, bin: i64) {
        match self.edges.get_mut(&ends) {
            Some(_) if weight == 0 => {
                self.edges.remove(&ends);
                self.removed.push(ends);
            }
            Some(known) => {
                known.last_bin = bin;
                if known.weight != weight {
                    known.weight = weight;
                    self.updated.push((ends, weight));
                }
            }
            None if weight == 0 => {}
            None => {
                self.edges.insert(ends, Known { weight, last_bin: bin });
                self.added.push((ends, weight));
            }
        }
    }

    /// Removes the edges that were last set `age` bins before `bin`, or earlier.
    pub(crate) fn expire(&mut self, bin: i64, age: u64) {
        let removed = &mut self.removed;
        self.edges.retain(|ends, known| {
            let stays = bin.abs_diff(known.last_bin) < age;
            if !stays {
                removed.push(*ends);
            }
            stays
        });
    }

    /// Moves the changes into `deltas`: removals first, so that a full graph has room; each sort in ascending order.
    pub(crate) fn drain_into(&mut self, deltas: &mut Vec<Delta>) {
        self.removed.sort_unstable();
        self.updated.sort_unstable();
        self.added.sort_unstable();
        deltas.extend(self.removed.drain(..).map(|(u, v)| Delta::EdgeRemove { u, v }));
        deltas.extend(self.updated.drain(..).map(|((u, v), weight)| Delta::WeightUpdate { u, v, weight }));
        deltas.extend(self.added.drain(..).map(|((u, v), weight)| Delta::EdgeAdd { u, v, weight }));
    }
}
