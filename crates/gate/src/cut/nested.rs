//! A chain of minimum cuts T1 ⊂ T2 ⊂ ... ⊂ Tk as its steps S1 = T1, Si = Ti \ T(i-1), and what else follows from it.
//!
//! Let T1, ..., Tk be all minimum cuts that hold v and miss X, and D a minimum cut that misses both. Then D lies in one step,
//! or outside Tk, or is a row of whole steps from the second on. For let D meet Tk; then D lies in it, since a union with
//! Tk would be in the chain. Let D meet Si. If it meets T(i-1) too, then T(i-1) ∪ D is in the chain, so that D has all of Si or
//! nothing of it, and all if it meets a later step. If it misses T(i-1) and has a part of Si and something
//! outside Ti, then Ti \ D would be in the chain, which is not possible. (Naor, Gusfield and Martel, 1997; Nagamochi, Nakao
//! and Ibaraki, 2000, use partitions of this kind.)
//!
//! By submodularity d(Si) = 2 w(T(i-1), Si): step i is a minimum cut if w(T(i-1), Si) = lambda / 2. A row of such steps is one if
//! each two that are next to each other have lambda / 2 between them, for then they cross the chain and each other in minimum
//! cuts. So all cuts that hold a whole step are told by one number for each, and later cuts lie inside one step or
//! outside Tk. A step of one vertex needs no flow of its own.

/// What a step is beside the difference of two cuts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The first cut, or a step that is no cut.
    Plain,
    /// A cut by itself; with the step before it is none.
    Cut,
    /// A cut by itself, and so is every row of steps that ends here and begins at any since the last [`Step::Cut`].
    Linked,
}

impl Step {
    pub(super) const ALL: [Self; 3] = [Self::Plain, Self::Cut, Self::Linked];
}

/// A chain of minimum cuts, and the other minimum cuts that hold a whole step of it.
pub struct Nested<'c> {
    /// The vertices of the largest cut, step by step.
    side: &'c [u16],
    /// By vertex: the number of its step.
    step: &'c [u16],
    /// By the first vertex of a step: its place in [`Step::ALL`].
    kind: &'c [u16],
}

impl<'c> Nested<'c> {
    pub(super) fn new(side: &'c [u16], step: &'c [u16], kind: &'c [u16]) -> Self {
        assert!(!side.is_empty(), "a chain has a cut");
        Self { side, step, kind }
    }

    /// The largest cut.
    #[must_use]
    pub fn largest(&self) -> &'c [u16] {
        self.side
    }

    /// The steps, the smallest cut first.
    pub fn steps(&self) -> impl Iterator<Item = (&'c [u16], Step)> + use<'c> {
        let Self { side, step, kind } = *self;
        side.chunk_by(move |a, b| step[usize::from(*a)] == step[usize::from(*b)])
            .map(move |members| (members, Step::ALL[usize::from(kind[usize::from(members[0])])]))
    }

    /// How many cuts these are.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        let (mut cuts, mut row) = (0, 0);
        for (_, step) in self.steps() {
            row = match step {
                Step::Plain => 0,
                Step::Cut => 1,
                Step::Linked => row + 1,
            };
            cuts += 1 + row;
        }
        cuts
    }
}
