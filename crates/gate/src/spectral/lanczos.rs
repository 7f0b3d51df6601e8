//! The arithmetic of one Lanczos step on the normalised Laplacian.
//!
//! The symmetric matrix `D^-1/2 L D^-1/2` in the usual inner product and `D^-1 L` in the inner product
//! `<x, y> = sum d_i x_i y_i` are one and the same after a change of basis. The second form is used: it needs no roots of
//! degrees, its kernel is the constant vector, and its Ritz vector is what the Rayleigh quotient wants. Recurrence: Paige,
//! "Computational variants of the Lanczos method" (1972), the variant that subtracts the earlier vector before it takes the inner
//! product. Sums over vertices run in four lanes by index, sums over neighbours in order of index, which is the order of
//! external ids.

use super::upper::UpperRows;

/// A start vector whose norm after deflation is below this share of its greatest possible one is replaced.
const START_NORM_MIN: f64 = 1.0 / (1_u64 << 40) as f64;

/// An entry of the start vector before deflation: from the vertex's external id a number in [-1, 1).
pub(super) fn start_entry(id: u64) -> f64 {
    ((split_mix(id) >> 11) as i64 - (1 << 52)) as f64 / (1_u64 << 52) as f64
}

/// Deflates the start vector and brings it to norm 1.
///
/// Should the ids be such that almost nothing is left after deflation, the vertices' indices take their place.
pub(super) fn start(degrees: &[f64], volume: f64, vector: &mut [f64]) {
    let mut norm = super::sqrt::sqrt(deflate(degrees, volume, vector));
    if norm < START_NORM_MIN * super::sqrt::sqrt(volume) {
        for (index, entry) in vector.iter_mut().enumerate() {
            *entry = index as f64;
        }
        norm = super::sqrt::sqrt(deflate(degrees, volume, vector));
    }
    divide(vector, norm);
}

/// `sums := sums + L current`, looking at each edge once; returns the inner product, without weights, of `sums` and `current`.
///
/// What an edge adds to its upper end is, but for the sign, what it adds to its lower end. Rows come in ascending order, so
/// that a vertex has got the parts of all its lower neighbours, in ascending order, when its own row adds those of the others.
///
/// Both passes call this one function: how fast so short a loop runs depends on where its code comes to lie.
#[inline(never)]
pub(super) fn multiply(graph: UpperRows<'_>, current: &[f64], sums: &mut [f64]) -> f64 {
    let mut product = 0.0;
    let Some(last) = sums.len().checked_sub(1) else { return 0.0 };
    let (current, sums, ends) = (&current[..=last], &mut sums[..=last], &graph.ends[..=last]);
    let mut begin = 0;
    for vertex in 0..=last {
        let row = begin..ends[vertex] as usize;
        begin = row.end;
        let (here, mut sum) = (current[vertex], sums[vertex]);
        for (neighbour, weight) in graph.neighbours[row.clone()].iter().zip(&graph.weights[row]) {
            // No neighbour is beyond the last vertex. Saying so here leaves no way out of the loop but its end, and the turns
            // of such a loop are metered all at once.
            let neighbour = usize::from(*neighbour).min(last);
            // Below 2^62, so that the signed conversion, one instruction everywhere, is exact in sign.
            let pull = *weight as i64 as f64 * (here - current[neighbour]);
            sum += pull;
            sums[neighbour] -= pull;
        }
        sums[vertex] = sum;
        product += sum * here;
    }
    product
}

/// A step whose numbers an earlier pass has found: [`multiply`], then [`subtract`], [`turn`] and the new vector's part of the
/// Ritz vector in one go. The same operations on the same numbers, hence the same vectors to the last bit.
pub(super) fn repeat(
    graph: UpperRows<'_>,
    degrees: &[f64],
    found: Found,
    current: &mut [f64],
    sums: &mut [f64],
    ritz: &mut [f64],
) {
    let Found { alpha, raw: Raw { mean, norm }, coefficient } = found;
    let inverse = 1.0 / norm;
    multiply(graph, current, sums);
    for (((sum, here), degree), ritz) in sums.iter_mut().zip(current).zip(degrees).zip(ritz) {
        let earlier = *here;
        *here = (*sum / degree - alpha * earlier - mean) * inverse;
        *sum = -(norm * degree * earlier);
        *ritz += coefficient * *here;
    }
}

