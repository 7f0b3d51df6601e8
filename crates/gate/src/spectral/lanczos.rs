//! The arithmetic of one Lanczos step on the normalised Laplacian.
//!
//! The symmetric matrix `D^-1/2 L D^-1/2` in the usual inner product and `D^-1 L` in the inner product
//! `<x, y> = sum d_i x_i y_i` are one and the same after a change of basis. The second form is used: it needs no roots of
//! degrees, its kernel is the constant vector, and its Ritz vector is what the Rayleigh quotient wants. Recurrence: Paige,
//! "Computational variants of the Lanczos method" (1972), the variant that subtracts the earlier vector before it takes the inner
//! product. All sums run in order of index, which is the order of external ids.

use crate::core_graph::CoreGraph;

/// A start vector whose norm after deflation is below this share of its greatest possible one is replaced.
const START_NORM_MIN: f64 = 1.0 / (1_u64 << 40) as f64;

/// Writes the weighted degrees into `degrees` and returns their sum, the volume. Each degree is summed as an integer, then rounded.
pub(super) fn degrees(graph: &CoreGraph<'_>, degrees: &mut [f64]) -> f64 {
    let mut volume = 0_u64;
    for (vertex, degree) in degrees.iter_mut().enumerate() {
        let exact = graph.row(vertex).map(|(_, weight)| weight).sum::<u64>();
        volume += exact;
        *degree = exact as f64;
    }
    volume as f64
}

/// Writes the start vector: from each external id a number in [-1, 1), then deflated and of norm 1.
///
/// Should the ids be such that almost nothing is left after deflation, the vertices' indices take their place.
pub(super) fn start(graph: &CoreGraph<'_>, degrees: &[f64], volume: f64, vector: &mut [f64]) {
    for (entry, id) in vector.iter_mut().zip(graph.ids) {
        *entry = ((split_mix(*id) >> 11) as i64 - (1 << 52)) as f64 / (1_u64 << 52) as f64;
    }
    let mut norm = super::sqrt::sqrt(deflate(degrees, volume, vector));
    if norm < START_NORM_MIN * super::sqrt::sqrt(volume) {
        for (index, entry) in vector.iter_mut().enumerate() {
            *entry = index as f64;
        }
        norm = super::sqrt::sqrt(deflate(degrees, volume, vector));
    }
    divide(vector, norm);
}

/// `previous := D^-1 L current - beta previous`; returns `alpha = <previous, current>` of the new `previous`.
pub(super) fn multiply(
    graph: &CoreGraph<'_>,
    degrees: &[f64],
    beta: f64,
    current: &[f64],
    previous: &mut [f64],
) -> f64 {
    let mut alpha = 0.0;
    for (vertex, entry) in previous.iter_mut().enumerate() {
        let here = current[vertex];
        let mut sum = 0.0;
        for (neighbour, weight) in graph.row(vertex) {
            // Below 2^62, so that the signed conversion, one instruction everywhere, is exact in sign.
            sum += weight as i64 as f64 * (here - current[neighbour]);
        }
        *entry = sum / degrees[vertex] - beta * *entry;
        alpha += degrees[vertex] * *entry * here;
    }
    alpha
}

/// `next := next - alpha current`, then deflated; returns `<next, next>`.
pub(super) fn subtract(degrees: &[f64], volume: f64, alpha: f64, current: &[f64], next: &mut [f64]) -> f64 {
    for (entry, here) in next.iter_mut().zip(current) {
        *entry -= alpha * here;
    }
    deflate(degrees, volume, next)
}

/// `vector := vector / divisor`.
pub(super) fn divide(vector: &mut [f64], divisor: f64) {
    for entry in vector {
        *entry /= divisor;
    }
}

/// `sum := sum + factor vector`.
pub(super) fn accumulate(factor: f64, vector: &[f64], sum: &mut [f64]) {
    for (entry, here) in sum.iter_mut().zip(vector) {
        *entry += factor * here;
    }
}

/// Whether every vertex is reached from the first. `scratch` has a word for each vertex: the low half is the queue, the
/// top bit marks the vertex itself.
pub(super) fn is_connected(graph: &CoreGraph<'_>, scratch: &mut [u64]) -> bool {
    const SEEN: u64 = 1 << 63;
    const QUEUED: u64 = u32::MAX as u64;
    scratch.fill(0);
    scratch[0] = SEEN;
    let (mut head, mut tail) = (0, 1);
    while head < tail {
        let vertex = (scratch[head] & QUEUED) as usize;
        for (neighbour, _) in graph.row(vertex) {
            if scratch[neighbour] & SEEN == 0 {
                scratch[neighbour] |= SEEN;
                scratch[tail] = (scratch[tail] & SEEN) | neighbour as u64;
                tail += 1;
            }
        }
        head += 1;
    }
    tail == scratch.len()
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
    let mut sum = 0.0;
    for (entry, degree) in vector.iter().zip(degrees) {
        sum += degree * entry;
    }
    let mean = sum / volume;
    let mut square = 0.0;
    for (entry, degree) in vector.iter_mut().zip(degrees) {
        *entry -= mean;
        square += degree * *entry * *entry;
    }
    square
}
