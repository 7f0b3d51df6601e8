//! The computation of the score, step by step, resumable.

use super::lanczos::{self, Found, Raw};
use super::upper::{self, UpperRows, UpperRowsMut};
use super::{ONE, STEPS_MAX, rayleigh, ritz};
use crate::arena::{Arena, words_for};
use crate::core_graph::Rows;
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
    /// Connectivity, and the rest of the start vector.
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

/// A search for the score of one graph. It holds the tridiagonal matrix; everything else lies in an area that is carved anew
/// at every call and must come back as it was left.
///
/// The edges are copied when it starts: it speaks of the graph as that was then, whatever becomes of it. Checkpoints lie
/// between Lanczos steps, so that a call may pass its limit by one stage of at most 9m + 14n units (m edges, n vertices), or
/// by 106 units for each row when the small matrix is solved.
pub struct SpectralSearch {
    alpha: [f64; STEPS_MAX],
    raw: [Raw; STEPS_MAX],
    coefficients: [f64; STEPS_MAX],
    vertices: usize,
    edges: usize,
    volume: f64,
    max_degree: u64,
    ritz_value: f64,
    steps: usize,
    position: usize,
    stage: Stage,
    result: Option<Score>,
}

/// The vectors of a search, an entry for each vertex.
struct Vectors<'s> {
    degrees: &'s mut [f64],
    current: &'s mut [f64],
    previous: &'s mut [f64],
    /// The start vector until the first pass is through, then the Ritz vector.
    ritz: &'s mut [f64],
}

/// The arrays of a search, as they lie in its area.
fn carve(area: &mut [u64], vertices: usize, edges: usize) -> (UpperRowsMut<'_>, Vectors<'_>) {
    const ENOUGH: &str = "the area has the words that the search asks for";
    let mut arena = Arena::new(area);
    let rows = UpperRowsMut {
        weights: arena.carve(edges).expect(ENOUGH),
        neighbours: arena.carve(edges).expect(ENOUGH),
        ends: arena.carve(vertices).expect(ENOUGH),
    };
    let mut vector = || arena.carve(vertices).expect(ENOUGH);
    (rows, Vectors { degrees: vector(), current: vector(), previous: vector(), ritz: vector() })
}

impl Default for SpectralSearch {
    fn default() -> Self {
        Self::new()
    }
}

impl SpectralSearch {
    /// Words of area for graphs of up to `vertices` vertices and `edges` edges.
    #[must_use]
    pub const fn words(vertices: usize, edges: usize) -> usize {
        words_for::<u64>(edges) + words_for::<u16>(edges) + words_for::<u32>(vertices) + 4 * words_for::<f64>(vertices)
    }

    /// No score of a graph with as many vertices and edges takes more units than this, its start included.
    #[must_use]
    pub const fn work_max(vertices: usize, edges: usize) -> u64 {
        let (n, m, steps) = (vertices as u64, edges as u64, STEPS_MAX as u64);
        start_work(n, m)
            + 5 * n
            + upper::connectivity_work_max(n, m)
            + steps * expand_work(n, m)
            + ritz::work(STEPS_MAX as u32)
            + 2 * n
            + (steps - 1) * repeat_work(n, m)
            + certify_work(n, m)
    }

