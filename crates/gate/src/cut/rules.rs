//! The family of all minimum cuts under one change of one edge: what stays, what goes, what is new, without a new
//! search.
//!
//! Let w be the weight by which edge (u, v) changed. Five rules, each exact (verified by brute force, `tests/rules`):
//!
//! | | change | and | lambda | family |
//! | --- | --- | --- | --- | --- |
//! | 1 | heavier | no minimum cut separates u and v | same | same |
//! | 2 | heavier | some do, some do not | same | those that do not |
//! | 3 | heavier | all do | more | unknown: [`State::Stale`] |
//! | 4 | lighter | some do | less w | those that do |
//! | 5 | lighter | none does | min(lambda, f) | f > lambda: same; f = lambda: with all minimum u-v cuts; f < lambda: those |
//!
//! f is the maximum flow between u and v afterwards. Rules 1 and 2 hold since no cut got lighter, rule 4 since every
//! cut that separates u and v lost w and no other did. In rule 5 every cut that separates u and v was more than lambda,
//! so the ones that count now are minimum between u and v. A dynamic cactus that acts only on f < lambda (Henzinger,
//! Noe and Schulz, 2020) keeps lambda right, but its family depends on history.
//!
//! An edge that comes or goes is a change from or to 0. A vertex that comes with its first edge, or goes with its last,
//! hangs by one edge, so that its own cut is the only one that it can add or take away. Lambda 0 is a state of its own:
//! then only the components count.

mod carrying;
mod components;
mod cuts;

use crate::arena::OutOfMemory;
use crate::cut::family::Newcomer;
use crate::cut::local::live::Live;
use crate::cut::local::{Connectivity, Local};
use crate::work::Work;

pub use crate::graph::Change;
pub use components::label_components;
pub use cuts::Cuts;

/// What is known of the graph's minimum cuts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Nothing: a search is due. Not entered by an answer that might be wrong, left only by [`Dynamic::set`].
    Stale,
    /// The graph is connected, lambda is this much, and the family holds all minimum cuts.
    Connected(u64),
    /// Lambda is 0. So many components: not one, unless the graph is a single vertex.
    Components(u32),
}

/// What became of a change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// The state was stale and is so still.
    Skipped,
    /// The weight is as it was.
    NoChange,
    /// Rule 1.
    HeavierInAtom,
    /// Rule 2.
    HeavierAcross,
    /// Rule 3: stale.
    LambdaRose,
    /// Rule 4.
    LighterAcross,
    /// Rule 5, f > lambda.
    FlowAbove,
    /// Rule 5, f = lambda.
    FlowEqual,
    /// Rule 5, f < lambda.
    FlowBelow,
    /// Rule 5 needs more than the limit: stale.
    TooFar,
    /// A vertex came, with a cut that is more than lambda.
    JoinedAtom,
    /// A vertex came, with a cut of lambda.
    JoinedAsLeaf,
    /// A vertex came, with the only minimum cut.
    JoinedBelow,
    /// A vertex went, and its cut with it if it had one.
    Left,
    /// The graph was one edge, or is one now.
    OneEdge,
    /// A component came, went, was joined to another or fell in two, or would have but for other paths.
    Components,
    /// The graph is connected again: stale.
    Reconnected,
}

impl Rule {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Skipped,
        Self::NoChange,
        Self::HeavierInAtom,
        Self::HeavierAcross,
        Self::LambdaRose,
        Self::LighterAcross,
        Self::FlowAbove,
        Self::FlowEqual,
        Self::FlowBelow,
        Self::TooFar,
        Self::JoinedAtom,
        Self::JoinedAsLeaf,
        Self::JoinedBelow,
        Self::Left,
        Self::OneEdge,
        Self::Components,
        Self::Reconnected,
    ];
}

/// The state that the rules carry from change to change. The family belongs to the caller.
#[derive(Clone, Copy, Debug)]
pub struct Dynamic {
    state: State,
    /// The most that one flow and its cuts may cost, in units.
    limit: u64,
    /// The stamp of the scratch area; 0 if others wrote there.
    stamp: u16,
}

impl Dynamic {
    /// The rules of an empty graph. A flow that costs more than `limit` units makes the state stale.
    #[must_use]
    pub fn new(limit: u64) -> Self {
        Self { state: State::Components(0), limit, stamp: 0 }
    }

    /// Words of scratch for a graph of `vertices` slots.
    #[must_use]
    pub const fn words(vertices: usize) -> usize {
        Local::words(vertices)
    }

    /// What is known.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Takes the result of a search of the present graph. If that is [`State::Connected`], the family must hold all its
    /// minimum cuts.
    pub fn set(&mut self, state: State) {
        self.state = state;
    }

    /// Says that others wrote to the scratch area.
    pub fn scratch_changed(&mut self) {
        self.stamp = 0;
    }

    /// A vertex joined the core without an edge to it, as in a protected set.
    pub fn appear(&mut self) {
        self.state = match self.state {
            State::Stale => State::Stale,
            State::Connected(_) => State::Components(2),
            State::Components(count) => State::Components(count + 1),
        };
    }

    /// A vertex left the core that had no edge to it.
    pub fn vanish(&mut self, live: &impl Live) {
        self.state = match self.state {
            State::Stale => State::Stale,
            State::Connected(_) => unreachable!("every vertex of a connected core has an edge"),
            State::Components(2) if live.vertex_count() > 1 => State::Stale,
            State::Components(count) => State::Components(count - 1),
        };
    }

