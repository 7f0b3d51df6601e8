//! The phase of the spectral score: a flight over as many ticks as its budget needs, on a copy of the core of its own.

use crate::core_graph::Rows;
use crate::spectral::{self, SpectralSearch};
use crate::tick::minimum::{Ground, Minimum, choose, share};
use crate::tick::report::ScoreReport;
use crate::work::{Progress, Work};

/// How often a flight is dropped for a sweep before one may come to its end.
const GIVE_WAY_MAX: u32 = 8;

/// The core that a flight speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Flight {
    epoch: u64,
    version: u64,
    vertices: usize,
    /// The minimum cut of the same core, if it was known at the start.
    cut: Option<u64>,
}

/// The score of the core, as far as it is known.
pub(super) struct Scoring {
    search: SpectralSearch,
    flight: Option<Flight>,
    /// The version of the graph that the published score speaks of.
    scored: Option<u64>,
    /// How often a sweep has taken the area from a flight since the last score was published.
    gave_way: u32,
    /// Units by which earlier ticks passed their budgets: one step of the search is more than a small budget, and is paid for
    /// by the ticks that follow it.
    debt: u64,
    published: Option<ScoreReport>,
}

impl Scoring {
    /// Nothing is known.
    pub(super) fn new() -> Self {
        Self { search: SpectralSearch::new(), flight: None, scored: None, gave_way: 0, debt: 0, published: None }
    }

    /// Whether a sweep may have the area. Flights give way [`GIVE_WAY_MAX`] times, and then only when one has come to its end:
    /// neither can keep the other from ever finishing. A sweep takes a few ticks and a flight many, so that a stale cut that
    /// waits costs more fresh ticks than a score that begins anew.
    pub(super) fn gives_way(&mut self) -> bool {
        if self.flight.is_some() && self.gave_way == GIVE_WAY_MAX {
            return false;
        }
        self.gave_way += u32::from(self.flight.take().is_some());
        true
    }

    /// Goes on as far as the work allows. A flight takes off when the graph is another one than that of the last score and no sweep has
    /// the area or waits for it.
    pub(super) fn advance(
        &mut self,
        ground: &mut Ground<'_, '_>,
        minimum: &mut Minimum<'_>,
        without_cut: bool,
        work: &mut Work,
    ) {
        let budget = work.left();
        let paid = self.debt.min(budget);
        self.debt -= paid;
        work.relimit(budget - paid);
        self.go_on(ground, minimum, without_cut, work);
        self.debt += work.used().saturating_sub(budget - paid);
    }

    fn go_on(&mut self, ground: &mut Ground<'_, '_>, minimum: &mut Minimum<'_>, without_cut: bool, work: &mut Work) {
        let version = ground.graph.version();
        let (scratch, area) = share(ground.graph, ground.area);
        let free = !minimum.is_sweeping() && (minimum.is_fresh() || without_cut);
        if self.flight.is_none() && self.scored != Some(version) && free && !work.exhausted() {
            let cut = minimum.value(ground.core);
            let rows = choose(ground.graph, ground.core, scratch);
            work.charge(rows.units());
            self.search.start(area, &rows, work);
            minimum.scratch_changed();
            self.flight = Some(Flight { epoch: ground.epoch, version, vertices: rows.vertex_count(), cut });
        }
        if let Some(flight) = self.flight
            && self.search.advance(area, work) == Progress::Done
        {
            self.land(flight);
        }
    }

    /// The score, if it is that of the graph as it is now.
    pub(super) fn fresh(&self, version: u64) -> Option<ScoreReport> {
        self.published.filter(|_| self.scored == Some(version))
    }

    /// The last score.
    pub(super) fn published(&self) -> Option<ScoreReport> {
        self.published
    }

    fn land(&mut self, flight: Flight) {
        let score = self.search.result().expect("a search that is through has a result");
        let vertices = flight.vertices as u32;
        let lower = flight.cut.map_or(0, |cut| spectral::lower_bound(cut, vertices, self.search.max_degree()));
        // Both bounds are certain, and the float between them is moved into the interval if it lies outside.
        let lower = lower.min(score.upper);
        self.published = Some(ScoreReport {
            epoch: flight.epoch,
            score: score.score.max(lower),
            lower,
            upper: score.upper,
            neg_log2: score.neg_log2_nu2,
        });
        self.scored = Some(flight.version);
        self.flight = None;
        self.gave_way = 0;
    }
}
