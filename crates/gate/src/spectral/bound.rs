//! The certified lower bound, from the minimum cut.
//!
//! Fiedler, "Algebraic connectivity of graphs" (1973): the second eigenvalue of the Laplacian is at least
//! `2 lambda (1 - cos(pi/n))`, weighted graphs included. Dividing by the largest degree bounds that of the normalised
//! Laplacian: for any `x` orthogonal to the degrees, `x'Dx <= (x-c)'D(x-c) <= d_max |x-c|^2` with `c` the mean of `x`.

use ethnum::U256;

use super::ONE;

/// 333/106 is a convergent of pi from below; with it `t = 333/(106 n)` is at most pi/n.
const PI_NUMERATOR: u64 = 333;
const PI_DENOMINATOR: u64 = 106;

/// A lower bound on sigma, raw 32.32, rounded down; holds for every graph of `n` vertices whose minimum cut has the value
/// `value` and whose largest weighted degree is `max_degree` (both raw 32.32; `max_degree` below 2^63).
///
/// `1 - cos t >= t^2/2 - t^4/24`, which grows with `t` up to `sqrt 6`, is taken at `t = 333/(106 n)`. Zero if there are
/// fewer than two vertices.
#[must_use]
pub fn lower_bound(value: u64, n: u32, max_degree: u64) -> u64 {
    if n < 2 || value == 0 || max_degree == 0 {
        return 0;
    }
    let wide = |x: u64| U256::from(x);
    let (p2, q2) = (wide(PI_NUMERATOR * PI_NUMERATOR), wide(PI_DENOMINATOR * PI_DENOMINATOR));
    let n2 = wide(u64::from(n) * u64::from(n));
    // 1 - cos(pi/n) >= p2 (12 n2 q2 - p2) / (24 n2^2 q2^2). Bits of the numerator, in order:
    // one 32, value 62, two 1, n-1 32, p2 17, the difference 82, so 226. Of the denominator: n 32, max_degree 63, 24 5,
    // n2 twice 128, q2 twice 27 (q2 < 2^13.5), so 255.
    let numerator =
        wide(ONE) * wide(value.min(max_degree)) * wide(2 * u64::from(n - 1)) * p2 * (wide(12) * n2 * q2 - p2);
    let denominator = wide(u64::from(n)) * wide(max_degree) * wide(24) * n2 * n2 * q2 * q2;
    (numerator / denominator).min(wide(ONE)).as_u64()
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::lower_bound;

    #[test]
    fn stays_below_the_formula_and_close_to_it() {
        let mut checked = 0;
        for n in (2..200).chain([1_000, 16_384, 1 << 20, u32::MAX]) {
            for (value, max_degree) in [(1, 1), (3 << 32, 5 << 32), (1 << 61, (1 << 62) - 1), (1 << 40, 1 << 62)] {
                let exact = 2.0 * value as f64 / max_degree as f64
                    * 2.0
                    * half_versine(std::f64::consts::PI / f64::from(n))
                    * (f64::from(n) - 1.0)
                    / f64::from(n)
                    * 4_294_967_296.0;
                let bound = lower_bound(value, n, max_degree) as f64;
                assert!(bound <= exact * (1.0 + 1e-12), "{bound} over {exact} for n = {n}");
                let loss = if n < 4 { 0.03 } else { 2e-3 };
                assert!(bound >= exact * (1.0 - loss) - 1.0, "{bound} far below {exact} for n = {n}");
                checked += 1;
            }
        }
        std::println!("{checked} lower bounds checked");
    }

    /// `sin^2(t/2)`, half of `1 - cos t` without its cancellation.
    fn half_versine(t: f64) -> f64 {
        (t / 2.0).sin() * (t / 2.0).sin()
    }

    #[test]
    fn degenerate_graphs_have_the_bound_zero() {
        assert_eq!([lower_bound(5, 0, 9), lower_bound(5, 1, 9), lower_bound(0, 5, 9), lower_bound(0, 5, 0)], [0; 4]);
    }
}
