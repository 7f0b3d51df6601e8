//! One call of each operation: its size, and its bytes in a kernel's memory.

use codec::kernel::{Descriptor, Params, Region};
use ops::sample::{Sample, Values};
use ops::{Direction, Op};

/// A call of about `bytes` in all regions; `None` if there is no such direction.
pub(crate) fn case(op: Op, direction: Direction, bytes: usize) -> Option<Sample> {
    let mut rows = 1;
    let mut sample = with_rows(op, direction, bytes, rows)?;
    while size(&sample) < bytes {
        // What does not grow with the rows has to fit too, so they are tried and not computed.
        rows += (bytes - size(&sample)).div_ceil(size(&sample)).min(rows as usize) as u32;
        sample = with_rows(op, direction, bytes, rows)?;
    }
    Some(sample)
}

/// The same work as `parts` calls with a part of the rows each.
pub(crate) fn split(whole: &Sample, bytes: usize, parts: u32) -> Vec<Sample> {
    let rows = whole.dims.iter().find(|(name, _)| is_row(name)).map_or(1, |(_, rows)| *rows);
    let parts = parts.min(rows);
    (0..parts)
        .map(|part| rows * (part + 1) / parts - rows * part / parts)
        .map(|rows| with_rows(whole.op, whole.direction, bytes, rows).expect("the whole has that direction"))
        .collect()
}

/// Bytes of all tensors.
pub(crate) fn size(sample: &Sample) -> usize {
    let signature = sample.signature();
    signature.inputs.iter().chain(signature.outputs).map(|tensor| sample.bytes(*tensor)).sum()
}

fn is_row(symbol: &str) -> bool {
    matches!(symbol, "rows" | "seq")
}

fn with_rows(op: Op, direction: Direction, bytes: usize, rows: u32) -> Option<Sample> {
    let dim = if bytes < 32 << 10 { 128 } else { 1_024 };
    let rank = if bytes < 32 << 10 { 2 } else { 16 };
    let is_rope = matches!(op, Op::RopeF32 | Op::RopeF16 | Op::RopeQ8);
    let dims = vec![
        ("batch", 1),
        ("rows", rows),
        ("seq", rows),
        ("heads", dim / 64),
        ("dim", if is_rope { 64 } else { dim }),
        ("in", dim),
        ("out", dim),
        ("rank", rank),
    ];
    Sample::of_shape(op, direction, dims, Values::Ordinary, 1)
}

/// A call laid out.
pub(crate) struct Placed {
    pub(crate) at: u32,
    pub(crate) descriptor: Descriptor,
    tensors: Vec<Region>,
}

/// Where everything of a call lies when its descriptor lies at `at`, and the address after it.
pub(crate) fn place(sample: &Sample, at: u32) -> (Placed, u32) {
    let signature = sample.signature();
    let tensors = || signature.inputs.iter().chain(signature.outputs);
    let mut end = at + Descriptor::LEN as u32;
    let mut take = |size: usize| {
        let offset = end.next_multiple_of(16);
        end = offset + size as u32;
        Region { offset, size: size as u32 }
    };
    let params = take(Params::len(tensors().map(|tensor| tensor.shape.len()), sample.parameters.len()));
    let places: Vec<Region> = tensors().map(|tensor| take(sample.bytes(*tensor))).collect();
    let scratch = take(signature.scratch.map_or(0, |scratch| sample.bytes(scratch)));
    let (inputs, outputs) = places.split_at(signature.inputs.len());
    let descriptor =
        Descriptor { input_a: inputs[0], input_b: span(&inputs[1..]), output: span(outputs), scratch, params };
    (Placed { at, descriptor, tensors: places }, end.next_multiple_of(16))
}

/// From the first region to the last.
fn span(regions: &[Region]) -> Region {
    match (regions.first(), regions.last()) {
        (Some(first), Some(last)) => Region { offset: first.offset, size: last.end() as u32 - first.offset },
        _ => Region::default(),
    }
}

/// Writes descriptor, params and inputs.
pub(crate) fn write(sample: &Sample, memory: &mut [u8], placed: &Placed) {
    let at = placed.at as usize;
    memory[at..at + Descriptor::LEN].copy_from_slice(&placed.descriptor.to_bytes());
    let signature = sample.signature();
    let shapes: Vec<Vec<u32>> =
        signature.inputs.iter().chain(signature.outputs).map(|tensor| sample.shape(*tensor)).collect();
    let tensors = placed.tensors.iter().copied().zip(shapes.iter().map(Vec::as_slice));
    Params::write(slice(memory, placed.descriptor.params), tensors, &sample.parameters);
    for (bytes, region) in sample.inputs.iter().zip(&placed.tensors) {
        slice(memory, *region).copy_from_slice(bytes);
    }
}

fn slice(memory: &mut [u8], region: Region) -> &mut [u8] {
    &mut memory[region.offset as usize..region.end() as usize]
}
