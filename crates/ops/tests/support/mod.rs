//! Calls laid out in a host's memory, values to feed them, and distances between results.
#![allow(unreachable_pub, reason = "a module of each test")]
#![allow(dead_code, reason = "each test uses its part")]

use codec::kernel::{ALIGNMENT, Code, Descriptor, Params, Region};
use ops::sample::Sample;
use ops::{Direction, Implementation, Op};

/// Where the tests' arenas seem to begin.
pub const BASE: u32 = 4_096;

/// A tensor: dimensions, and bytes for an input or their number for an output.
pub struct Tensor {
    pub dims: Vec<u32>,
    pub bytes: Vec<u8>,
}

impl Tensor {
    pub fn f32(dims: &[u32], values: &[f32]) -> Self {
        Self { dims: dims.to_vec(), bytes: values.iter().flat_map(|value| value.to_le_bytes()).collect() }
    }

    pub fn f16(dims: &[u32], values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|value| half::f16::from_f32(*value).to_le_bytes()).collect();
        Self { dims: dims.to_vec(), bytes }
    }

    pub fn i32(dims: &[u32], values: &[i32]) -> Self {
        Self { dims: dims.to_vec(), bytes: values.iter().flat_map(|value| value.to_le_bytes()).collect() }
    }

    /// An output of `size` bytes for each element.
    pub fn space(dims: &[u32], size: usize) -> Self {
        Self { dims: dims.to_vec(), bytes: vec![0xa5; dims.iter().product::<u32>() as usize * size] }
    }
}

/// A call before it is laid out.
pub struct Request {
    pub inputs: Vec<Tensor>,
    pub outputs: Vec<Tensor>,
    pub scratch: usize,
    pub parameters: Vec<u32>,
}

/// A laid-out call.
pub struct Arena {
    words: Vec<u128>,
    pub descriptor: Descriptor,
    outputs: Vec<Region>,
}

impl Arena {
    pub fn lay_out(request: &Request) -> Self {
        let mut end = BASE;
        let mut take = |size: usize| {
            let offset = end;
            end = (end + size as u32).next_multiple_of(ALIGNMENT);
            Region { offset, size: size as u32 }
        };
        let tensors = request.inputs.iter().chain(&request.outputs);
        take(Descriptor::LEN);
        let params = take(Params::len(tensors.clone().map(|tensor| tensor.dims.len()), request.parameters.len()));
        let places: Vec<Region> = tensors.clone().map(|tensor| take(tensor.bytes.len())).collect();
        let scratch = take(request.scratch);
        let (inputs, outputs) = places.split_at(request.inputs.len());
        let descriptor = Descriptor {
            input_a: around(&inputs[..1]),
            input_b: around(&inputs[1..]),
            output: around(outputs),
            scratch,
            params,
        };
        let outputs = outputs.to_vec();
        let mut arena = Self { words: vec![0; (end - BASE) as usize / 16], descriptor, outputs };
        let dims = tensors.clone().map(|tensor| tensor.dims.as_slice());
        Params::write(arena.at_mut(params), places.iter().copied().zip(dims), &request.parameters);
        for (place, tensor) in places.iter().zip(tensors) {
            arena.at_mut(*place).copy_from_slice(&tensor.bytes);
        }
        arena.at_mut(scratch).fill(0x5a);
        arena
    }

    pub fn bytes(&mut self) -> &mut [u8] {
        bytemuck::cast_slice_mut(&mut self.words)
    }

    fn at_mut(&mut self, region: Region) -> &mut [u8] {
        let start = (region.offset - BASE) as usize;
        &mut self.bytes()[start..start + region.size as usize]
    }

    pub fn run(&mut self, op: Op, direction: Direction, implementation: Implementation) -> Code {
        let descriptor = self.descriptor;
        let arena = Region { offset: BASE, size: self.bytes().len() as u32 };
        descriptor.check(BASE, arena).expect("the layout is right");
        ops::run(op, direction, implementation, self.bytes(), BASE, &descriptor)
    }

    pub fn fill_outputs_and_scratch(&mut self, byte: u8) {
        for region in self.outputs.clone().into_iter().chain([self.descriptor.scratch]) {
            self.at_mut(region).fill(byte);
        }
    }

    pub fn output(&mut self, number: usize) -> Vec<u8> {
        let region = self.outputs[number];
        self.at_mut(region).to_vec()
    }
}

/// The request of a sample.
pub fn request(sample: &Sample) -> Request {
    let signature = sample.signature();
    let with_bytes = |(tensor, bytes): (&ops::signature::Tensor, &Vec<u8>)| Tensor {
        dims: sample.shape(*tensor),
        bytes: bytes.clone(),
    };
    let with_space = |tensor: &ops::signature::Tensor| Tensor {
        dims: sample.shape(*tensor),
        bytes: vec![0xa5; sample.bytes(*tensor)],
    };
    Request {
        inputs: signature.inputs.iter().zip(&sample.inputs).map(with_bytes).collect(),
        outputs: signature.outputs.iter().map(with_space).collect(),
        scratch: signature.scratch.map_or(0, |tensor| sample.bytes(tensor)),
        parameters: sample.parameters.clone(),
    }
}

/// The outputs of a call that goes well.
pub fn outputs(op: Op, direction: Direction, implementation: Implementation, request: &Request) -> Vec<Vec<u8>> {
    let mut arena = Arena::lay_out(request);
    assert_eq!(arena.run(op, direction, implementation), Code::Ok, "{}", op.id());
    (0..request.outputs.len()).map(|number| arena.output(number)).collect()
}

fn around(places: &[Region]) -> Region {
    match (places.first(), places.last()) {
        (Some(first), Some(last)) => Region { offset: first.offset, size: last.offset + last.size - first.offset },
        _ => Region { offset: BASE, size: 0 },
    }
}

pub fn f32s(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap())).collect()
}

pub fn f16s(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(2).map(|bytes| half::f16::from_le_bytes(bytes.try_into().unwrap()).to_f32()).collect()
}

/// What is between two values, in units of the expected value's last place; 0 for two NaNs or two equal infinities.
pub fn ulps(value: f32, expected: f64) -> f64 {
    if value.is_nan() && expected.is_nan() {
        return 0.0;
    }
    let rounded = expected as f32;
    if rounded.is_infinite() || value.is_infinite() || value.is_nan() || rounded.is_nan() {
        return if value == rounded || near_the_largest(value, expected) { 0.0 } else { f64::INFINITY };
    }
    let exponent = (rounded.abs().max(f32::MIN_POSITIVE).to_bits() >> 23) as i32 - 127;
    (f64::from(value) - expected).abs() / 2_f64.powi(exponent - 23)
}

/// The last step before infinity may fall on either side.
fn near_the_largest(value: f32, expected: f64) -> bool {
    let limit = f64::from(f32::MAX) * (1.0 - 2_f64.powi(-21));
    expected.abs() > limit && f64::from(value.abs()) > limit && (value > 0.0) == (expected > 0.0)
}

/// Numbers that look random and are the same each time (xorshift64*).
pub struct Numbers(u64);

impl Numbers {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.bits() >> 33) as usize % end
    }

    /// Between −1 and 1.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / 8_388_608.0 - 1.0
    }

    pub fn units(&mut self, count: usize, size: f32) -> Vec<f32> {
        (0..count).map(|_| self.unit() * size).collect()
    }

    /// Any bits: subnormals, infinities and NaNs too.
    pub fn any(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| f32::from_bits(self.bits() as u32)).collect()
    }
}
