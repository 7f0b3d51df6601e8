//! The Rayleigh quotient of a rounded vector, exactly: an upper bound that anybody can check in one pass.

use ethnum::U256;

use super::ONE;
use super::upper::UpperRows;

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
/// Rayleigh quotient with the kernel taken out. `rounded` and `degrees` are scratch, a word for each vertex.
pub(super) fn quotient(graph: UpperRows<'_>, vector: &[f64], rounded: &mut [i64], degrees: &mut [u64]) -> Quotient {
    let mut greatest = 0.0;
    for entry in vector {
        let size = if *entry < 0.0 { -*entry } else { *entry };
        greatest = if size > greatest { size } else { greatest };
    }
    for (whole, entry) in rounded.iter_mut().zip(vector) {
        // Not entry * (2^23 / greatest): for a tiny greatest entry that quotient could overflow.
        let scaled = entry / greatest * ENTRY_MAX;
        *whole = (if scaled < 0.0 { scaled - 0.5 } else { scaled + 0.5 }) as i64;
    }
    assert!(graph.weights.len() <= Products::TERMS_MAX && vector.len() <= Products::TERMS_MAX);
    // Weights sum to less than 2^62, degrees to less than 2^63; entries are at most 2^23, differences 2^24.
    let (mut volume, mut energy, mut squares) = (0_u64, Products::ZERO, Products::ZERO);
    let (mut above, mut below) = (Products::ZERO, Products::ZERO);
    degrees.fill(0);
    for (vertex, &here) in rounded.iter().enumerate() {
        // The lower neighbours have left their part here already.
        let mut degree = degrees[vertex];
        for (neighbour, weight) in graph.row(vertex) {
            degree += weight;
            degrees[neighbour] += weight;
            let difference = (here - rounded[neighbour]).unsigned_abs();
            energy.add(weight, difference * difference);
        }
        volume += degree;
        squares.add(degree, (here * here) as u64);
        let side = if here < 0 { &mut below } else { &mut above };
        side.add(degree, here.unsigned_abs());
    }
    let wide_sum = U256::from(above.total().abs_diff(below.total()));
    let volume = U256::from(volume);
    Quotient {
        numerator: volume * U256::from(energy.total()),
        denominator: volume * U256::from(squares.total()) - wide_sum * wide_sum,
    }
}

/// A sum of at most 2^19 products of a weight below 2^63 and a factor of at most 2^48, digit by digit in 64-bit integers:
/// WebAssembly has no wider ones, and a call for each product costs more than six multiplications.
struct Products {
    /// By digit of the weight, 21 bits, and then of the factor, 24 bits; each product of two is below 2^45.
    sums: [[u64; 2]; 3],
}

impl Products {
    const ZERO: Self = Self { sums: [[0; 2]; 3] };
    const TERMS_MAX: usize = 1 << 19;

    fn add(&mut self, weight: u64, factor: u64) {
        let weight = [weight & 0x1f_ffff, weight >> 21 & 0x1f_ffff, weight >> 42];
        let factor = [factor & 0xff_ffff, factor >> 24];
        for (sums, weight) in self.sums.iter_mut().zip(weight) {
            sums[0] += weight * factor[0];
            sums[1] += weight * factor[1];
        }
    }

    fn total(&self) -> u128 {
        let row = |[low, high]: [u64; 2]| u128::from(low) + (u128::from(high) << 24);
        row(self.sums[0]) + (row(self.sums[1]) << 21) + (row(self.sums[2]) << 42)
    }
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
