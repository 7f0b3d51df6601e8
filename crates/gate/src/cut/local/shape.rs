//! How the minimum cuts between two vertices lie to one another when no cut of the graph is smaller.
//!
//! In the cactus of all minimum cuts they are a path of edges and rings from one end to the other (Dinitz, Karzanov and
//! Lomonosov, 1976). The components that Tarjan's algorithm finds, ordered by "a side that holds this one holds that
//! one too", are therefore a row of *runs*, where each is above all before it, and *rings*, where two runs lie side by
//! side. Two neighbours in such an order share an edge that can take flow, so the components that one rests on directly
//! tell which it is.

/// Where the last component lies. Components are numbered from 1 in the order they close; 0 is the smallest side.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Above all components before it.
    Run { top: u16 },
    /// In one of two runs side by side above `base`.
    Ring { left: u16, right: u16 },
}

/// What a component rests on directly.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rests {
    /// The highest component it rests on.
    pub(super) highest: u16,
    /// Whether it rests on [`Shape::first`].
    pub(super) on_first: bool,
    /// Whether it rests on [`Shape::second`].
    pub(super) on_second: bool,
}

/// A side that, with the others given out so far, generates every minimum cut met so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Side {
    /// All components up to and with this one.
    UpTo(u16),
    /// All components up to and with this one, and the new component.
    Above(u16),
    /// This component and the new one, its neighbour on a ring.
    Beside(u16),
}

impl Shape {
    pub(super) fn first(self) -> u16 {
        match self {
            Self::Run { top } => top,
            Self::Ring { left, .. } => left,
        }
    }

    pub(super) fn second(self) -> u16 {
        match self {
            Self::Run { top } => top,
            Self::Ring { right, .. } => right,
        }
    }

    /// Takes in component `new`, and says which side to give out.
    ///
    /// A run gives out every side up to a member. The first component that is not above all others opens a ring on the
    /// highest it rests on; after that pairs of neighbours are enough, since sides that cross generate their
    /// intersection, union and differences.
    pub(super) fn take(&mut self, new: u16, rests: Rests) -> Side {
        match *self {
            Self::Run { top } if rests.on_first => {
                debug_assert_eq!(top + 1, new);
                *self = Self::Run { top: new };
                Side::UpTo(new)
            }
            Self::Run { top } => {
                *self = Self::Ring { left: top, right: new };
                Side::Above(rests.highest)
            }
            Self::Ring { left, right } => match (rests.on_first, rests.on_second) {
                (true, true) => {
                    *self = Self::Run { top: new };
                    Side::UpTo(new)
                }
                (true, false) => {
                    *self = Self::Ring { left: new, right };
                    Side::Beside(left)
                }
                (false, true) => {
                    *self = Self::Ring { left, right: new };
                    Side::Beside(right)
                }
                (false, false) => unreachable!("minimum cuts between two vertices are a path of edges and rings"),
            },
        }
    }
}
