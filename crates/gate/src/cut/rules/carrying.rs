//! What the caller of the rules asks beside them: what a rule may have changed, and whether a change can wait.

use crate::arena::OutOfMemory;
use crate::cut::local::live::Live;
use crate::cut::local::{Connectivity, Local};
use crate::cut::rules::{Change, Cuts, Dynamic, Rule, State, Step};
use crate::work::Work;

impl Rule {
    /// Whether lambda, the family or the vertices may be others than before, so that they have to be described anew.
    #[must_use]
    pub fn changes_family(self) -> bool {
        match self {
            Self::Skipped | Self::NoChange | Self::HeavierInAtom | Self::FlowAbove => false,
            Self::HeavierAcross
            | Self::LambdaRose
            | Self::LighterAcross
            | Self::FlowEqual
            | Self::FlowBelow
            | Self::TooFar
            | Self::JoinedAtom
            | Self::JoinedAsLeaf
            | Self::JoinedBelow
            | Self::Left
            | Self::OneEdge
            | Self::Components
            | Self::Reconnected => true,
        }
    }
}

impl Dynamic {
    /// Whether an edge that got lighter leaves the family as it is, or is ruled without a look at the graph: for that `live`
    /// may lack other edges, but may have none that the rules do not know of.
    pub fn holds_without(
        &mut self,
        change: Change,
        live: &impl Live,
        family: &impl Cuts,
        scratch: &mut [u64],
        work: &mut Work,
    ) -> bool {
        let State::Connected(lambda) = self.state else { return false };
        if !family.same_atom(change.u, change.v) {
            return true;
        }
        let Ok(mut local) = Local::enter(scratch, live.slots(), self.stamp) else { return false };
        let enough = local.flow(live, change.u, change.v, lambda, self.limit) == Connectivity::More;
        work.charge(local.spent());
        self.stamp = local.leave();
        enough
    }

    /// Follows one of several changes that the graph has taken together. Each made an edge lighter, and no minimum cut separated its
    /// ends before all of them. The others may come before or after, by the same way.
    ///
    /// Every cut that got lighter separates the ends of one of these edges. So lambda is now the least of what it was and of
    /// the flows between ends, in the graph as it is now, and every minimum cut is one of before or one between two such ends.
    ///
    /// # Errors
    /// [`OutOfMemory`] if `scratch` has less than [`Dynamic::words`].
    pub fn apply_one_of(
        &mut self,
        change: Change,
        live: &impl Live,
        family: &mut impl Cuts,
        scratch: &mut [u64],
        work: &mut Work,
    ) -> Result<(), OutOfMemory> {
        work.charge(1);
        let mut step = Step { change, live, family, work, limit: self.limit, scratch, stamp: &mut self.stamp };
        self.state = match self.state {
            State::Connected(lambda) => step.lighter_in_atom(lambda)?.1,
            // How many components the others leave is not known.
            State::Stale | State::Components(_) => State::Stale,
        };
        Ok(())
    }
}
