//! What the caller of the rules asks beside them: what a rule may have changed, and whether a change can wait.

use crate::cut::local::live::Live;
use crate::cut::local::{Connectivity, Local};
use crate::cut::rules::{Change, Cuts, Dynamic, Rule, State};
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
}