    /// Follows one change that the graph has just taken. Charges what it costs, which passes the limit by at most
    /// O(n + m) units.
    ///
    /// # Errors
    /// [`OutOfMemory`] if `scratch` has less than [`Dynamic::words`].
    pub fn apply(
        &mut self,
        change: Change,
        live: &impl Live,
        family: &mut impl Cuts,
        scratch: &mut [u64],
        work: &mut Work,
    ) -> Result<Rule, OutOfMemory> {
        work.charge(1);
        let mut step = Step { change, live, family, work, limit: self.limit, scratch, stamp: &mut self.stamp };
        let (rule, state) = match self.state {
            _ if change.before == change.after => (Rule::NoChange, self.state),
            State::Stale => (Rule::Skipped, State::Stale),
            State::Connected(lambda) => step.connected(lambda)?,
            State::Components(count) => step.components(count)?,
        };
        self.state = state;
        Ok(rule)
    }
}

/// One change and all that it touches.
struct Step<'a, L, F> {
    change: Change,
    live: &'a L,
    family: &'a mut F,
    work: &'a mut Work,
    limit: u64,
    scratch: &'a mut [u64],
    stamp: &'a mut u16,
}

impl<L: Live, F: Cuts> Step<'_, L, F> {
    fn connected(&mut self, lambda: u64) -> Result<(Rule, State), OutOfMemory> {
        let Change { u, v, before, after, u_is_new, v_is_new, u_gone, v_gone } = self.change;
        match ((u_is_new, v_is_new), (u_gone, v_gone)) {
            ((true, true), _) => Ok((Rule::Components, State::Components(2))),
            (_, (true, true)) => Ok((Rule::OneEdge, State::Components(0))),
            ((true, false), _) => Ok(self.join(u, v, after, lambda)),
            ((false, true), _) => Ok(self.join(v, u, after, lambda)),
            (_, (true, false)) => Ok(self.part(u, before, lambda)),
            (_, (false, true)) => Ok(self.part(v, before, lambda)),
            _ if self.live.vertex_count() == 2 && after > 0 => Ok((Rule::OneEdge, State::Connected(after))),
            _ if after > before => Ok(self.heavier(lambda)),
            _ => self.lighter(lambda),
        }
    }

    /// A vertex came with its first edge, to `y`.
    fn join(&mut self, x: u16, y: u16, weight: u64, lambda: u64) -> (Rule, State) {
        if weight > lambda {
            self.family.add_vertex(x, y, Newcomer::Member);
            return (Rule::JoinedAtom, State::Connected(lambda));
        }
        if weight == lambda {
            self.family.add_vertex(x, y, Newcomer::Leaf);
            return (Rule::JoinedAsLeaf, State::Connected(lambda));
        }
        self.start_family();
        self.family.insert(&[x], y, self.work);
        (Rule::JoinedBelow, State::Connected(weight))
    }

    /// A vertex went with its last edge.
    fn part(&mut self, x: u16, weight: u64, lambda: u64) -> (Rule, State) {
        assert!(weight >= lambda, "the vertex alone was a cut of this weight");
        if self.family.remove_vertex(x) {
            (Rule::Left, State::Connected(lambda))
        } else {
            // Its own cut was the only one. A graph of one edge loses both vertices at once, so it was not that.
            (Rule::LambdaRose, State::Stale)
        }
    }

    fn heavier(&mut self, lambda: u64) -> (Rule, State) {
        let Change { u, v, .. } = self.change;
        if self.family.same_atom(u, v) {
            (Rule::HeavierInAtom, State::Connected(lambda))
        } else if self.family.contract(u, v, self.work) {
            (Rule::HeavierAcross, State::Connected(lambda))
        } else {
            (Rule::LambdaRose, State::Stale)
        }
    }

    fn lighter(&mut self, lambda: u64) -> Result<(Rule, State), OutOfMemory> {
        let Change { u, v, before, after, .. } = self.change;
        if self.family.same_atom(u, v) {
            return self.lighter_in_atom(lambda);
        }
        assert!(before - after <= lambda, "the edge is part of a minimum cut");
        let lambda = lambda - (before - after);
        if lambda == 0 {
            // The edge was a bridge.
            return Ok((Rule::LighterAcross, State::Components(2)));
        }
        self.family.keep_between(u, v, self.work);
        Ok((Rule::LighterAcross, State::Connected(lambda)))
    }

    fn lighter_in_atom(&mut self, lambda: u64) -> Result<(Rule, State), OutOfMemory> {
        let Change { u, v, .. } = self.change;
        let mut local = Local::enter(self.scratch, self.live.slots(), *self.stamp)?;
        let connectivity = local.flow(self.live, u, v, lambda, self.limit);
        let result = match connectivity {
            Connectivity::More => (Rule::FlowAbove, State::Connected(lambda)),
            Connectivity::TooFar => (Rule::TooFar, State::Stale),
            Connectivity::Exactly(0) => (Rule::FlowBelow, State::Components(2)),
            Connectivity::Exactly(value) => {
                let rule = if value == lambda { Rule::FlowEqual } else { Rule::FlowBelow };
                if value < lambda {
                    self.work.charge(self.live.vertex_count() as u64);
                    self.family.reset(self.live.vertices());
                }
                let family = &mut *self.family;
                let work = &mut *self.work;
                match local.cuts(self.live, |side, outside| family.insert(side, outside, work)) {
                    Ok(()) => (rule, State::Connected(value)),
                    Err(_) => (Rule::TooFar, State::Stale),
                }
            }
        };
        self.work.charge(local.spent());
        *self.stamp = local.leave();
        Ok(result)
    }

    /// One atom of all vertices.
    fn start_family(&mut self) {
        self.work.charge(self.live.vertex_count() as u64);
        self.family.reset(self.live.vertices());
    }
}
