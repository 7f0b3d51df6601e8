//! A call taken apart: typed views of its tensors and parameters, every size checked again.

use bytemuck::Pod;
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

/// One writing of one operation, both directions.
pub type Function = fn(Call<'_>) -> Result<(), Code>;

/// One call: disjoint bytes of each region, and the params over them. An operation takes it apart.
pub struct Call<'m> {
    /// Which way.
    pub direction: Direction,
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
        memory: &'m mut [u8],
        base: u32,
        descriptor: &Descriptor,
    ) -> Result<Self, Code> {
        let range = |region: Region| {
            if region.size == 0 {
                return Some(0..0);
            }
            let start = region.offset.checked_sub(base)? as usize;
            Some(start..start.checked_add(region.size as usize)?)
        };
        let mut ranges: [core::ops::Range<usize>; 5] = core::array::from_fn(|_| 0..0);
        for (place, region) in ranges.iter_mut().zip(descriptor.regions()) {
            *place = range(region).ok_or(Code::InvalidParams)?;
        }
        let [a, b, output, scratch, params] = memory.get_disjoint_mut(ranges).map_err(|_| Code::InvalidParams)?;
        Ok(Self {
            direction,
            params: Params::read(params).map_err(|_| Code::InvalidParams)?,
            inputs: [(descriptor.input_a.offset, a), (descriptor.input_b.offset, b)],
            output: (descriptor.output.offset, output),
            scratch,
        })
    }

    /// The tensors, inputs and then outputs, if there are exactly `N` of them.
    ///
    /// # Errors
    /// [`Code::InvalidParams`] if there are more or fewer.
    pub fn tensors<const N: usize>(&self) -> Result<[Tensor<'m>; N], Code> {
        if self.params.tensor_count() != N {
            return Err(Code::InvalidParams);
        }
        let mut tensors = self.params.tensors();
        let found: [Option<Tensor<'m>>; N] = core::array::from_fn(|_| tensors.next());
        if found.iter().any(Option::is_none) {
            return Err(Code::InvalidParams);
        }
        Ok(found.map(|tensor| tensor.expect("none is missing")))
    }

    /// The bits of the parameters, if there are exactly `N` of them.
    ///
    /// # Errors
    /// [`Code::InvalidParams`] if there are more or fewer.
    pub fn parameters<const N: usize>(&self) -> Result<[u32; N], Code> {
        if self.params.parameter_count() != N {
            return Err(Code::InvalidParams);
        }
        Ok(core::array::from_fn(|number| self.params.parameter(number).unwrap_or_default()))
    }

    /// The `count` values of an input tensor.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] if it does not lie in an input region or its size is not that of `count` values.
    pub fn input<T: Pod>(&self, tensor: Tensor<'_>, count: usize) -> Result<&'m [T], Code> {
        if !is_size_of::<T>(tensor, count) {
            return Err(Code::InvalidInput);
        }
        if count == 0 {
            return Ok(&[]);
        }
        let within = |(offset, bytes): (u32, &'m [u8])| {
            let start = tensor.place.offset.checked_sub(offset)? as usize;
            bytes.get(start..start.checked_add(tensor.place.size as usize)?)
        };
        let bytes = self.inputs.into_iter().find_map(within).ok_or(Code::InvalidInput)?;
        bytemuck::try_cast_slice(bytes).map_err(|_| Code::InvalidInput)
    }

    /// The output tensors and the scratch region, for writing. Each tensor comes with the number of values it must have;
    /// all have the same type, and they lie in the region one after the other.
    ///
    /// # Errors
    /// [`Code::InvalidOutput`] if a tensor is not as it must be.
    pub fn outputs<T: Pod, const N: usize>(
        self,
        tensors: [(Tensor<'_>, usize); N],
    ) -> Result<([&'m mut [T]; N], Scratch<'m>), Code> {
        let (mut offset, mut rest) = self.output;
        let mut places: [&'m mut [T]; N] = core::array::from_fn(|_| Default::default());
        for (place, (tensor, count)) in places.iter_mut().zip(tensors) {
            if !is_size_of::<T>(tensor, count) {
                return Err(Code::InvalidOutput);
            }
            if count == 0 {
                continue;
            }
            let gap = tensor.place.offset.checked_sub(offset).ok_or(Code::InvalidOutput)? as usize;
            let (_, after_gap) = rest.split_at_mut_checked(gap).ok_or(Code::InvalidOutput)?;
            let (own, after) = after_gap.split_at_mut_checked(tensor.place.size as usize).ok_or(Code::InvalidOutput)?;
            *place = bytemuck::try_cast_slice_mut(own).map_err(|_| Code::InvalidOutput)?;
            offset = tensor.place.offset + tensor.place.size;
            rest = after;
        }
        Ok((places, Scratch(self.scratch)))
    }
}

/// The scratch region; its contents are undefined.
pub struct Scratch<'m>(&'m mut [u8]);

impl<'m> Scratch<'m> {
    /// Takes `count` values off the front.
    ///
    /// # Errors
    /// [`Code::OutOfMemory`] if there are not that many.
    pub fn take<T: Pod>(&mut self, count: usize) -> Result<&'m mut [T], Code> {
        let size = count.checked_mul(size_of::<T>()).ok_or(Code::OutOfMemory)?;
        let (own, rest) = core::mem::take(&mut self.0).split_at_mut_checked(size).ok_or(Code::OutOfMemory)?;
        self.0 = rest;
        bytemuck::try_cast_slice_mut(own).map_err(|_| Code::OutOfMemory)
    }
}

/// The dimensions of a tensor of exactly that rank; `None` if the rank is another.
#[must_use]
pub fn dims<const RANK: usize>(tensor: Tensor<'_>) -> Option<[usize; RANK]> {
    (tensor.rank() == RANK).then(|| core::array::from_fn(|number| tensor.dim(number).unwrap_or_default() as usize))
}

/// The number of elements of these dimensions.
///
/// # Errors
/// [`Code::InvalidParams`] if it does not fit in 32 bits, so that no product of these dimensions overflows on any target.
pub fn elements(dims: &[usize]) -> Result<usize, Code> {
    let product = dims.iter().try_fold(1_u32, |product, dim| product.checked_mul(u32::try_from(*dim).ok()?));
    product.map(|product| product as usize).ok_or(Code::InvalidParams)
}

fn is_size_of<T>(tensor: Tensor<'_>, count: usize) -> bool {
    u64::from(tensor.place.size) == count as u64 * size_of::<T>() as u64
}
