//! One call of each operation: its tensors, its size, and its bytes in a kernel's memory.

use codec::kernel::{Descriptor, Params, Region};
use ops::{Direction, Op};

/// A call, not yet laid out.
pub(crate) struct Case {
    pub(crate) op: Op,
    pub(crate) direction: Direction,
    inputs: Vec<Tensor>,
    outputs: Vec<Tensor>,
    scratch_bytes: u32,
    parameters: Vec<u32>,
}

/// What a tensor is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Elements {
    F32,
    F16,
    Positions,
    Q4,
    Q8,
}

struct Tensor(Elements, Vec<u32>);

impl Elements {
    fn bytes(self, dims: &[u32]) -> u32 {
        let elements: u32 = dims.iter().product();
        match self {
            Self::F32 | Self::Positions => elements * 4,
            Self::F16 => elements * 2,
            Self::Q4 => elements / 32 * 18,
            Self::Q8 => elements / 32 * 34,
        }
    }

    /// Numbers between -1 and 1, scales below 1/100, small positions.
    fn fill(self, bytes: &mut [u8], state: &mut u32) {
        let mut random = move || {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *state >> 16
        };
        let mut numbers = |size: usize, next: &mut dyn FnMut() -> u32| {
            bytes.chunks_exact_mut(size).for_each(|place| place.copy_from_slice(&next().to_le_bytes()[..size]));
        };
        // The bits of an f16 between 2^-8 and 1, with a sign.
        let half = |bits: u32| (bits & 0x8000) | 0x1c00 + (bits & 0x1fff);
        match self {
            Self::F32 => numbers(4, &mut || (random() as f32 / 32_768.0 - 1.0).to_bits()),
            Self::F16 => numbers(2, &mut || half(random())),
            Self::Positions => numbers(4, &mut || random() & 0xfff),
            Self::Q4 | Self::Q8 => {
                numbers(2, &mut random);
                let block = if self == Self::Q4 { 18 } else { 34 };
                bytes.chunks_exact_mut(block).for_each(|block| block[..2].copy_from_slice(&0x1c00_u16.to_le_bytes()));
            }
        }
    }
}

impl Case {
    /// The shape of `op` with about `bytes` in all regions; `None` if there is no such direction.
    pub(crate) fn new(op: Op, direction: Direction, bytes: u32) -> Option<Self> {
        let mut rows = 1;
        let mut case = Self::with_rows(op, direction, bytes, rows)?;
        while case.bytes() < bytes {
            // Rows are counted, not computed: what does not depend on them has to fit too.
            rows += (bytes - case.bytes()).div_ceil(case.bytes()).max(1).min(rows);
            case = Self::with_rows(op, direction, bytes, rows)?;
        }
        Some(case)
    }

    /// The same work as `parts` calls with a part of the rows each.
    pub(crate) fn split(&self, bytes: u32, parts: u32) -> Vec<Self> {
        let rows = self.rows();
        (0..parts.min(rows))
            .map(|part| rows * (part + 1) / parts.min(rows) - rows * part / parts.min(rows))
            .map(|rows| Self::with_rows(self.op, self.direction, bytes, rows).expect("the whole has such a shape"))
            .collect()
    }

    fn rows(&self) -> u32 {
        let dims = &self.outputs[0].1;
        // RoPE is [batch, seq, heads, dim] with one batch.
        if dims.len() == 4 { dims[1] } else { dims[0] }
    }

