//! The phase of the minimum cut: kept right change by change where a rule can, found anew by a sweep where none can.
//!
//! While the cut is *fresh*, every change of the graph is taken in by a delta rule. When no rule can tell, it is
//! *stale*: a sweep takes off on a copy of the core and goes on over as many ticks as its budget needs. What it finds is
//! carried over to the graph as it is by then, if the rules can; else it is published for the epoch of the copy, and
//! another sweep takes off. A k-core may turn into another with any change, so that it knows no rules.

use codec::Digest;

use crate::arena::{Arena, OutOfMemory, words_for};
use crate::config::Core;
use crate::core_graph::Rows;
use crate::cut::family::Family;
use crate::cut::local::live::Live;
use crate::cut::rules::{self, Dynamic, State};
use crate::cut::{Cut, CutDigest, Search};
use crate::graph::{Change, CoreRows, GraphStore};
use crate::tick::changes::Changes;
use crate::tick::labels::{Labels, Summary};
use crate::tick::membership::{Effect, LiveCore, Membership};
use crate::tick::report::CutReport;
use crate::tick::scoring::Scoring;
use crate::work::{Progress, Work};

/// The most that one flow of the delta rules and the cuts that it finds may cost, in work units. One that costs more leaves
/// the cut stale: it is cheaper to sweep.
const FLOW_LIMIT: u64 = 1 << 16;

/// When the deltas of a tick, times this, are more than the core's vertices and edges, a sweep is cheaper than the rules.
const SWEEP_SHARE: u64 = 16;

/// Changes that may come last, all at once, when the result of a sweep is carried over: each costs three flows.
const TOGETHER_MAX: usize = 64;

/// Units after which carrying over takes no further change: it is cheaper to sweep again.
const CARRY_LIMIT: u64 = 1 << 20;

const ROOM: &str = "the area has room for the rules' scratch";

/// How far the cut is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Of the graph as it is.
    Fresh,
    /// No longer, and no sweep has taken off.
    Stale,
    /// A sweep speaks of the core as it was at this epoch.
    Sweeping(Flight),
}

/// The graph that a sweep speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Flight {
    epoch: u64,
    vertices_version: u64,
}

/// What the phase looks at, and where it works.
pub(super) struct Ground<'g, 'a> {
    pub(super) epoch: u64,
    pub(super) graph: &'g GraphStore<'a>,
    pub(super) core: Core<'g>,
    /// The flight area: the rules' scratch and a score's flight, or a sweep's.
    pub(super) area: &'g mut [u64],
}

/// The core as it is now.
pub(super) fn choose<'s, 'a>(graph: &'s GraphStore<'a>, core: Core<'_>, scratch: &'s mut [u64]) -> CoreRows<'s, 'a> {
    CoreRows::choose(graph, core, &mut Arena::new(scratch)).expect("the scratch is for these rows")
}

/// Where the delta rules work, and where a score flies.
pub(super) fn share<'s>(graph: &GraphStore<'_>, area: &'s mut [u64]) -> (&'s mut [u64], &'s mut [u64]) {
    area.split_at_mut(Dynamic::words(graph.slots()))
}

/// The minimum cuts of the core, as far as they are known.
pub(super) struct Minimum<'a> {
    membership: Membership<'a>,
    family: Family<'a>,
    dynamic: Dynamic,
    search: Search,
    changes: Changes<'a>,
    labels: Labels<'a>,
    stage: Stage,
    /// The labels do not say what the family says.
    due: bool,
    digest: Option<CutDigest>,
    /// Counts vertices that came to the core or left it.
    vertices_version: u64,
    /// The last vertex-set digest, and the version of the vertices that it speaks of.
    vertex_set: Option<(u64, Digest)>,
    /// The version of the vertices that the labels speak of.
    labelled: u64,
    published: Option<CutReport>,
}

impl<'a> Minimum<'a> {
    /// Arena words for this capacity.
    pub(super) const fn words(vertices: usize, pending: usize) -> usize {
        Membership::words(vertices) + Family::words(vertices) + Changes::words(pending) + Labels::words(vertices)
    }

