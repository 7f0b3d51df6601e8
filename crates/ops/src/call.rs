//! A call taken apart: typed views of its tensors and parameters.

use codec::kernel::{Code, Descriptor, Params, Region, Tensor};

/// Which way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Direction {
    /// Inputs to outputs.
    Forward,
    /// Gradients of the outputs to gradients of the inputs.
    Backward,
}

/// Which writing of an operation. Both give the same bits where the operation's page says so.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Implementation {
    /// Plain and slow, close to the formula.
    Reference,
    /// Written for vectors of 128 bits; the compiler's own vectors on a host.
    Fast,
}

/// One call: disjoint bytes of each region, and the params over them.
pub struct Call<'m> {
    /// Which way.
    pub direction: Direction,
    /// Which writing.
    pub implementation: Implementation,
    /// The params.
    pub params: Params<'m>,
    inputs: [(u32, &'m [u8]); 2],
    output: (u32, &'m mut [u8]),
    scratch: &'m mut [u8],
}

impl<'m> Call<'m> {
    /// Takes `memory` apart.
    pub(crate) fn open(
        direction: Direction,
        implementation: Implementation,
        memory: &'m mut [u8],
        base: u32,
        descriptor: &Descriptor,
    ) -> Result<Self, Code> {
        let mut regions = descriptor.regions();
        let range = |region: Region| {
            if region.size == 0 {
                return Some(0..0);
            }
            let start = region.offset.checked_sub(base)? as usize;
            Some(start..start.checked_add(region.size as usize)?)
        };
        let mut ranges: [core::ops::Range<usize>; 5] = core::array::from_fn(|_| 0..0);
        for (place, region) in ranges.iter_mut().zip(&mut regions) {
            *place = range(*region).ok_or(Code::InvalidParams)?;
        }
        let [a, b, output, scratch, params] = memory.get_disjoint_mut(ranges).map_err(|_| Code::InvalidParams)?;
        Ok(Self {
            direction,
            implementation,
            params: Params::read(params).map_err(|_| Code::InvalidParams)?,
            inputs: [(descriptor.input_a.offset, a), (descriptor.input_b.offset, b)],
            output: (descriptor.output.offset, output),
            scratch,
        })
    }

    /// The bytes of an input tensor.
    pub fn input(&self, tensor: Tensor<'_>) -> Result<&'m [u8], Code> {
        let within = |(offset, bytes): (u32, &'m [u8])| {
            let start = tensor.place.offset.checked_sub(offset)? as usize;
            bytes.get(start..start.checked_add(tensor.place.size as usize)?)
        };
        self.inputs.into_iter().find_map(within).ok_or(Code::InvalidInput)
    }

    /// The bytes of an output tensor.
    pub fn output(&mut self, tensor: Tensor<'_>) -> Result<&mut [u8], Code> {
        let (offset, bytes) = &mut self.output;
        let start = tensor.place.offset.checked_sub(*offset).ok_or(Code::InvalidOutput)? as usize;
        let end = start.checked_add(tensor.place.size as usize).ok_or(Code::InvalidOutput)?;
        bytes.get_mut(start..end).ok_or(Code::InvalidOutput)
    }

    /// The scratch region.
    pub fn scratch(&mut self) -> &mut [u8] {
        self.scratch
    }
}

/// An operation that is not written yet.
pub(crate) fn not_there(_: &mut Call<'_>) -> Code {
    Code::NotImplemented
}
