//! Packing rows of `f32` into quantised blocks and back, as a cache of keys and values keeps them.
//!
//! | operation | input | output |
//! | --- | --- | --- |
//! | `kv_pack_q4`, `kv_pack_q8` | x `f32` \[rows, dim\] | blocks q4_0 or q8_0 \[rows, dim\] |
//! | `kv_unpack_q4`, `kv_unpack_q8` | blocks \[rows, dim\] | x `f32` \[rows, dim\] |
//!
//! A shape counts values, and `dim` is a multiple of 32: a block never spans two rows. Nothing is differentiable here, so
//! that there is no backward direction. The formats are in [`crate::blocks`]. Both writings give the same bytes; unpacked
//! values are the same bits but for NaNs.

use codec::kernel::{Code, Tensor};

use crate::blocks::{Q4_BYTES, Q8_BYTES, VALUES};
use crate::call::{Call, Direction, dims, elements};

/// One block after the other, one value after the other.
pub mod reference {
    use super::*;
    use crate::blocks::reference as blocks;

    /// `kv_pack_q4`.
    pub fn pack_q4(call: Call<'_>) -> Result<(), Code> {
        pack::<Q4_BYTES>(call, blocks::pack_q4)
    }

    /// `kv_unpack_q4`.
    pub fn unpack_q4(call: Call<'_>) -> Result<(), Code> {
        unpack::<Q4_BYTES>(call, blocks::unpack_q4)
    }

    /// `kv_pack_q8`.
    pub fn pack_q8(call: Call<'_>) -> Result<(), Code> {
        pack::<Q8_BYTES>(call, blocks::pack_q8)
    }

    /// `kv_unpack_q8`.
    pub fn unpack_q8(call: Call<'_>) -> Result<(), Code> {
        unpack::<Q8_BYTES>(call, blocks::unpack_q8)
    }
}

/// The values of a block side by side.
pub mod fast {
    use super::*;
    use crate::blocks::fast as blocks;

    /// `kv_pack_q4`.
    pub fn pack_q4(call: Call<'_>) -> Result<(), Code> {
        pack::<Q4_BYTES>(call, blocks::pack_q4)
    }

    /// `kv_unpack_q4`.
    pub fn unpack_q4(call: Call<'_>) -> Result<(), Code> {
        unpack::<Q4_BYTES>(call, blocks::unpack_q4)
    }

    /// `kv_pack_q8`.
    pub fn pack_q8(call: Call<'_>) -> Result<(), Code> {
        pack::<Q8_BYTES>(call, blocks::pack_q8)
    }

    /// `kv_unpack_q8`.
    pub fn unpack_q8(call: Call<'_>) -> Result<(), Code> {
        unpack::<Q8_BYTES>(call, blocks::unpack_q8)
    }
}

#[inline(always)]
fn pack<const BYTES: usize>(call: Call<'_>, block: impl Fn(&[f32; VALUES], &mut [u8; BYTES])) -> Result<(), Code> {
    let [values, blocks] = check(&call)?;
    let from = call.input::<f32>(values, blocks_in(values)? * VALUES)?;
    let ([to], _) = call.outputs([(blocks, blocks_in(values)? * BYTES)])?;
    each(from.as_chunks().0, to.as_chunks_mut().0, block);
    Ok(())
}

#[inline(always)]
fn unpack<const BYTES: usize>(call: Call<'_>, block: impl Fn(&[u8; BYTES], &mut [f32; VALUES])) -> Result<(), Code> {
    let [blocks, values] = check(&call)?;
    let from = call.input::<u8>(blocks, blocks_in(blocks)? * BYTES)?;
    let ([to], _) = call.outputs([(values, blocks_in(blocks)? * VALUES)])?;
    each(from.as_chunks().0, to.as_chunks_mut().0, block);
    Ok(())
}

/// It stands alone and calls nothing, so that vectors stay in registers.
#[inline(never)]
fn each<From, To>(from: &[From], to: &mut [To], block: impl Fn(&From, &mut To)) {
    for (to, from) in to.iter_mut().zip(from) {
        block(from, to);
    }
}

/// The two tensors, if their shapes agree and the direction is there.
fn check<'m>(call: &Call<'m>) -> Result<[Tensor<'m>; 2], Code> {
    match call.direction {
        Direction::Forward => {}
        Direction::Backward => return Err(Code::NotImplemented),
    }
    if call.params.parameter_count() != 0 {
        return Err(Code::InvalidParams);
    }
    let [from, to] = call.tensors()?;
    let shape = dims::<2>(from).ok_or(Code::InvalidInput)?;
    if dims(to) != Some(shape) {
        return Err(Code::InvalidOutput);
    }
    Ok([from, to])
}

/// The number of blocks of a tensor whose shape was checked.
fn blocks_in(tensor: Tensor<'_>) -> Result<usize, Code> {
    let [rows, dim] = dims(tensor).ok_or(Code::InvalidInput)?;
    if !dim.is_multiple_of(VALUES) {
        return Err(Code::InvalidInput);
    }
    Ok(elements(&[rows, dim])? / VALUES)
}
