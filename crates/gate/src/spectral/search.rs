//! The computation of the score, step by step, resumable.

use super::{ONE, STEPS_MAX, lanczos, lanczos::Raw, rayleigh, ritz};
use crate::arena::{Arena, OutOfMemory, words_for};
use crate::core_graph::CoreGraph;
use crate::work::{Progress, Work};

/// The recurrence ends early when the next vector has a norm of at most this. The matrix has a norm of at most 2 and the vectors
/// have norm 1, so that it is a relative threshold; at 2^-40 what is left is rounding error.
const BREAKDOWN: f64 = 1.0 / (1_u64 << 40) as f64;

/// The spectral score of a graph, and what is certain of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Score {
    /// sigma, raw 32.32, 0..=2^32, rounded down: the Ritz value, never above `upper`. Zero if and only if the graph is
    /// disconnected, has fewer than two vertices, or sigma itself is below the resolution.
    pub score: u64,
    /// No smaller than the true sigma; raw 32.32, 0..=2^32, rounded up. Exact integers of a rounded vector.
    pub upper: u64,
    /// Lanczos steps taken, from 1 to the smaller of [`STEPS_MAX`] and n - 1; zero where the score is zero by definition.
    pub steps: u32,
    /// The greatest k for which `nu2 <= 2^-k` is certain; [`u32::MAX`] where nu2 is zero.
    pub neg_log2_nu2: u32,
}

impl Score {
    /// The score of a graph that is not connected or has fewer than two vertices.
    pub const ZERO: Self = Self { score: 0, upper: 0, steps: 0, neg_log2_nu2: u32::MAX };

    /// The score moved into the certified interval: no less than `lower`, which is [`super::lower_bound`] of the same graph.
    #[must_use]
    pub fn at_least(self, lower: u64) -> Self {
        assert!(lower <= self.upper, "both bounds are certain, for the same graph");
        Self { score: self.score.max(lower), ..self }
    }
}

/// What comes next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// Degrees, connectivity and the start vector.
    Prepare,
    /// Lanczos steps that fill the tridiagonal matrix.
    Expand,
    /// The smallest eigenvalue of that matrix, and its vector.
    Solve,
    /// The same Lanczos steps again, adding up the Ritz vector.
    Assemble,
    /// The exact Rayleigh quotient.
    Certify,
    /// The result stands.
    Done,
}

/// A search for the score of one graph. It holds four vectors of 64-bit floats and one of row positions in an arena, and the
/// tridiagonal matrix inline.
///
/// Checkpoints lie between Lanczos steps: a call may pass its limit by one stage of at most 4m + 9n units (m edges,
/// n vertices), or by 106 units for each step when the small matrix is solved.
pub struct SpectralSearch<'a> {
    degrees: &'a mut [f64],
    current: &'a mut [f64],
    previous: &'a mut [f64],
    ritz: &'a mut [f64],
    splits: &'a mut [u32],
    alpha: [f64; STEPS_MAX],
    beta: [f64; STEPS_MAX],
    coefficients: [f64; STEPS_MAX],
    vertices: usize,
    volume: f64,
    ritz_value: f64,
    steps: usize,
    position: usize,
    stage: Stage,
    result: Option<Score>,
}

impl<'a> SpectralSearch<'a> {
    /// Words of arena for graphs of up to `vertices` vertices, whatever the number of edges.
    #[must_use]
    pub const fn words(vertices: usize, _edges: usize) -> usize {
        4 * words_for::<f64>(vertices) + words_for::<u32>(vertices)
    }

    /// A search for graphs of up to `vertices` vertices. Takes [`SpectralSearch::words`] words.
    pub fn new(arena: &mut Arena<'a>, vertices: usize, _edges: usize) -> Result<Self, OutOfMemory> {
        Ok(Self {
            degrees: arena.take(vertices)?,
            current: arena.take(vertices)?,
            previous: arena.take(vertices)?,
            ritz: arena.take(vertices)?,
            splits: arena.take(vertices)?,
            alpha: [0.0; STEPS_MAX],
            beta: [0.0; STEPS_MAX],
            coefficients: [0.0; STEPS_MAX],
            vertices: 0,
            volume: 0.0,
            ritz_value: 0.0,
            steps: 0,
            position: 0,
            stage: Stage::Done,
            result: None,
        })
    }

    /// Begins with `graph`, forgetting whatever went before. Does no work yet.
    pub fn start(&mut self, graph: &CoreGraph<'_>) {
        self.vertices = graph.vertex_count();
        assert!(self.vertices <= self.degrees.len(), "the view has more vertices than the search has room for");
        self.steps = 0;
        self.position = 0;
        self.result = None;
        self.stage = Stage::Prepare;
    }

