//! A call on the native operations, laid out by the test's own hand; and when two tensors are the same.

use codec::kernel::{Code, Descriptor, Params, Region};
use ops::sample::Sample;
use ops::signature::{Kind, Tensor};
use ops::{Implementation, Op};

/// A laid-out call.
pub(crate) struct Arena<'a> {
    sample: &'a Sample,
    memory: Vec<u128>,
    descriptor: Descriptor,
    outputs: Vec<Region>,
}

impl<'a> Arena<'a> {
    pub(crate) fn lay_out(sample: &'a Sample) -> Self {
        let signature = sample.signature();
        let tensors: Vec<Tensor> = signature.inputs.iter().chain(signature.outputs).copied().collect();
        let shapes: Vec<Vec<u32>> = tensors.iter().map(|tensor| sample.shape(*tensor)).collect();
        let mut end = 64_u32;
        let mut take = |bytes: usize| {
            let region = Region { offset: end, size: bytes as u32 };
            end = (end + bytes as u32).next_multiple_of(16);
            region
        };
        let params = take(Params::len(shapes.iter().map(Vec::len), sample.parameters.len()));
        let places: Vec<Region> = tensors.iter().map(|tensor| take(sample.bytes(*tensor))).collect();
        let scratch = take(signature.scratch.map_or(0, |scratch| sample.bytes(scratch)));
        let span = |places: &[Region]| match places {
            [] => Region { offset: 64, size: 0 },
            [only] => *only,
            [first, .., last] => Region { offset: first.offset, size: last.offset + last.size - first.offset },
        };
        let (ins, outs) = places.split_at(sample.inputs.len());
        let descriptor =
            Descriptor { input_a: span(&ins[..1]), input_b: span(&ins[1..]), output: span(outs), scratch, params };
        let mut memory = vec![0_u128; end as usize / 16];
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut memory);
        let listed = places.iter().copied().zip(shapes.iter().map(Vec::as_slice));
        Params::write(&mut bytes[range(params)], listed, &sample.parameters);
        for (place, input) in ins.iter().zip(&sample.inputs) {
            bytes[range(*place)].copy_from_slice(input);
        }
        Self { sample, outputs: outs.to_vec(), memory, descriptor }
    }

    pub(crate) fn run(&mut self, implementation: Implementation) -> Code {
        let memory = bytemuck::cast_slice_mut(&mut self.memory);
        ops::run(self.sample.op, self.sample.direction, implementation, memory, 0, &self.descriptor)
    }
}

fn range(region: Region) -> std::ops::Range<usize> {
    region.offset as usize..(region.offset + region.size) as usize
}

/// The outputs of the native form.
pub(crate) fn run(sample: &Sample, implementation: Implementation) -> Result<Vec<Vec<u8>>, Code> {
    let mut arena = Arena::lay_out(sample);
    match arena.run(implementation) {
        Code::Ok => {
            let bytes: &[u8] = bytemuck::cast_slice(&arena.memory);
            Ok(arena.outputs.iter().map(|place| bytes[range(*place)].to_vec()).collect())
        }
        code => Err(code),
    }
}

/// Whether two tensors have the same bits, NaN counting as NaN: sealing makes those of arithmetic canonical, a host does not.
pub(crate) fn same(kind: Kind, one: &[u8], other: &[u8]) -> bool {
    let f32_nan = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap()).is_nan();
    let f16_nan = |bytes: &[u8]| u16::from_le_bytes(bytes.try_into().unwrap()) & 0x7fff > 0x7c00;
    let by = |size: usize, is_nan: &dyn Fn(&[u8]) -> bool| {
        one.chunks(size).zip(other.chunks(size)).all(|(one, other)| one == other || (is_nan(one) && is_nan(other)))
    };
    let blocks = |size: usize| {
        by(size, &|_| false)
            || one.chunks(size).zip(other.chunks(size)).all(|(one, other)| {
                (one[..2] == other[..2] || (f16_nan(&one[..2]) && f16_nan(&other[..2]))) && one[2..] == other[2..]
            })
    };
    one.len() == other.len()
        && match kind {
            Kind::F32 => by(4, &f32_nan),
            Kind::F16 => by(2, &f16_nan),
            Kind::I32 => one == other,
            Kind::Q4 => blocks(18),
            Kind::Q8 => blocks(34),
        }
}

/// All operations in the directions that they have.
pub(crate) fn directed() -> Vec<(Op, ops::Direction)> {
    let directions = [ops::Direction::Forward, ops::Direction::Backward];
    let all = Op::ALL.iter().flat_map(|op| directions.map(|direction| (*op, direction)));
    all.filter(|(op, direction)| op.signature(*direction).is_some()).collect()
}
