//! Text to numbers. Only decimal notation: the words that Rust also reads (`inf`, `NaN`) are told apart from garbage.

use crate::error::Problem;

/// A finite number.
pub(crate) fn finite(text: &str) -> Result<f64, Problem> {
    let value: f64 = text.trim().parse().map_err(|_| Problem::NotANumber)?;
    if value.is_finite() { Ok(value) } else { Err(Problem::NotFinite) }
}

/// A finite number as `f32`, rounded to the nearest.
pub(crate) fn finite_f32(text: &str) -> Result<f32, Problem> {
    let value = finite(text)? as f32;
    if value.is_finite() { Ok(value) } else { Err(Problem::NotFinite) }
}