    fn with_rows(op: Op, direction: Direction, bytes: u32, rows: u32) -> Option<Self> {
        use Elements::{F16, F32, Positions, Q4, Q8};
        let dim = if bytes < 32 << 10 { 128 } else { 1_024 };
        let row = |elements| Tensor(elements, vec![rows, dim]);
        let is_backward = direction == Direction::Backward;
        let (inputs, outputs, scratch_bytes, parameters) = match op {
            Op::RopeF32 | Op::RopeF16 | Op::RopeQ8 => {
                let elements = element_of(op);
                if is_backward && elements == Q8 {
                    return None;
                }
                let x = || Tensor(elements, vec![1, rows, dim / 64, 64]);
                let parameters = vec![10_000_f32.to_bits(), 1_f32.to_bits(), 0];
                (vec![x(), Tensor(Positions, vec![1, rows])], vec![x()], 0, parameters)
            }
            Op::RmsNormF32 | Op::RmsNormF16 => {
                let elements = element_of(op);
                let weight = || Tensor(elements, vec![dim]);
                let (inputs, outputs) = if is_backward {
                    (vec![row(elements), weight(), row(elements)], vec![row(elements), weight()])
                } else {
                    (vec![row(elements), weight()], vec![row(elements)])
                };
                (inputs, outputs, if is_backward { dim * 8 } else { 0 }, vec![1e-5_f32.to_bits()])
            }
            Op::SwigluF32 | Op::SwigluF16 => {
                let rows = |count: usize| (0..count).map(|_| row(element_of(op))).collect();
                if is_backward { (rows(3), rows(2), 0, vec![]) } else { (rows(2), rows(1), 0, vec![]) }
            }
            Op::KvPackQ4 | Op::KvPackQ8 | Op::KvUnpackQ4 | Op::KvUnpackQ8 if is_backward => return None,
            Op::KvPackQ4 => (vec![row(F32)], vec![row(Q4)], 0, vec![]),
            Op::KvPackQ8 => (vec![row(F32)], vec![row(Q8)], 0, vec![]),
            Op::KvUnpackQ4 => (vec![row(Q4)], vec![row(F32)], 0, vec![]),
            Op::KvUnpackQ8 => (vec![row(Q8)], vec![row(F32)], 0, vec![]),
            Op::LoraF32 | Op::LoraF16 => {
                let elements = element_of(op);
                let rank = if dim == 128 { 2 } else { 16 };
                let [a, b] = [[rank, dim], [dim, rank]].map(|dims| move || Tensor(elements, dims.to_vec()));
                let (inputs, outputs) = if is_backward {
                    (vec![row(elements), a(), b(), row(elements)], vec![row(elements), a(), b()])
                } else {
                    (vec![row(elements), a(), b(), row(elements)], vec![row(elements)])
                };
                let scratch = if is_backward { 2 * rows * rank * 4 + 2 * dim * rank * 4 } else { rows * rank * 4 };
                (inputs, outputs, scratch, vec![1_f32.to_bits()])
            }
        };
        let _ = F16;
        Some(Self { op, direction, inputs, outputs, scratch_bytes, parameters })
    }

    /// Bytes of all regions but the params.
    pub(crate) fn bytes(&self) -> u32 {
        self.tensors().map(|Tensor(elements, dims)| elements.bytes(dims)).sum::<u32>() + self.scratch_bytes
    }

    fn tensors(&self) -> impl Iterator<Item = &Tensor> + Clone {
        self.inputs.iter().chain(&self.outputs)
    }

    /// Where everything lies when the descriptor lies at `at`, and the address after it.
    pub(crate) fn place(&self, at: u32) -> (Placed, u32) {
        let mut end = at + Descriptor::LEN as u32;
        let mut take = |size: u32| {
            let offset = end.next_multiple_of(16);
            end = offset + size;
            Region { offset, size }
        };
        let ranks = self.tensors().map(|Tensor(_, dims)| dims.len());
        let params = take(Params::len(ranks, self.parameters.len()) as u32);
        let tensors: Vec<Region> = self.tensors().map(|Tensor(elements, dims)| take(elements.bytes(dims))).collect();
        let scratch = take(self.scratch_bytes);
        let (inputs, outputs) = tensors.split_at(self.inputs.len());
        let span = |tensors: &[Region]| match (tensors.first(), tensors.last()) {
            (Some(first), Some(last)) => Region { offset: first.offset, size: last.end() as u32 - first.offset },
            _ => Region::default(),
        };
        let descriptor =
            Descriptor { input_a: inputs[0], input_b: span(&inputs[1..]), output: span(outputs), scratch, params };
        (Placed { at, descriptor, tensors }, end.next_multiple_of(16))
    }

    /// Writes descriptor, params and inputs.
    pub(crate) fn write(&self, memory: &mut [u8], placed: &Placed) {
        let at = placed.at as usize;
        memory[at..at + Descriptor::LEN].copy_from_slice(&placed.descriptor.to_bytes());
        let dims = self.tensors().map(|Tensor(_, dims)| dims.as_slice());
        let tensors = placed.tensors.iter().copied().zip(dims);
        Params::write(slice(memory, placed.descriptor.params), tensors, &self.parameters);
        let mut state = 1;
        for (Tensor(elements, _), region) in self.inputs.iter().zip(&placed.tensors) {
            elements.fill(slice(memory, *region), &mut state);
        }
    }
}

/// A call laid out.
pub(crate) struct Placed {
    pub(crate) at: u32,
    pub(crate) descriptor: Descriptor,
    tensors: Vec<Region>,
}

fn slice(memory: &mut [u8], region: Region) -> &mut [u8] {
    &mut memory[region.offset as usize..region.end() as usize]
}

fn element_of(op: Op) -> Elements {
    let id = op.id();
    if id.ends_with("f32") {
        Elements::F32
    } else if id.ends_with("f16") {
        Elements::F16
    } else {
        Elements::Q8
    }
}
