//! One value after the other, as the page above says it.

use super::{NAN, Q4_BYTES, Q8_BYTES, VALUES};
use crate::f16;

/// Packs a q8_0 block.
pub fn pack_q8(values: &[f32; VALUES], block: &mut [u8; Q8_BYTES]) {
    let mut largest = 0.0_f32;
    for value in values {
        if value.abs() > largest {
            largest = value.abs();
        }
    }
    let scale = Scale::of(values, largest / 127.0);
    block[..2].copy_from_slice(&scale.half.to_le_bytes());
    for (place, value) in block[2..].iter_mut().zip(values) {
        let quantised = if scale.is_usable { libm::roundf(value * scale.inverse) as i8 } else { 0 };
        *place = quantised as u8;
    }
}

/// Packs a q4_0 block.
pub fn pack_q4(values: &[f32; VALUES], block: &mut [u8; Q4_BYTES]) {
    let mut largest = 0.0_f32;
    for value in values {
        if value.abs() > largest.abs() {
            largest = *value;
        }
    }
    let scale = Scale::of(values, largest / -8.0);
    block[..2].copy_from_slice(&scale.half.to_le_bytes());
    let quantised = |value: f32| if scale.is_usable { ((value * scale.inverse + 8.5) as u8).min(15) } else { 8 };
    for number in 0..VALUES / 2 {
        block[2 + number] = quantised(values[number]) | quantised(values[number + VALUES / 2]) << 4;
    }
}

/// Unpacks a q8_0 block.
pub fn unpack_q8(block: &[u8; Q8_BYTES], values: &mut [f32; VALUES]) {
    let scale = f16::to_f32(u16::from_le_bytes([block[0], block[1]]));
    for (value, quantised) in values.iter_mut().zip(&block[2..]) {
        *value = f32::from(*quantised as i8) * scale;
    }
}

/// Unpacks a q4_0 block.
pub fn unpack_q4(block: &[u8; Q4_BYTES], values: &mut [f32; VALUES]) {
    let scale = f16::to_f32(u16::from_le_bytes([block[0], block[1]]));
    let value = |quantised: u8| (f32::from(quantised) - 8.0) * scale;
    for number in 0..VALUES / 2 {
        let pair = block[2 + number];
        values[number] = value(pair & 15);
        values[number + VALUES / 2] = value(pair >> 4);
    }
}

struct Scale {
    half: u16,
    inverse: f32,
    /// Whether the values divided by the scale are finite numbers.
    is_usable: bool,
}

impl Scale {
    fn of(values: &[f32; VALUES], scale: f32) -> Self {
        if values.iter().any(|value| value.is_nan()) {
            return Self { half: NAN, inverse: 0.0, is_usable: false };
        }
        let inverse = 1.0 / scale;
        Self { half: f16::from_f32(scale), inverse, is_usable: scale.is_finite() && inverse.is_finite() }
    }
}
