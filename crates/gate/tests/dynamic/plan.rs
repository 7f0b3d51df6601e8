//! A trial from its number: graph, stream, core and budget.

use gate::config::{ContainerEpochBudget, Core};

use crate::counts::Counts;
use crate::families;
use crate::lemon::Lemon;
use crate::random::Random;
use crate::trial::{Source, Trial, profile, spread};

/// Which core is watched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Watched {
    All,
    /// Seven of eight vertices.
    Protected,
    KCore(u32),
}

/// What one trial does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) family: &'static str,
    pub(crate) stream: &'static str,
    /// Determines everything that is drawn.
    pub(crate) number: u64,
    pub(crate) vertices: u64,
    pub(crate) budget: ContainerEpochBudget,
    pub(crate) core: Watched,
    pub(crate) ticks: usize,
    /// Ticks after which a search from scratch is made, in 256: any tick, and one at which the cut came to be known again.
    pub(crate) checked: u64,
    pub(crate) turned: u64,
}

impl Plan {
    pub(crate) fn run(&self, lemon: Option<&Lemon>) -> Counts {
        let mut random = Random(0x5eed_0400 ^ self.number << 8);
        let (edges, vertices) = families::edges(self.family, self.vertices, &mut random);
        // A profile lets only a part of its vertices be named.
        let room = if self.core == Watched::Protected { 4 * vertices } else { vertices + vertices / 8 + 8 };
        let profile = profile(room, edges.len() * 9 / 8 + 8);
        let mut source = Source::new(self.stream, &edges, vertices, [profile.vertices, profile.edges], random.next());
        let mut named: Vec<u64> = (0..vertices + 8).collect();
        random.shuffle(&mut named);
        named.truncate(profile.protected.min(vertices as usize * 7 / 8));
        let mut named: Vec<u64> = named.into_iter().map(spread).collect();
        named.sort_unstable();
        let core = match self.core {
            Watched::All => Core::All,
            Watched::Protected => Core::Protected(&named),
            Watched::KCore(k) => Core::KCore(k),
        };
        let mut slab = Vec::new();
        let mut trial = Trial::new(core, profile, self.budget, &mut slab);
        trial.spread = random.chance(128) || self.core == Watched::Protected;
        trial.load(&edges);
        if random.chance(192) {
            trial.settle();
        }
        for _ in 0..self.ticks {
            let deltas = match random.below(8) {
                0 => 0,
                1 => random.below(12) as usize,
                2 => 3,
                _ => 1,
            };
            let known = trial.is_fresh();
            trial.tick(&source.deltas(deltas));
            if random.chance(if trial.is_fresh() && !known { self.turned } else { self.checked }) {
                trial.check(lemon.filter(|_| random.chance(6)));
            }
        }
        trial.settle();
        trial.check(lemon);
        trial.counts
    }
}
