//! Calls for tests and benchmarks: shapes and inputs made from a seed, the same on every machine.

extern crate alloc;

use alloc::vec::Vec;

use crate::call::Direction;
use crate::signature::{Extent, Kind, Parameter, Signature, Tensor};
use crate::{Op, blocks, f16};

/// A stream of numbers (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
#[derive(Clone, Debug)]
pub struct Random(u64);

/// What floats are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Values {
    /// Between −4 and 4, about as activations are.
    Ordinary,
    /// Now and then a zero of either sign, a subnormal, a tiny or huge number, an infinity or a NaN.
    Wild,
}

/// One call's dimensions, parameters and inputs.
#[derive(Clone, PartialEq, Debug)]
pub struct Sample {
    /// Which operation.
    pub op: Op,
    /// Which way.
    pub direction: Direction,
    /// Each symbol with its number.
    pub dims: Vec<(&'static str, u32)>,
    /// The bits of the parameters, in order.
    pub parameters: Vec<u32>,
    /// The bytes of the inputs, in order.
    pub inputs: Vec<Vec<u8>>,
}

impl Random {
    /// The stream of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 32 bits.
    pub fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ word >> 31) >> 32) as u32
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.bits()) * u64::from(bound)) >> 32) as u32
    }

    /// A float.
    pub fn float(&mut self, values: Values) -> f32 {
        let ordinary = (self.bits() >> 8) as f32 / (1 << 21) as f32 - 4.0;
        match values {
            Values::Ordinary => ordinary,
            Values::Wild if self.below(16) > 0 => ordinary,
            Values::Wild => {
                let sign = self.bits() & 0x8000_0000;
                let magnitude = match self.below(8) {
                    0 => 0,
                    1 => self.below(0x0080_0000),
                    2 => 0x7f7f_ffff - self.below(16),
                    3 => 0x7f80_0000,
                    4 => 0x7f80_0001 + self.below(0x007f_ffff),
                    // About the smallest and the largest halves.
                    5 => 0x3380_0000 + self.below(0x0500_0000),
                    6 => 0x477f_c000 + self.below(0x8000),
                    _ => self.below(0x7f80_0000),
                };
                f32::from_bits(sign | magnitude)
            }
        }
    }
}

impl Sample {
    /// A call of small random shape; now and then a dimension is 0. `None` if the operation has no such direction.
    #[must_use]
    pub fn random(op: Op, direction: Direction, values: Values, seed: u64) -> Option<Self> {
        let mut random = Random::new(seed);
        let dims = symbols(op.signature(direction)?);
        let dims = dims.into_iter().map(|symbol| {
            // Small numbers are likelier than large ones.
            let bound = 1 + random.below(bound(symbol));
            let number = if random.below(40) == 0 { 0 } else { 1 + random.below(bound) };
            (symbol, op.legal(symbol, number))
        });
        let dims = dims.collect();
        Self::of_shape(op, direction, dims, values, seed.wrapping_add(1))
    }

    /// A call of that shape; symbols that are not in `dims` are 1. `None` if the operation has no such direction.
    #[must_use]
    pub fn of_shape(
        op: Op,
        direction: Direction,
        dims: Vec<(&'static str, u32)>,
        values: Values,
        seed: u64,
    ) -> Option<Self> {
        let signature = op.signature(direction)?;
        let mut random = Random::new(seed);
        let inputs = signature.inputs.iter().map(|tensor| fill(*tensor, &dims, values, &mut random)).collect();
        let parameters = op.parameters().iter().map(|parameter| match parameter {
            Parameter::U32("pairs", _) => random.below(2),
            Parameter::F32("scale", _) => [1.0_f32, 0.5, 0.25, 2.0][random.below(4) as usize].to_bits(),
            Parameter::F32(..) | Parameter::U32(..) => parameter.default_bits(),
        });
        let parameters = parameters.collect();
        Some(Self { op, direction, dims, parameters, inputs })
    }

    /// Tensors and scratch of this call.
    ///
    /// # Panics
    /// Never: a sample is only made of a direction that is there.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.op.signature(self.direction).expect("a sample is made of a direction that is there")
    }

    /// The shape of a tensor of this call.
    #[must_use]
    pub fn shape(&self, tensor: Tensor) -> Vec<u32> {
        shape(tensor, &self.dims)
    }

    /// The bytes that a tensor of this call has.
    #[must_use]
    pub fn bytes(&self, tensor: Tensor) -> usize {
        tensor.kind.bytes(values_in(&self.shape(tensor)))
    }
}

impl Op {
    /// What the operation takes in place of `number`: whole blocks, whole pairs.
    fn legal(self, symbol: &str, number: u32) -> u32 {
        match self {
            Self::RopeQ8 | Self::KvPackQ4 | Self::KvUnpackQ4 | Self::KvPackQ8 | Self::KvUnpackQ8 if symbol == "dim" => {
                number.div_ceil(blocks::VALUES as u32) * blocks::VALUES as u32
            }
            Self::RopeF32 | Self::RopeF16 if symbol == "dim" => number.next_multiple_of(2),
            _ => number,
        }
    }
}

/// The largest number that a symbol stands for in a random shape. Those of the low-rank adaptation go past its tiles.
fn bound(symbol: &str) -> u32 {
    match symbol {
        "batch" => 3,
        "heads" => 5,
        "seq" => 9,
        "rows" => 80,
        "rank" => 160,
        _ => 260,
    }
}

/// The symbols of a signature in the order in which they first appear.
fn symbols(signature: Signature) -> Vec<&'static str> {
    let mut found = Vec::new();
    for extent in signature.inputs.iter().flat_map(|tensor| tensor.shape) {
        if let Extent::Symbol(symbol) = extent
            && !found.contains(symbol)
        {
            found.push(*symbol);
        }
    }
    found
}

fn shape(tensor: Tensor, dims: &[(&'static str, u32)]) -> Vec<u32> {
    let number = |extent: &Extent| match extent {
        Extent::Fixed(number) => *number,
        Extent::Symbol(symbol) => dims.iter().find(|(name, _)| name == symbol).map_or(1, |(_, number)| *number),
    };
    tensor.shape.iter().map(number).collect()
}

fn values_in(shape: &[u32]) -> usize {
    shape.iter().map(|number| *number as usize).product()
}

fn fill(tensor: Tensor, dims: &[(&'static str, u32)], values: Values, random: &mut Random) -> Vec<u8> {
    let count = values_in(&shape(tensor, dims));
    let mut bytes = Vec::with_capacity(tensor.kind.bytes(count));
    match tensor.kind {
        Kind::F32 => (0..count).for_each(|_| bytes.extend(random.float(values).to_le_bytes())),
        Kind::F16 => (0..count).for_each(|_| bytes.extend(f16::from_f32(random.float(values)).to_le_bytes())),
        Kind::I32 => (0..count).for_each(|_| bytes.extend((random.below(4_096) as i32 - 64).to_le_bytes())),
        Kind::Q4 | Kind::Q8 => {
            for _ in 0..count / blocks::VALUES {
                bytes.extend(f16::from_f32(random.float(values) / 64.0).to_le_bytes());
                (0..tensor.kind.bytes(blocks::VALUES) - 2).for_each(|_| bytes.push(random.bits() as u8));
            }
        }
    }
    bytes
}
