//! A chain of cuts inside one atom comes in, with the rows of its steps that are cuts too.
//!
//! A sweep's cuts never cross those before: each lies in one atom ([`crate::cut::Nested`]). So nothing of the tree has to be
//! reduced: the steps leave their hub and come back below it, each hanging from the next. A row of steps that are cuts is a
//! ring, between what is below it and what is above; a row of one is an empty hub.

use crate::cut::Step;
use crate::cut::family::tree::Kind;
use crate::cut::family::{Family, Newcomer};
use crate::work::Work;

impl Family<'_> {
    /// Adds all cuts of a chain. Their vertices are members of one atom, and are not all that there are. Returns whether the largest
    /// was there already. Two units a vertex.
    pub(in crate::cut) fn nest<'c>(&mut self, steps: impl Iterator<Item = (&'c [u16], Step)>, work: &mut Work) -> bool {
        let mut below = None;
        let mut hub = None;
        for (members, step) in steps {
            work.charge(2 * members.len() as u64);
            let home = self.home(members[0]);
            if self.tree.is_vertex(home) {
                return true;
            }
            hub = Some(home);
            below = Some(match below {
                None => self.gather(members),
                Some(below) => self.hang_step(below, members, step),
            });
        }
        let (Some(hub), Some(below)) = (hub, below) else { return true };
        self.tree.append(hub, below);
        self.settle_emptied(hub)
    }

    /// Takes the members of a step out of their hub to be one thing.
    fn gather(&mut self, members: &[u16]) -> usize {
        if let [only] = members {
            let only = usize::from(*only);
            self.tree.detach(only);
            self.tree.cut_off(only);
            return only;
        }
        let hub = self.tree.allocate(Kind::Hub);
        for member in members {
            self.tree.detach(usize::from(*member));
            self.tree.append(hub, usize::from(*member));
        }
        hub
    }

    /// A step goes above what is below it. Returns the topmost node.
    fn hang_step(&mut self, below: usize, members: &[u16], step: Step) -> usize {
        let node = match step {
            Step::Plain | Step::Cut => self.tree.allocate(Kind::Hub),
            Step::Linked => {
                self.tree.set_kind(below, Kind::Ring);
                below
            }
        };
        if step == Step::Plain {
            for member in members {
                self.tree.detach(usize::from(*member));
                self.tree.append(node, usize::from(*member));
            }
            self.tree.append(node, below);
            return node;
        }
        if step == Step::Cut {
            self.tree.append(node, below);
        }
        let thing = self.gather(members);
        self.tree.append(node, thing);
        node
    }

    /// A hub that lost members to a new thing in its list may have nothing else. Returns whether that is so: the new cut was known.
    fn settle_emptied(&mut self, hub: usize) -> bool {
        let emptied = hub != self.tree.root() && self.tree.things(hub) == 1;
        if emptied {
            self.settle(hub);
        }
        emptied
    }

    /// A member of the root's atom, which keeps another, comes beside another vertex.
    pub(in crate::cut) fn move_member(&mut self, vertex: u16, beside: u16, newcomer: Newcomer) {
        let thing = usize::from(vertex);
        assert!(self.home(vertex) == self.tree.root(), "the vertex is in no cut");
        self.tree.detach(thing);
        self.tree.set_kind(thing, Kind::Free);
        self.vertices -= 1;
        self.add_vertex(vertex, beside, newcomer);
    }
}