    /// Goes on with the graph that was given to [`SpectralSearch::start`], until done or out of work. However the work
    /// is sliced, the result is the same to the last bit.
    pub fn advance(&mut self, graph: &CoreGraph<'_>, work: &mut Work) -> Progress {
        assert!(graph.vertex_count() == self.vertices || self.stage == Stage::Done, "another graph than at the start");
        loop {
            if self.stage == Stage::Done {
                return Progress::Done;
            }
            if work.exhausted() {
                return Progress::Pending;
            }
            match self.stage {
                Stage::Prepare => self.prepare(graph, work),
                Stage::Expand => self.expand(graph, work),
                Stage::Solve => self.solve(work),
                Stage::Assemble => self.assemble(graph, work),
                Stage::Certify => self.certify(graph, work),
                Stage::Done => {}
            }
        }
    }

    /// The score of the last graph, once its search is done.
    #[must_use]
    pub fn result(&self) -> Option<Score> {
        self.result
    }

    /// 4m + 5n units, half of them for the search for the component of the first vertex.
    fn prepare(&mut self, graph: &CoreGraph<'_>, work: &mut Work) {
        let n = self.vertices;
        work.charge(2 * graph.neighbours.len() as u64 + 5 * n as u64);
        if n < 2 || !lanczos::is_connected(graph, bytemuck::cast_slice_mut(&mut self.ritz[..n])) {
            self.finish(Score::ZERO);
            return;
        }
        self.volume = lanczos::degrees(graph, &mut self.degrees[..n]);
        lanczos::split_rows(graph, &mut self.splits[..n]);
        self.restart(graph);
        self.stage = Stage::Expand;
    }

    fn expand(&mut self, graph: &CoreGraph<'_>, work: &mut Work) {
        let step = self.position;
        let raw = self.step(graph, None, work);
        self.position += 1;
        self.steps = self.position;
        self.beta[step] = raw.norm;
        if raw.norm <= BREAKDOWN || self.position == STEPS_MAX.min(self.vertices - 1) {
            self.stage = Stage::Solve;
        } else {
            self.turn(raw);
        }
    }

    fn solve(&mut self, work: &mut Work) {
        work.charge(ritz::work(self.steps as u32));
        let (alpha, beta) = (&self.alpha[..self.steps], &self.beta[..self.steps - 1]);
        self.ritz_value = ritz::smallest(alpha, beta, &mut self.coefficients);
        self.stage = Stage::Assemble;
        self.position = 0;
    }

    fn assemble(&mut self, graph: &CoreGraph<'_>, work: &mut Work) {
        let n = self.vertices;
        if self.position == 0 {
            work.charge(4 * n as u64);
            self.restart(graph);
            self.ritz[..n].fill(0.0);
        }
        work.charge(n as u64);
        lanczos::accumulate(self.coefficients[self.position], &self.current[..n], &mut self.ritz[..n]);
        if self.position + 1 == self.steps {
            self.stage = Stage::Certify;
            return;
        }
        let raw = self.step(graph, Some(self.alpha[self.position]), work);
        assert!(raw.norm.to_bits() == self.beta[self.position].to_bits(), "the second pass repeats the first");
        self.position += 1;
        self.turn(raw);
    }

    /// 2m + n units.
    fn certify(&mut self, graph: &CoreGraph<'_>, work: &mut Work) {
        let n = self.vertices;
        work.charge(graph.neighbours.len() as u64 + n as u64);
        let scratch = bytemuck::cast_slice_mut(&mut self.current[..n]);
        let quotient = rayleigh::quotient(graph, &self.ritz[..n], scratch);
        let upper = quotient.upper(n as u64);
        let sigma = self.ritz_value * (n - 1) as f64 / n as f64;
        let score = ((sigma * ONE as f64) as u64).min(upper);
        self.finish(Score { score, upper, steps: self.steps as u32, neg_log2_nu2: quotient.neg_log2() });
    }

    fn finish(&mut self, score: Score) {
        self.result = Some(score);
        self.stage = Stage::Done;
    }

    fn restart(&mut self, graph: &CoreGraph<'_>) {
        let n = self.vertices;
        lanczos::start(graph, &self.degrees[..n], self.volume, &mut self.current[..n]);
        self.previous[..n].fill(0.0);
    }

    /// One step from `current`, 2m + 4n units: leaves the next vector in `previous`, not yet deflated, and returns what is
    /// known of it. The first pass learns the diagonal entry, the second knows it.
    fn step(&mut self, graph: &CoreGraph<'_>, alpha: Option<f64>, work: &mut Work) -> Raw {
        let n = self.vertices;
        work.charge(graph.neighbours.len() as u64 + 4 * n as u64);
        let (current, next) = (&self.current[..n], &mut self.previous[..n]);
        let product = lanczos::multiply(graph, &self.splits[..n], current, next);
        self.alpha[self.position] = alpha.unwrap_or(product);
        lanczos::subtract(&self.degrees[..n], self.volume, self.alpha[self.position], current, next)
    }

    /// The next vector, deflated and brought to norm 1, becomes the current one, and the sums of the step after it get their start.
    fn turn(&mut self, raw: Raw) {
        let n = self.vertices;
        lanczos::turn(&self.degrees[..n], raw, &mut self.current[..n], &mut self.previous[..n]);
    }
}
