//! A kernel: `y = scale * a + b`, element by element.
//!
//! Inputs, outputs and parameters come in the order in which pack.toml lists them.
#![no_std]
#![deny(unsafe_code)]

mod abi;

use abi::{Call, Code};

/// How many inputs there are; the other tensors are outputs.
const INPUTS: usize = 2;

/// What the host calls with a call's tensors laid out.
fn forward(call: &mut Call) -> Result<(), Code> {
    let scale = call.parameter_f32(0)?;
    let (a, b) = (call.input_f32(0)?, call.input_f32(1)?);
    let y = call.output_f32(0)?;
    // The host has checked the shapes against the manifest. A kernel that checks again trusts nobody.
    if b.len() != a.len() {
        return Err(Code::InvalidInput);
    }
    if y.len() != a.len() {
        return Err(Code::InvalidOutput);
    }
    for ((y, a), b) in y.iter_mut().zip(a).zip(b) {
        *y = scale * a + b;
    }
    Ok(())
}
