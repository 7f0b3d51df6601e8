//! The number of components of a graph that is not connected, and their labels when somebody asks.
//!
//! Only the number is carried along. Whether an edge joins two components, or its loss makes two of one, a search from
//! both ends answers in proportion to the smaller one, so labels need no memory between changes.

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::cut::local::Local;
use crate::cut::local::live::Live;
use crate::cut::rules::{Change, Cuts, Rule, State, Step};
use crate::work::Work;

impl<L: Live, F: Cuts> Step<'_, L, F> {
    pub(super) fn components(&mut self, count: u32) -> Result<(Rule, State), OutOfMemory> {
        let Change { u, v, before, after, u_is_new, v_is_new, u_gone, v_gone } = self.change;
        let count = match ((u_is_new, v_is_new), (u_gone, v_gone)) {
            ((true, true), _) => count + 1,
            (_, (true, true)) => count - 1,
            // A leaf comes or goes.
            ((true, false) | (false, true), _) | (_, (true, false) | (false, true)) => count,
            _ if before == 0 => {
                if self.joined_otherwise()? {
                    count
                } else {
                    count - 1
                }
            }
            _ if after == 0 => {
                if self.joined_otherwise()? {
                    count
                } else {
                    count + 1
                }
            }
            _ => count,
        };
        if after > 0 && self.live.vertex_count() == 2 {
            self.start_family();
            self.family.insert(&[u], v, self.work);
            return Ok((Rule::OneEdge, State::Connected(after)));
        }
        if count == 1 && self.live.vertex_count() > 1 {
            return Ok((Rule::Reconnected, State::Stale));
        }
        Ok((Rule::Components, State::Components(count)))
    }

    /// Whether a path joins the two ends of the change that does not use its edge.
    fn joined_otherwise(&mut self) -> Result<bool, OutOfMemory> {
        let mut local = Local::enter(self.scratch, self.live.slots(), *self.stamp)?;
        let joined = local.connected_otherwise(self.live, self.change.u, self.change.v);
        self.work.charge(local.spent());
        *self.stamp = local.leave();
        Ok(joined)
    }
}

/// Writes to `label[slot]`, for every vertex of `order`, the position in `order` of the first vertex of its component,
/// and returns the number of components. `order` lists the core, each vertex once. O(n + m) units.
///
/// # Errors
/// [`OutOfMemory`] if `scratch` has less than a word for every four slots.
pub fn label_components(
    live: &impl Live,
    order: impl Iterator<Item = u16> + Clone,
    scratch: &mut [u64],
    label: &mut [u16],
    work: &mut Work,
) -> Result<u32, OutOfMemory> {
    const NONE: u16 = u16::MAX;
    debug_assert!(words_for::<u16>(live.slots()) <= super::Dynamic::words(live.slots()));
    let queue: &mut [u16] = Arena::new(scratch).carve(live.slots())?;
    label[..live.slots()].fill(NONE);
    let mut components = 0;
    for (start, position) in order.zip(0..) {
        work.charge(1);
        if label[usize::from(start)] != NONE {
            continue;
        }
        components += 1;
        label[usize::from(start)] = position;
        queue[0] = start;
        let (mut at, mut len) = (0, 1);
        while at < len {
            let row = live.neighbours(queue[at]);
            at += 1;
            work.charge(row.len() as u64);
            for &next in row {
                if label[usize::from(next)] == NONE && live.inside(next) {
                    label[usize::from(next)] = position;
                    queue[len] = next;
                    len += 1;
                }
            }
        }
    }
    Ok(components)
}
