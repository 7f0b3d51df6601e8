//! The smallest eigenvalue of the tridiagonal matrix, and its eigenvector.
//!
//! Bisection by Sturm counts (Givens; Golub and Van Loan, "Matrix Computations", section 8.4), then inverse iteration
//! just below the eigenvalue. Off-diagonal entries are positive throughout.

use super::STEPS_MAX;

/// Halvings of the interval; 2^-100 of its first length is below the spacing of `f64` for any eigenvalue above 2^-47.
const HALVINGS: u32 = 100;
/// Points tried at once, the first of them in vain: three halvings.
const AHEAD: usize = 8;
/// Rounds of inverse iteration; two are enough once the eigenvalue is known to the last bits.
const ROUNDS: u32 = 3;
/// Stands in for a pivot that vanishes.
const PIVOT_MIN: f64 = 1e-200;

/// Work units of [`smallest`] for a matrix of `steps` rows.
pub(super) const fn work(steps: u32) -> u64 {
    (HALVINGS + 2 * ROUNDS) as u64 * steps as u64
}

/// The smallest eigenvalue of the matrix with diagonal `alpha` and off-diagonal `beta` (one shorter), not below zero.
/// Writes its eigenvector, of any length, into the first entries of `vector`.
pub(super) fn smallest(alpha: &[f64], beta: &[f64], vector: &mut [f64; STEPS_MAX]) -> f64 {
    let (below, value) = bisect(alpha, beta);
    // The signs of this eigenvector alternate: without them every number of the solves is positive and nothing cancels.
    let mut pivots = [0.0; STEPS_MAX];
    let size = alpha.len();
    vector[..size].fill(1.0);
    for _ in 0..ROUNDS {
        solve(alpha, beta, below, &mut pivots, &mut vector[..size]);
    }
    for entry in vector[..size].iter_mut().skip(1).step_by(2) {
        *entry = -*entry;
    }
    value
}

/// Neighbouring numbers with the smallest eigenvalue between them; the lower has no eigenvalue below it.
///
/// Plain bisection, but the points that the next three halvings may ask for are all tried at once: divisions wait for each
/// other along a chain of pivots, not across chains.
fn bisect(alpha: &[f64], beta: &[f64]) -> (f64, f64) {
    let (mut below, mut above) = (0.0, alpha[0]);
    for diagonal in alpha {
        above = if *diagonal < above { *diagonal } else { above };
    }
    let mut halvings = 0;
    loop {
        let points = points_ahead(below, above);
        let are_above = are_above_smallest(alpha, beta, &points);
        let mut node = 1;
        while node < AHEAD {
            let middle = points[node];
            if halvings == HALVINGS || middle <= below || middle >= above {
                return (below, if above > 0.0 { above } else { 0.0 });
            }
            halvings += 1;
            if are_above[node] {
                above = middle;
                node *= 2;
            } else {
                below = middle;
                node = 2 * node + 1;
            }
        }
    }
}

/// The middle of the interval as point 1, and the middles of what is below and above point i as points 2i and 2i + 1.
fn points_ahead(below: f64, above: f64) -> [f64; AHEAD] {
    let middle = |below: f64, above: f64| below + (above - below) / 2.0;
    let half = middle(below, above);
    let (quarter, three) = (middle(below, half), middle(half, above));
    let eighths = [middle(below, quarter), middle(quarter, half), middle(half, three), middle(three, above)];
    [half, half, quarter, three, eighths[0], eighths[1], eighths[2], eighths[3]]
}

/// Whether some eigenvalue is below each of `points`: whether a pivot of the matrix less that point is negative.
///
/// A chain goes on after a pivot that vanishes. The least pivot is kept, and whatever comes after it, a NaN included, cannot
/// raise it.
fn are_above_smallest(alpha: &[f64], beta: &[f64], points: &[f64; AHEAD]) -> [bool; AHEAD] {
    let mut pivots = points.map(|x| alpha[0] - x);
    let mut least = [f64::INFINITY; AHEAD];
    for (diagonal, off) in alpha[1..].iter().zip(beta) {
        let square = off * off;
        for lane in 0..AHEAD {
            least[lane] = if pivots[lane] < least[lane] { pivots[lane] } else { least[lane] };
            pivots[lane] = diagonal - points[lane] - square / pivots[lane];
        }
    }
    core::array::from_fn(|lane| least[lane] < PIVOT_MIN || pivots[lane] < 0.0)
}

/// Solves `(|T| - x) y = y` in place, where |T| has the off-diagonal entries `-beta`, and scales `y` to a greatest entry of 1.
fn solve(alpha: &[f64], beta: &[f64], x: f64, pivots: &mut [f64; STEPS_MAX], y: &mut [f64]) {
    let size = y.len();
    for i in 0..size {
        let (mut pivot, mut carried) = (alpha[i] - x, 0.0);
        if i > 0 {
            pivot -= beta[i - 1] * beta[i - 1] / pivots[i - 1];
            carried = beta[i - 1] / pivots[i - 1] * y[i - 1];
        }
        pivots[i] = if pivot < PIVOT_MIN { PIVOT_MIN } else { pivot };
        y[i] += carried;
    }
    let mut greatest = 0.0;
    for i in (0..size).rev() {
        let carried = if i + 1 < size { beta[i] * y[i + 1] } else { 0.0 };
        y[i] = (y[i] + carried) / pivots[i];
        greatest = if y[i] > greatest { y[i] } else { greatest };
    }
    super::lanczos::divide(y, greatest);
}

#[cfg(test)]
mod tests {
    use super::{STEPS_MAX, smallest};

    #[test]
    fn the_second_difference_matrix_has_its_known_eigenvalue_and_vector() {
        // Diagonal 2, off-diagonal 1, size 49: smallest eigenvalue 2 - 2 cos(pi/50) = 4 sin^2(pi/100).
        let mut vector = [0.0; STEPS_MAX];
        let value = smallest(&[2.0; 49], &[1.0; 48], &mut vector);
        let sine = (core::f64::consts::PI / 100.0).sin();
        assert!((value / (4.0 * sine * sine) - 1.0).abs() < 1e-12, "{value}");
        for (i, entry) in vector[..49].iter().enumerate() {
            let exact = ((i + 1) as f64 * core::f64::consts::PI / 50.0).sin() * if i % 2 == 0 { 1.0 } else { -1.0 };
            assert!((entry - exact).abs() < 1e-9, "entry {i}: {entry} is not {exact}");
        }
    }

    #[test]
    fn a_single_row_is_its_own_eigenvalue() {
        let mut vector = [0.0; STEPS_MAX];
        assert_eq!(smallest(&[1.25], &[], &mut vector), 1.25);
        assert_eq!(vector[0], 1.0);
    }
}