    /// Of the empty graph.
    pub(super) fn new(arena: &mut Arena<'a>, vertices: usize, pending: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            membership: Membership::new(arena, vertices)?,
            family: Family::new(arena, vertices)?,
            dynamic: Dynamic::new(FLOW_LIMIT),
            search: Search::idle(),
            changes: Changes::new(arena, pending)?,
            labels: Labels::new(arena, vertices)?,
            stage: Stage::Stale,
            due: false,
            digest: None,
            vertices_version: 0,
            vertex_set: None,
            labelled: 0,
            published: None,
        })
    }

    /// So many deltas come. If that is a large part of the graph, a sweep is cheaper than the rules.
    pub(super) fn expect(&mut self, deltas: u64) {
        let size = (self.membership.vertices + self.membership.edges) as u64;
        if self.stage == Stage::Fresh && deltas > 0 && deltas.saturating_mul(SWEEP_SHARE) > size {
            self.stage = Stage::Stale;
        }
    }

    /// Takes in a change of the graph, right after it was made.
    pub(super) fn note(&mut self, ground: &mut Ground<'_, '_>, change: Change, work: &mut Work) {
        let effect = self.membership.note(ground.graph, ground.core, &change);
        let moved = change.u_is_new || change.v_is_new || change.u_gone || change.v_gone;
        if effect == Effect::Unknown || (effect == Effect::Same && moved) {
            self.vertices_version += 1;
            self.changes.lose();
        }
        match (effect, self.stage) {
            (Effect::None, _) | (_, Stage::Stale) => {}
            (Effect::Same, Stage::Fresh) if !work.exhausted() => self.follow(ground, change, work),
            (_, Stage::Fresh) => self.stage = Stage::Stale,
            (_, Stage::Sweeping(_)) => self.changes.note(&change),
        }
    }

    /// A delta rule.
    fn follow(&mut self, ground: &mut Ground<'_, '_>, change: Change, work: &mut Work) {
        let live = LiveCore { graph: ground.graph, membership: &self.membership, whole: ground.core == Core::All };
        let (scratch, _) = share(ground.graph, ground.area);
        let rule = self.dynamic.apply(change, &live, &mut self.family, scratch, work).expect(ROOM);
        self.due |= rule.changes_family();
        if self.dynamic.state() == State::Stale {
            self.stage = Stage::Stale;
        }
    }

    /// Goes on as far as the work allows. `score` gives up the area if that is asked of it and its turn.
    pub(super) fn advance(&mut self, ground: &mut Ground<'_, '_>, score: &mut Scoring, work: &mut Work) {
        loop {
            match self.stage {
                Stage::Fresh => return self.describe(ground, work),
                Stage::Stale => {
                    // What was found last has to be hashed before its labels are needed again.
                    if work.exhausted() || self.digest.is_some() || !score.gives_way() {
                        return;
                    }
                    self.take_off(ground, work);
                }
                Stage::Sweeping(flight) => {
                    let area = Search::split(ground.area, ground.graph.slots());
                    if self.search.advance(area, &mut self.family, work) == Progress::Pending {
                        return;
                    }
                    self.land(ground, flight, work);
                }
            }
        }
    }

    /// Somebody else wrote to the scratch of the rules.
    pub(super) fn scratch_changed(&mut self) {
        self.dynamic.scratch_changed();
    }

    /// Whether a sweep is under way in the area.
    pub(super) fn is_sweeping(&self) -> bool {
        matches!(self.stage, Stage::Sweeping(_))
    }

    /// Whether a sweep waits for the area that a score's flight has.
    pub(super) fn waits(&self) -> bool {
        self.stage == Stage::Stale
    }

    /// Whether the cut of the graph as it is now is known.
    pub(super) fn is_fresh(&self) -> bool {
        self.stage == Stage::Fresh
    }

    /// Whether the cut of the graph as it is now is known, described and hashed.
    pub(super) fn is_hashed(&self) -> bool {
        self.is_fresh() && !self.due && self.digest.is_none()
    }

    /// Lambda of the graph as it is now, if it is known.
    pub(super) fn value(&self, core: Core<'_>) -> Option<u64> {
        if !self.is_fresh() {
            return None;
        }
        match core {
            Core::KCore(_) => self.labels.cut().map(|(_, cut)| cut.value),
            Core::All | Core::Protected(_) => match self.dynamic.state() {
                State::Connected(value) => Some(value),
                State::Components(_) => Some(0),
                State::Stale => unreachable!("a fresh cut has a state"),
            },
        }
    }

    /// Vertices and edges of the core: as it is now, or of a k-core as it was when it was found last.
    pub(super) fn core_size(&self) -> (usize, usize) {
        (self.membership.vertices, self.membership.edges)
    }

    /// The last cut that was hashed.
    pub(super) fn published(&self) -> Option<CutReport> {
        self.published
    }

    /// The external ids of the core, ascending, and its cut, if both are of the graph as it is now.
    pub(super) fn view(&self) -> Option<(&[u64], Cut<'_>)> {
        let (_, cut) = self.labels.cut()?;
        (self.is_fresh() && !self.due).then(|| (self.labels.ids(), cut))
    }

    /// Hashes what is described. Whatever is hashed is published; if nothing has changed since, it speaks of now.
    pub(super) fn hash(&mut self, epoch: u64, work: &mut Work) {
        if let (Some(digest), Some((found, cut))) = (&mut self.digest, self.labels.cut())
            && digest.advance(self.labels.ids(), &cut, work) == Progress::Done
            && let Some(digest) = self.digest.take()
        {
            self.vertex_set = Some((self.labelled, digest.vertex_set()));
            let (far, all) = (u64::from(cut.far_count), self.labels.ids().len() as u64);
            self.published = Some(CutReport {
                epoch: found,
                value: cut.value,
                components: cut.components,
                small_side: far.min(all - far),
                family: cut.family,
                hash: digest.finish(),
            });
        }
        if self.is_hashed()
            && let Some(published) = &mut self.published
        {
            published.epoch = epoch;
        }
    }

    fn take_off(&mut self, ground: &mut Ground<'_, '_>, work: &mut Work) {
        let (front, rest) = Search::split(ground.area, ground.graph.slots());
        let rows = choose(ground.graph, ground.core, front);
        work.charge(rows.units());
        self.membership.resize(rows.vertex_count(), rows.edge_count());
        self.labels.number((0..rows.vertex_count()).map(|vertex| rows.id(vertex)));
        self.search.start(rest, &rows, work);
        self.dynamic.scratch_changed();
        self.changes.clear();
        self.stage = Stage::Sweeping(Flight { epoch: ground.epoch, vertices_version: self.vertices_version });
    }

    /// Publishes what a sweep found, or carries it over to the graph as it is now.
    fn land(&mut self, ground: &mut Ground<'_, '_>, flight: Flight, work: &mut Work) {
        let (_, rest) = Search::split(ground.area, ground.graph.slots());
        let found = self.search.result(rest).expect("the sweep is through");
        self.labels.copy(flight.epoch, &found);
        let state = match found.value {
            0 => State::Components(found.components),
            value => State::Connected(value),
        };
        let same_vertices = flight.vertices_version == self.vertices_version;
        let carried = match ground.core {
            Core::KCore(_) => same_vertices,
            Core::All | Core::Protected(_) => same_vertices && self.carry_over(ground, state, work),
        };
        // What was carried over an empty way needs no other description.
        self.due = carried && !self.changes.is_empty();
        self.stage = if carried { Stage::Fresh } else { Stage::Stale };
        if !self.due {
            self.begin_hash(flight.vertices_version);
        }
    }

    /// Lets the rules follow what has changed since the sweep took off; whether they could.
    ///
    /// The rules speak of single changes one after the other, in any order. What got heavier comes first: rules 1 and 2 do not look
    /// at the graph. Then what got lighter: if enough flows between its ends in the graph as it is now, which lacks all that
    /// went since, then enough flowed before. A few of which that cannot be said come last, all at once.
    fn carry_over(&mut self, ground: &mut Ground<'_, '_>, state: State, work: &mut Work) -> bool {
        let (front, rest) = Search::split(ground.area, ground.graph.slots());
        let rows = choose(ground.graph, ground.core, front);
        if let State::Connected(_) = state {
            let kernel_of = self.search.kernel_of(rest);
            self.family.expand(rows.vertex_count(), |vertex| (rows.slot(vertex), kernel_of[vertex]), work);
        }
        work.charge(rows.vertex_count() as u64);
        self.dynamic.set(state);
        self.dynamic.scratch_changed();
        let live = LiveCore { graph: ground.graph, membership: &self.membership, whole: ground.core == Core::All };
        let Some(edges) = self.changes.settle() else { return false };
        let now = |[u, v]: [u16; 2]| live.graph.edge_between(u, v).map_or(0, |edge| live.graph.weight(edge));
        let (scratch, _) = share(ground.graph, ground.area);
        let end = work.used() + CARRY_LIMIT;
        let mut last = [None; TOGETHER_MAX];
        let mut together = 0;
        for heavier in [true, false] {
            for (ends, before) in edges.clone() {
                let after = now(ends);
                if before == after || (after > before) != heavier {
                    continue;
                }
                let change = Change::between(ends, before, after);
                let State::Connected(_) = self.dynamic.state() else { return false };
                if work.used() > end {
                    return false;
                }
                if heavier || self.dynamic.holds_without(change, &live, &self.family, scratch, work) {
                    self.dynamic.apply(change, &live, &mut self.family, scratch, work).expect(ROOM);
                } else if together < TOGETHER_MAX {
                    last[together] = Some(change);
                    together += 1;
                } else {
                    return false;
                }
            }
        }
        if let [Some(only), None, ..] = last {
            self.dynamic.apply(only, &live, &mut self.family, scratch, work).expect(ROOM);
        } else {
            let changes = last.into_iter().flatten();
            self.dynamic.apply_together(changes, &live, &mut self.family, scratch, work).expect(ROOM);
        }
        self.dynamic.state() != State::Stale
    }

    /// Labels every vertex, if the family has changed since and the last labels are hashed.
    fn describe(&mut self, ground: &mut Ground<'_, '_>, work: &mut Work) {
        if !self.due || self.digest.is_some() || work.exhausted() {
            return;
        }
        let live = LiveCore { graph: ground.graph, membership: &self.membership, whole: ground.core == Core::All };
        let slots = || live.vertices();
        self.labels.number(slots().map(|slot| ground.graph.id(slot)));
        work.charge(self.labels.ids().len() as u64);
        match self.dynamic.state() {
            State::Connected(value) => {
                let (atom, far_side) = self.labels.arrays();
                let described = self.family.describe(slots(), atom, far_side);
                self.labels.seal(Summary {
                    epoch: ground.epoch,
                    value,
                    components: 1,
                    first_separable: described.first_separable.map(u32::from),
                    far_count: described.far_count,
                    outside_count: described.outside_count,
                    family: self.family.count(),
                });
            }
            State::Components(components) => {
                let (labels, queue) =
                    share(ground.graph, ground.area).0.split_at_mut(words_for::<u16>(ground.graph.slots()));
                let labels: &mut [u16] = Arena::new(labels).carve(ground.graph.slots()).expect(ROOM);
                let found = rules::label_components(&live, slots(), queue, labels, work).expect(ROOM);
                assert_eq!(found, components, "the components were counted right");
                self.dynamic.scratch_changed();
                self.labels.separate(ground.epoch, components, slots().map(|slot| labels[usize::from(slot)]))
            }
            State::Stale => unreachable!("only what is fresh is described"),
        }
        self.due = false;
        self.begin_hash(self.vertices_version);
    }

    fn begin_hash(&mut self, vertices_version: u64) {
        let kept = self.vertex_set.filter(|(version, _)| *version == vertices_version);
        self.labelled = vertices_version;
        self.digest = Some(kept.map_or_else(CutDigest::start, |(_, set)| CutDigest::with_vertex_set(set)));
    }
}
