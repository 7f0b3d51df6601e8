//! The cosines and sines of one position, for all its heads.

use codec::kernel::Code;

use super::Plan;
use crate::call::Scratch;
use crate::element::{groups, put};
use crate::lanes::F64x2;
use crate::math::{ANGLE_MAX, sin_cos};

/// The tables, in scratch memory.
pub(super) struct Tables<'m> {
    frequencies: &'m [f64],
    /// The largest frequency: the first, or the last if the base is below 1.
    largest: f64,
    /// One for each pair.
    pub(super) cosines: &'m mut [f32],
    /// One for each pair.
    pub(super) sines: &'m mut [f32],
}

impl<'m> Tables<'m> {
    /// Takes the scratch memory for the tables and makes the frequencies.
    pub(super) fn take(scratch: &mut Scratch<'m>, plan: &Plan<'_>) -> Result<Self, Code> {
        let pairs = plan.dim / 2;
        let frequencies = scratch.take(pairs)?;
        fill_frequencies(frequencies, plan.freq_base, plan.dim);
        let largest = frequencies.iter().fold(0.0_f64, |largest, frequency| largest.max(*frequency));
        Ok(Self { frequencies, largest, cosines: scratch.take(pairs)?, sines: scratch.take(pairs)? })
    }

    /// Makes the tables of a position, which comes multiplied with the scale.
    pub(super) fn fill(&mut self, position: f64) {
        // Not `>`, so that a NaN goes the long way.
        if position.abs() * self.largest <= ANGLE_MAX {
            self.fill_in_lanes(position);
        } else {
            self.fill_far(position);
        }
    }

    fn fill_in_lanes(&mut self, position: f64) {
        let (frequencies, frequencies_rest) = groups(self.frequencies);
        let ((cosines, cosines_rest), (sines, sines_rest)) = (self.cosines.as_chunks_mut(), self.sines.as_chunks_mut());
        fill_groups(cosines, sines, frequencies, position);
        if let Some(frequencies) = frequencies_rest {
            let (mut cosines, mut sines) = ([[0.0; 4]], [[0.0; 4]]);
            fill_groups(&mut cosines, &mut sines, &[frequencies], position);
            put(cosines_rest, cosines[0]);
            put(sines_rest, sines[0]);
        }
    }

    /// For angles whose reduction needs more bits than an `f64` has.
    #[cold]
    fn fill_far(&mut self, position: f64) {
        for ((cosine, sine), frequency) in self.cosines.iter_mut().zip(&mut *self.sines).zip(self.frequencies) {
            let angle = position * frequency;
            (*sine, *cosine) = (libm::sin(angle) as f32, libm::cos(angle) as f32);
        }
    }
}

#[inline(never)]
fn fill_groups(cosines: &mut [[f32; 4]], sines: &mut [[f32; 4]], frequencies: &[[f64; 4]], position: f64) {
    let position = F64x2::splat(position);
    for ((cosines, sines), frequencies) in cosines.iter_mut().zip(sines).zip(frequencies) {
        let pairs: [[f64; 2]; 2] = bytemuck::cast(*frequencies);
        let angles = pairs.map(|pair| F64x2::new(pair) * position);
        let (sine, cosine) = sin_cos(angles);
        (*sines, *cosines) = (sine.array(), cosine.array());
    }
}

/// Pairs whose frequencies come from one power.
const STRIDE: usize = 8;

/// `freq_base^(−2i/dim)`, as the product of a power for i rounded down to a multiple of [`STRIDE`] and one for the rest: a power
/// costs as much as fifty products. Two powers and a product are within 2^-51.
fn fill_frequencies(frequencies: &mut [f64], freq_base: f64, dim: usize) {
    let power = |pair: usize| libm::pow(freq_base, -2.0 * pair as f64 / dim as f64);
    let mut fine = [1.0; STRIDE];
    for (number, fine) in fine.iter_mut().enumerate().take(frequencies.len()).skip(1) {
        *fine = power(number);
    }
    for (number, some) in frequencies.chunks_mut(STRIDE).enumerate() {
        let coarse = power(number * STRIDE);
        for (frequency, fine) in some.iter_mut().zip(fine) {
            *frequency = coarse * fine;
        }
    }
}