    /// A search that has not started yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            alpha: [0.0; STEPS_MAX],
            raw: [Raw { mean: 0.0, norm: 0.0 }; STEPS_MAX],
            coefficients: [0.0; STEPS_MAX],
            vertices: 0,
            edges: 0,
            volume: 0.0,
            max_degree: 0,
            ritz_value: 0.0,
            steps: 0,
            position: 0,
            stage: Stage::Done,
            result: None,
        }
    }

    /// Begins with `graph`, forgetting whatever went before, and copies what it needs into `area`, which has
    /// [`SpectralSearch::words`] words for this graph at least: 4m + 3n units, all at once.
    pub fn start(&mut self, area: &mut [u64], graph: &impl Rows, work: &mut Work) {
        let (vertices, edges) = (graph.vertex_count(), graph.edge_count());
        assert!(vertices <= 1 << 16, "vertices are numbered in 16 bits");
        *self = Self { vertices, edges, stage: Stage::Prepare, ..Self::new() };
        work.charge(start_work(vertices as u64, edges as u64));
        let (mut rows, vectors) = carve(area, vertices, edges);
        let found = rows.copy(graph, vectors.degrees);
        self.volume = found.volume as f64;
        self.max_degree = found.greatest;
        for (vertex, entry) in vectors.current.iter_mut().enumerate() {
            *entry = lanczos::start_entry(graph.id(vertex));
        }
    }

    /// Goes on with the graph that was given to [`SpectralSearch::start`], until done or out of work. `area` is as this search
    /// left it. However the work is sliced, the result is the same to the last bit.
    pub fn advance(&mut self, area: &mut [u64], work: &mut Work) -> Progress {
        let (rows, mut vectors) = carve(area, self.vertices, self.edges);
        let graph = rows.read();
        loop {
            if self.stage == Stage::Done {
                return Progress::Done;
            }
            if work.exhausted() {
                return Progress::Pending;
            }
            match self.stage {
                Stage::Prepare => self.prepare(graph, &mut vectors, work),
                Stage::Expand => self.expand(graph, &mut vectors, work),
                Stage::Solve => self.solve(work),
                Stage::Assemble => self.assemble(graph, &mut vectors, work),
                Stage::Certify => self.certify(graph, &mut vectors, work),
                Stage::Done => {}
            }
        }
    }

    /// The score of the last graph, once its search is done.
    #[must_use]
    pub fn result(&self) -> Option<Score> {
        self.result
    }

    /// The greatest weighted degree of the graph that the search was started on, raw; [`super::lower_bound`] wants it.
    #[must_use]
    pub fn max_degree(&self) -> u64 {
        self.max_degree
    }

    /// 5n units, and those of the union-find.
    fn prepare(&mut self, graph: UpperRows<'_>, vectors: &mut Vectors<'_>, work: &mut Work) {
        work.charge(5 * self.vertices as u64);
        let nodes = &mut bytemuck::cast_slice_mut::<f64, u32>(vectors.previous)[..self.vertices];
        let (connected, steps) = graph.are_connected(nodes);
        work.charge(steps);
        if self.vertices < 2 || !connected {
            self.finish(Score::ZERO);
            return;
        }
        lanczos::start(vectors.degrees, self.volume, vectors.current);
        vectors.previous.fill(0.0);
        vectors.ritz.copy_from_slice(vectors.current);
        self.stage = Stage::Expand;
    }

    /// One step, m + 3n units: edges and sums, the new vector, its norm.
    fn expand(&mut self, graph: UpperRows<'_>, vectors: &mut Vectors<'_>, work: &mut Work) {
        work.charge(expand_work(self.vertices as u64, self.edges as u64));
        let alpha = lanczos::multiply(graph, vectors.current, vectors.previous);
        let raw = lanczos::subtract(vectors.degrees, self.volume, alpha, vectors.current, vectors.previous);
        self.alpha[self.position] = alpha;
        self.raw[self.position] = raw;
        self.position += 1;
        if raw.norm <= BREAKDOWN || self.position == STEPS_MAX.min(self.vertices - 1) {
            self.steps = self.position;
            self.stage = Stage::Solve;
        } else {
            lanczos::turn(vectors.degrees, raw, vectors.current, vectors.previous);
        }
    }

    fn solve(&mut self, work: &mut Work) {
        work.charge(ritz::work(self.steps as u32));
        let beta = self.raw.map(|raw| raw.norm);
        let (alpha, beta) = (&self.alpha[..self.steps], &beta[..self.steps - 1]);
        self.ritz_value = ritz::smallest(alpha, beta, &mut self.coefficients);
        self.stage = Stage::Assemble;
        self.position = 0;
    }

    /// The start vector's part, 2n units; then a step for each further one, m + 2n units. The steps find what the first
    /// pass found, so that they need no sums over vertices and pass over them once.
    fn assemble(&mut self, graph: UpperRows<'_>, vectors: &mut Vectors<'_>, work: &mut Work) {
        if self.position == 0 {
            work.charge(2 * self.vertices as u64);
            vectors.current.copy_from_slice(vectors.ritz);
            vectors.previous.fill(0.0);
            lanczos::scale(vectors.ritz, self.coefficients[0]);
        } else {
            work.charge(repeat_work(self.vertices as u64, self.edges as u64));
            let earlier = self.position - 1;
            let coefficient = self.coefficients[self.position];
            let found = Found { alpha: self.alpha[earlier], raw: self.raw[earlier], coefficient };
            lanczos::repeat(graph, vectors.degrees, found, vectors.current, vectors.previous, vectors.ritz);
        }
        self.position += 1;
        if self.position == self.steps {
            self.stage = Stage::Certify;
        }
    }

    /// m + 2n units.
    fn certify(&mut self, graph: UpperRows<'_>, vectors: &mut Vectors<'_>, work: &mut Work) {
        let n = self.vertices;
        work.charge(certify_work(n as u64, self.edges as u64));
        let rounded = bytemuck::cast_slice_mut(vectors.current);
        let degrees = bytemuck::cast_slice_mut(vectors.degrees);
        let quotient = rayleigh::quotient(graph, vectors.ritz, rounded, degrees);
        let upper = quotient.upper(n as u64);
        let sigma = self.ritz_value * (n - 1) as f64 / n as f64;
        let score = ((sigma * ONE as f64) as u64).min(upper);
        self.finish(Score { score, upper, steps: self.steps as u32, neg_log2_nu2: quotient.neg_log2() });
    }

    fn finish(&mut self, score: Score) {
        self.result = Some(score);
        self.stage = Stage::Done;
    }
}

/// Both copying passes look at each edge from both its ends; three visits to each vertex.
const fn start_work(n: u64, m: u64) -> u64 {
    4 * m + 3 * n
}

/// Each edge once; sums, the new vector with its norm, its deflation.
const fn expand_work(n: u64, m: u64) -> u64 {
    m + 3 * n
}

/// Each edge once; sums and the new vector.
const fn repeat_work(n: u64, m: u64) -> u64 {
    m + 2 * n
}

/// Each edge once; rounding and degrees.
const fn certify_work(n: u64, m: u64) -> u64 {
    m + 2 * n
}
