//! The Rayleigh quotient of a rounded vector, exactly: an upper bound that anybody can check in one pass.

use ethnum::U256;

use super::ONE;
use crate::core_graph::CoreGraph;

/// Entries of the rounded vector lie between minus this and this: 24 bits and a sign in a difference.
const ENTRY_MAX: f64 = (1 << 23) as f64;

/// `nu2 <= numerator / denominator`, exactly.
#[derive(Clone, Copy)]
pub(super) struct Quotient {
    /// `vol * sum w_ij (x_i - x_j)^2`, below 2^173.
    numerator: U256,
    /// `vol * sum d_i x_i^2 - (sum d_i x_i)^2`, below 2^173; zero only for a constant vector.
    denominator: U256,
}

/// Scales `vector` to a greatest entry of 2^23, rounds its entries to integers, halves away from zero, and takes their
/// Rayleigh quotient with the kernel taken out.
pub(super) fn quotient(graph: &CoreGraph<'_>, vector: &[f64]) -> Quotient {
    let mut greatest = 0.0;
    for entry in vector {
        let size = if *entry < 0.0 { -*entry } else { *entry };
        greatest = if size > greatest { size } else { greatest };
    }
    // Not entry * (2^23 / greatest): for a tiny greatest entry that quotient could overflow.
    let round = |index: usize| {
        let scaled = vector[index] / greatest * ENTRY_MAX;
        (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i64
    };
    // Weights sum to less than 2^62, degrees to less than 2^63; entries are at most 2^23, differences 2^24.
    let (mut volume, mut energy, mut squares, mut sum) = (0_u64, 0_u128, 0_u128, 0_i128);
    for vertex in 0..vector.len() {
        let here = round(vertex);
        let mut degree = 0_u64;
        for (neighbour, weight) in graph.row(vertex) {
            degree += weight;
            if neighbour > vertex {
                let difference = (here - round(neighbour)).unsigned_abs();
                energy += u128::from(weight) * u128::from(difference * difference);
            }
        }
        volume += degree;
        squares += u128::from(degree) * u128::from((here * here) as u64);
        sum += i128::from(degree) * i128::from(here);
    }
    let wide_sum = U256::from(sum.unsigned_abs());
    let volume = U256::from(volume);
    Quotient { numerator: volume * U256::from(energy), denominator: volume * U256::from(squares) - wide_sum * wide_sum }
}

impl Quotient {
    /// The bound on sigma, `nu2 (n - 1)/n`, raw 32.32, rounded up and at most one.
    pub(super) fn upper(&self, n: u64) -> u64 {
        if self.denominator == U256::ZERO {
            return ONE;
        }
        // 173 + 32 + 32 bits and 173 + 32 bits.
        let numerator = self.numerator * U256::from(ONE) * U256::from(n - 1);
        let denominator = self.denominator * U256::from(n);
        let rounded_up = (numerator + (denominator - U256::ONE)) / denominator;
        rounded_up.min(U256::from(ONE)).as_u64()
    }

    /// The greatest k with `numerator / denominator <= 2^-k`: a lower bound on `-log2 nu2`. Zero if there is none.
    pub(super) fn neg_log2(&self) -> u32 {
        if self.numerator == U256::ZERO || self.numerator > self.denominator {
            return 0;
        }
        // The lengths differ by k or by k + 1.
        let k = self.numerator.leading_zeros() - self.denominator.leading_zeros();
        if self.numerator << k <= self.denominator { k } else { k - 1 }
    }
}
