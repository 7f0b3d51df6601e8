//! A sample as a call: laid out in an arena, run by the library or in a module.

use codec::kernel::{
    ALIGNMENT, Code, Descriptor, EXPORT_BACKWARD, EXPORT_FORWARD, EXPORT_INFO, EXPORT_INIT, KernelInfo, Params, Region,
};
use ops::sample::Sample;
use ops::{Direction, Implementation};

use crate::wamr::Instance;

const PAGE_BYTES: u32 = 64 << 10;

/// Bytes of a call from the arena's start, and where its outputs are.
struct Layout {
    bytes: Vec<u8>,
    descriptor: Descriptor,
    outputs: Vec<Region>,
}

impl Layout {
    fn of(sample: &Sample, base: u32) -> Self {
        let signature = sample.signature();
        let mut end = base;
        let mut take = |size: usize| {
            let place = Region { offset: end, size: size as u32 };
            end = (end + place.size).next_multiple_of(ALIGNMENT);
            place
        };
        let tensors: Vec<_> = signature.inputs.iter().chain(signature.outputs).copied().collect();
        let shapes: Vec<Vec<u32>> = tensors.iter().map(|tensor| sample.shape(*tensor)).collect();
        take(Descriptor::LEN);
        let params = take(Params::len(shapes.iter().map(Vec::len), sample.parameters.len()));
        let places: Vec<Region> = tensors.iter().map(|tensor| take(sample.bytes(*tensor))).collect();
        let scratch = take(signature.scratch.map_or(0, |tensor| sample.bytes(tensor)));
        let (inputs, outputs) = places.split_at(signature.inputs.len());
        let descriptor = Descriptor {
            input_a: around(&inputs[..1], base),
            input_b: around(&inputs[1..], base),
            output: around(outputs, base),
            scratch,
            params,
        };
        let mut bytes = vec![0; (end - base) as usize];
        let mut put = |place: Region, from: &[u8]| {
            let start = (place.offset - base) as usize;
            bytes[start..start + from.len()].copy_from_slice(from);
        };
        put(Region { offset: base, size: Descriptor::LEN as u32 }, &descriptor.to_bytes());
        let mut header = vec![0; params.size as usize];
        Params::write(&mut header, places.iter().copied().zip(shapes.iter().map(Vec::as_slice)), &sample.parameters);
        put(params, &header);
        inputs.iter().zip(&sample.inputs).for_each(|(place, input)| put(*place, input));
        Self { bytes, descriptor, outputs: outputs.to_vec() }
    }
}

/// The outputs, by the library.
pub fn native(sample: &Sample) -> Result<Vec<Vec<u8>>, String> {
    let base = ALIGNMENT;
    let Layout { bytes, descriptor, outputs } = Layout::of(sample, base);
    // Words of 16 bytes, so that it is aligned as a module's arena is.
    let mut words = vec![0_u128; bytes.len().div_ceil(16)];
    let memory: &mut [u8] = bytemuck::cast_slice_mut(&mut words);
    memory[..bytes.len()].copy_from_slice(&bytes);
    match ops::run(sample.op, sample.direction, Implementation::Fast, memory, base, &descriptor) {
        Code::Ok => {}
        code => return Err(format!("the library says {code}")),
    }
    let output = |place: &Region| memory[(place.offset - base) as usize..][..place.size as usize].to_vec();
    Ok(outputs.iter().map(output).collect())
}

/// The outputs, by a module on a fresh instance.
pub fn in_wamr(module: &[u8], sample: &Sample) -> Result<Vec<Vec<u8>>, String> {
    let mut instance = Instance::new(module.to_vec())?;
    expect_ok(instance.call(EXPORT_INIT, &[])?)?;
    let info = instance.call(EXPORT_INFO, &[])?;
    let info = *instance.memory(info, KernelInfo::LEN as u32)?.first_chunk().ok_or("the info is cut off")?;
    let info = KernelInfo::from_bytes(&info).map_err(|error| error.to_string())?;
    let Layout { bytes, descriptor, outputs } = Layout::of(sample, info.arena_offset);
    let end = info.arena_offset + bytes.len() as u32;
    instance.grow(end.div_ceil(PAGE_BYTES) - 1)?;
    instance.memory(info.arena_offset, bytes.len() as u32)?.copy_from_slice(&bytes);
    let arena = Region { offset: info.arena_offset, size: bytes.len() as u32 };
    descriptor.check(info.arena_offset, arena).map_err(|error| error.to_string())?;
    let export = match sample.direction {
        Direction::Forward => EXPORT_FORWARD,
        Direction::Backward => EXPORT_BACKWARD,
    };
    expect_ok(instance.call(export, &[info.arena_offset])?)?;
    outputs.iter().map(|place| instance.memory(place.offset, place.size).map(|bytes| bytes.to_vec())).collect()
}

fn expect_ok(value: u32) -> Result<(), String> {
    match Code::from_return(value as i32) {
        Some(Code::Ok) => Ok(()),
        Some(code) => Err(format!("the kernel says {code}")),
        None => Err(format!("the kernel says {value}, which is no code")),
    }
}

fn around(places: &[Region], base: u32) -> Region {
    match (places.first(), places.last()) {
        (Some(first), Some(last)) => Region { offset: first.offset, size: last.offset + last.size - first.offset },
        _ => Region { offset: base, size: 0 },
    }
}
