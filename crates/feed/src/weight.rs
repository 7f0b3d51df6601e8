//! Numbers to 32.32 weights.

use crate::error::Problem;
use crate::limits::WEIGHT_RAW_END;

/// 1.0 as a raw 32.32 weight.
pub const ONE: u64 = 1 << 32;

/// `value` as a raw 32.32 weight, rounded to the nearest (halves away from zero). Zero stays zero here: where an edge of
/// weight zero has no meaning, use [`positive`].
///
/// # Errors
/// Not finite, negative, not zero but rounded to it, or at 2^62 raw (2^30) and above.
pub fn or_zero(value: f64) -> Result<u64, Problem> {
    if !value.is_finite() {
        return Err(Problem::NotFinite);
    }
    if value < 0.0 {
        return Err(Problem::Negative);
    }
    // Scaling by a power of two is exact; `round` is a correctly rounded operation on every machine.
    let raw = (value * ONE as f64).round();
    if raw >= WEIGHT_RAW_END as f64 {
        return Err(Problem::WeightTooLarge);
    }
    if raw == 0.0 && value != 0.0 {
        return Err(Problem::RoundsToZero);
    }
    Ok(raw as u64)
}

/// As [`or_zero`], and zero is refused too.
///
/// # Errors
/// Those of [`or_zero`], and [`Problem::Zero`].
pub fn positive(value: f64) -> Result<u64, Problem> {
    match or_zero(value)? {
        0 => Err(Problem::Zero),
        raw => Ok(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_round_to_nearest_and_keep_their_bounds() {
        let cases = [
            (1.0, Ok(ONE)),
            (0.5, Ok(ONE / 2)),
            (1.5 / ONE as f64, Ok(2)),
            (0.5 / ONE as f64, Ok(1)),
            (0.49 / ONE as f64, Err(Problem::RoundsToZero)),
            (0.0, Err(Problem::Zero)),
            (-0.0, Err(Problem::Zero)),
            (-1.0, Err(Problem::Negative)),
            (f64::NAN, Err(Problem::NotFinite)),
            (f64::INFINITY, Err(Problem::NotFinite)),
            (f64::from(1_u32 << 30), Err(Problem::WeightTooLarge)),
            (f64::from((1_u32 << 30) - 1), Ok(((1 << 30) - 1) * ONE)),
        ];
        for (value, expected) in cases {
            assert_eq!(positive(value), expected, "{value}");
        }
        assert_eq!(or_zero(0.0), Ok(0));
    }
}
