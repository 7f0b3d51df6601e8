//! The spectral score: how hard it is to pull the graph apart, with bounds that are certain.
//!
//! `nu2` is the second smallest eigenvalue of the normalised Laplacian `I - D^-1/2 A D^-1/2`, and the score is
//! `sigma = nu2 (n - 1)/n`, from 0 (disconnected) to 1 (complete, equal weights); scaling all weights leaves it as it is.
//! `spec/score.md` has the whole definition in words.
//!
//! | module | concept |
//! | --- | --- |
//! | `search` | the stages, their work and their checkpoints |
//! | `upper` | the graph's edges, each once; connectivity |
//! | `lanczos` | the arithmetic of one step; start vector |
//! | `ritz` | smallest eigenvalue and vector of the tridiagonal matrix |
//! | `rayleigh` | the exact Rayleigh quotient: the upper bound |
//! | `bound` | the lower bound from the minimum cut |
//! | `sqrt` | a correctly rounded square root without a maths library |
//!
//! The score is a function of the graph alone: the start vector comes from the external ids, the number of steps is
//! fixed, sums run in order of external id, and floats know only `+ - * /`, comparison and the square root above.

mod bound;
mod lanczos;
mod rayleigh;
mod ritz;
mod search;
mod sqrt;
mod upper;

pub use bound::lower_bound;
pub use search::{Score, SpectralSearch};

/// One in raw 32.32 fixed point.
pub const ONE: u64 = 1 << 32;

/// The most Lanczos steps that one score takes. What is orthogonal to the kernel has n - 1 dimensions, so that smaller
/// graphs take n - 1.
pub const STEPS_MAX: usize = 50;
