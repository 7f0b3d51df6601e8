//! SwiGLU, plain: everything in `f64`, rounded once.

use codec::kernel::Code;

use super::{Backward, Forward};
use crate::call::{Call, Direction};
use crate::element::Element;

/// f32 in and out.
///
/// # Errors
/// What is wrong with the call.
pub fn f32(call: Call<'_>) -> Result<(), Code> {
    run::<f32>(call)
}

/// f16 in and out.
///
/// # Errors
/// What is wrong with the call.
pub fn f16(call: Call<'_>) -> Result<(), Code> {
    run::<u16>(call)
}

fn run<E: Element>(call: Call<'_>) -> Result<(), Code> {
    match call.direction {
        Direction::Forward => forward(Forward::<E>::open(call)?),
        Direction::Backward => backward(Backward::<E>::open(call)?),
    }
    Ok(())
}

fn forward<E: Element>(call: Forward<'_, E>) {
    for ((y, gate), up) in call.y.iter_mut().zip(call.gate).zip(call.up) {
        *y = E::store((silu(value(*gate)) * value(*up)) as f32);
    }
}

fn backward<E: Element>(call: Backward<'_, E>) {
    let inputs = call.gate.iter().zip(call.up).zip(call.dy);
    for ((dgate, dup), ((gate, up), dy)) in call.dgate.iter_mut().zip(call.dup).zip(inputs) {
        let (gate, up, dy) = (value(*gate), value(*up), value(*dy));
        let sigmoid = 1.0 / (1.0 + libm::exp(-gate));
        let rest = 1.0 / (1.0 + libm::exp(gate));
        *dgate = E::store((dy * up * (sigmoid * (1.0 + gate * rest))) as f32);
        *dup = E::store((dy * silu(gate)) as f32);
    }
}

fn silu(gate: f64) -> f64 {
    gate / (1.0 + libm::exp(-gate))
}

fn value<E: Element>(stored: E) -> f64 {
    f64::from(stored.load())
}