/// What is known beforehand of a step that is taken again.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// The step's diagonal entry.
    pub(super) alpha: f64,
    /// What it left, before deflation.
    pub(super) raw: Raw,
    /// The share of the next vector in the Ritz vector.
    pub(super) coefficient: f64,
}

/// What is known of a vector that is neither deflated nor of norm 1 yet.
#[derive(Clone, Copy)]
pub(super) struct Raw {
    /// Its mean, weighted by degree: its part in the kernel.
    pub(super) mean: f64,
    /// Its norm without that part.
    pub(super) norm: f64,
}

/// `next := D^-1 next - alpha current`.
pub(super) fn subtract(degrees: &[f64], volume: f64, alpha: f64, current: &[f64], next: &mut [f64]) -> Raw {
    let [sum, square] = weighted_sums(next, degrees, current, |next, degree, here| {
        *next = *next / degree - alpha * here;
        let weighted = degree * *next;
        [weighted, weighted * *next]
    });
    let mean = sum / volume;
    // All but rounding errors are orthogonal to the kernel already, so that this difference loses nothing.
    Raw { mean, norm: super::sqrt::sqrt(square - sum * mean) }
}

/// `next`, deflated and brought to norm 1, becomes `current`; what was `current` is left in `next` as the next step's
/// `-norm D current`, from which its sums start.
pub(super) fn turn(degrees: &[f64], raw: Raw, current: &mut [f64], next: &mut [f64]) {
    let Raw { mean, norm } = raw;
    let inverse = 1.0 / norm;
    for ((next, current), degree) in next.iter_mut().zip(current).zip(degrees) {
        let earlier = *current;
        *current = (*next - mean) * inverse;
        *next = -(norm * degree * earlier);
    }
}

/// `vector := vector / divisor`.
pub(super) fn divide(vector: &mut [f64], divisor: f64) {
    for entry in vector {
        *entry /= divisor;
    }
}

/// `vector := 0 + factor vector`.
pub(super) fn scale(vector: &mut [f64], factor: f64) {
    for entry in vector {
        *entry = 0.0 + factor * *entry;
    }
}

/// The output of SplitMix64 for the state `seed` (Steele, Lea, Flood 2014): a bijection of the 64-bit words.
pub(super) fn split_mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Takes the kernel, the constant vector, out of `vector`; returns `<vector, vector>`.
fn deflate(degrees: &[f64], volume: f64, vector: &mut [f64]) -> f64 {
    let [sum] = weighted_sums(vector, degrees, degrees, |entry, degree, _| [degree * *entry]);
    let mean = sum / volume;
    let [square] = weighted_sums(vector, degrees, degrees, |entry, degree, _| {
        *entry -= mean;
        [degree * *entry * *entry]
    });
    square
}

/// The sums of what `terms` makes of each entry of `vector`, `a` and `b`, which are of the same length; `terms` may change
/// the first.
///
/// Entry i is added to lane i mod 4, and a sum is (lane 0 + lane 1) + (lane 2 + lane 3): four short chains of additions in
/// place of a long one, which vector units run two at a time.
fn weighted_sums<const SUMS: usize>(
    vector: &mut [f64],
    a: &[f64],
    b: &[f64],
    terms: impl Fn(&mut f64, f64, f64) -> [f64; SUMS],
) -> [f64; SUMS] {
    let mut lanes = [[0.0; 4]; SUMS];
    let (blocks, rest) = vector.as_chunks_mut::<4>();
    let (a_blocks, a_rest) = a.as_chunks::<4>();
    let (b_blocks, b_rest) = b.as_chunks::<4>();
    for ((block, a), b) in blocks.iter_mut().zip(a_blocks).zip(b_blocks) {
        for lane in 0..4 {
            let terms = terms(&mut block[lane], a[lane], b[lane]);
            lanes.iter_mut().zip(terms).for_each(|(lanes, term)| lanes[lane] += term);
        }
    }
    for (lane, entry) in rest.iter_mut().enumerate() {
        let terms = terms(entry, a_rest[lane], b_rest[lane]);
        lanes.iter_mut().zip(terms).for_each(|(lanes, term)| lanes[lane] += term);
    }
    lanes.map(|[first, second, third, fourth]| (first + second) + (third + fourth))
}
