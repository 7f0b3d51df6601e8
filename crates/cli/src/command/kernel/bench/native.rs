//! A call in a native arena, laid out as the host lays it out in a kernel's memory.

use std::time::Instant;

use codec::kernel::{ALIGNMENT, Descriptor, Params, Region};
use ops::{Implementation, Op};
use pack::{Bound, Kernel};

/// A laid-out call, and its inputs.
pub(super) struct Arena {
    words: Vec<u128>,
    descriptor: Descriptor,
    places: Vec<Region>,
    inputs: Vec<Vec<u8>>,
}

impl Arena {
    pub(super) fn new(kernel: &Kernel, bound: &Bound, inputs: &[Vec<u8>]) -> Self {
        let parameters: Vec<u32> = kernel.params.iter().map(|parameter| parameter.default.bits()).collect();
        let tensors = || bound.inputs().chain(bound.outputs());
        let mut end = ALIGNMENT;
        let mut take = |size: u32| {
            let offset = end.next_multiple_of(ALIGNMENT);
            end = offset + size;
            Region { offset, size }
        };
        take(Descriptor::LEN as u32);
        let params = take(Params::len(tensors().map(|tensor| tensor.dims.len()), parameters.len()) as u32);
        let places: Vec<Region> = tensors().map(|tensor| take(tensor.bytes)).collect();
        let scratch = take(bound.scratch().map_or(0, |scratch| scratch.bytes));
        let (ins, outs) = places.split_at(inputs.len());
        let (first, others) = ins.split_at(1.min(ins.len()));
        let [input_a, input_b, output] = [first, others, outs].map(|places| span(places, scratch.offset));
        let descriptor = Descriptor { input_a, input_b, output, scratch, params };
        let mut arena = Self {
            words: vec![0; (end as usize).div_ceil(16)],
            descriptor,
            places: places.clone(),
            inputs: inputs.to_vec(),
        };
        let dims = tensors().map(|tensor| tensor.dims);
        Params::write(arena.bytes(params), places.into_iter().zip(dims.collect::<Vec<_>>()), &parameters);
        arena
    }

    /// Runs the operation on fresh inputs; microseconds.
    pub(super) fn run(&mut self, op: Op, implementation: Implementation) -> f64 {
        let inputs = std::mem::take(&mut self.inputs);
        for (place, input) in self.places.clone().into_iter().zip(&inputs) {
            self.bytes(place).copy_from_slice(input);
        }
        self.inputs = inputs;
        let descriptor = self.descriptor;
        // Addresses count from the arena's start, which lies at ALIGNMENT as if it were a module's.
        let memory = &mut bytemuck::cast_slice_mut::<u128, u8>(&mut self.words)[ALIGNMENT as usize..];
        let start = Instant::now();
        let code = ops::run(op, ops::Direction::Forward, implementation, memory, ALIGNMENT, &descriptor);
        let elapsed = start.elapsed();
        assert_eq!(code, codec::kernel::Code::Ok, "{}: a call that the manifest allows", op.id());
        std::hint::black_box(&mut self.words);
        elapsed.as_secs_f64() * 1e6
    }

    fn bytes(&mut self, place: Region) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[place.offset as usize..][..place.size as usize]
    }
}

/// The region that spans these places.
fn span(places: &[Region], otherwise: u32) -> Region {
    match (places.first(), places.last()) {
        (Some(first), Some(last)) => Region { offset: first.offset, size: last.offset + last.size - first.offset },
        (_, _) => Region { offset: otherwise, size: 0 },
    }
}
