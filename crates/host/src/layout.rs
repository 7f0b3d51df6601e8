//! Where the pieces of a call lie in a kernel's arena: bump allocation from its start, in the order descriptor, params,
//! first input, other inputs, outputs, scratch.

use codec::kernel::{ALIGNMENT, Descriptor, LayoutError, Params, Region};
use pack::{Bound, Extent};

/// Bytes of a page of linear memory.
pub(crate) const PAGE_BYTES: u64 = 65_536;

/// What a call needs room for.
#[derive(Clone, Copy)]
pub(crate) struct Needs<'a> {
    /// The shapes of its tensors.
    pub(crate) bound: &'a Bound,
    /// The bits of its parameters.
    pub(crate) parameters: &'a [u32],
}

impl<'a> Needs<'a> {
    fn tensors(self) -> impl Iterator<Item = Extent<'a>> + Clone {
        self.bound.inputs().chain(self.bound.outputs())
    }
}

/// The places of one call, chosen by the host and kept by the host: nothing that lies in linear memory can move them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Layout {
    arena: u32,
    at: u32,
    descriptor: Descriptor,
    /// Inputs, then outputs.
    places: Vec<Region>,
    inputs: usize,
    end: u32,
}

/// The call does not fit into 32 bits of address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TooLarge;

struct Bump(u64);

impl Bump {
    fn take(&mut self, size: u64) -> Result<Region, TooLarge> {
        let offset = self.0.next_multiple_of(u64::from(ALIGNMENT));
        self.0 = offset.checked_add(size).ok_or(TooLarge)?;
        let fits = u32::try_from(self.0).is_ok();
        if fits { Ok(Region { offset: offset as u32, size: size as u32 }) } else { Err(TooLarge) }
    }

    /// Tensors behind each other, and the region that spans them.
    fn take_all<'t>(
        &mut self,
        tensors: impl Iterator<Item = Extent<'t>>,
        places: &mut Vec<Region>,
    ) -> Result<Region, TooLarge> {
        let start = self.take(0)?.offset;
        let mut end = start;
        for tensor in tensors {
            let place = self.take(u64::from(tensor.bytes))?;
            end = place.offset + place.size;
            places.push(place);
        }
        Ok(Region { offset: start, size: end - start })
    }
}

impl Layout {
    /// Lays out a call in an arena that begins at `arena`.
    pub(crate) fn new(arena: u32, needs: Needs<'_>) -> Result<Self, TooLarge> {
        let mut layout = Self::default();
        layout.lay_out(arena, needs)?;
        Ok(layout)
    }

    /// As [`Layout::new`], in a layout that was used before. After an error it must not be used.
    pub(crate) fn lay_out(&mut self, arena: u32, needs: Needs<'_>) -> Result<(), TooLarge> {
        let Needs { bound, parameters } = needs;
        let mut bump = Bump(u64::from(arena));
        self.places.clear();
        self.arena = arena;
        self.inputs = bound.inputs().len();
        self.at = bump.take(Descriptor::LEN as u64)?.offset;
        let ranks = needs.tensors().map(|tensor| tensor.dims.len());
        let params = bump.take(Params::len(ranks, parameters.len()) as u64)?;
        let input_a = bump.take_all(bound.inputs().take(1), &mut self.places)?;
        let input_b = bump.take_all(bound.inputs().skip(1), &mut self.places)?;
        let output = bump.take_all(bound.outputs(), &mut self.places)?;
        let scratch = bump.take(bound.scratch().map_or(0, |scratch| u64::from(scratch.bytes)))?;
        self.descriptor = Descriptor { input_a, input_b, output, scratch, params };
        self.end = scratch.offset + scratch.size;
        Ok(())
    }

    /// The address of the descriptor.
    pub(crate) fn descriptor_at(&self) -> u32 {
        self.at
    }

    /// The descriptor.
    pub(crate) fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The address after the last byte.
    pub(crate) fn end(&self) -> u32 {
        self.end
    }

    /// Pages that a memory needs to hold the call.
    pub(crate) fn pages(&self) -> u32 {
        u64::from(self.end).div_ceil(PAGE_BYTES) as u32
    }

    /// The place of an input.
    pub(crate) fn input(&self, number: usize) -> Option<Region> {
        self.places[..self.inputs].get(number).copied()
    }

    /// The place of an output.
    pub(crate) fn output(&self, number: usize) -> Option<Region> {
        self.places[self.inputs..].get(number).copied()
    }

    /// Checks the descriptor against a memory of that many bytes.
    pub(crate) fn check(&self, memory_bytes: u64) -> Result<(), LayoutError> {
        let size = memory_bytes.saturating_sub(u64::from(self.arena)).min(u64::from(u32::MAX));
        self.descriptor.check(self.at, Region { offset: self.arena, size: size as u32 })
    }

    /// Writes descriptor and params into `memory`, whose first byte has the address `base`.
    pub(crate) fn write(&self, memory: &mut [u8], base: u32, needs: Needs<'_>) {
        let at = (self.at - base) as usize;
        memory[at..at + Descriptor::LEN].copy_from_slice(&self.descriptor.to_bytes());
        let tensors = self.places.iter().copied().zip(needs.tensors().map(|tensor| tensor.dims));
        Params::write(bytes_mut(memory, base, self.descriptor.params), tensors, needs.parameters);
    }
}

/// The bytes of a region of a memory whose first byte has the address `base`. Empty regions may lie anywhere.
pub(crate) fn bytes(memory: &[u8], base: u32, region: Region) -> &[u8] {
    if region.size == 0 {
        return &[];
    }
    let start = (region.offset - base) as usize;
    &memory[start..start + region.size as usize]
}

/// As [`bytes`], to write into.
pub(crate) fn bytes_mut(memory: &mut [u8], base: u32, region: Region) -> &mut [u8] {
    if region.size == 0 {
        return &mut [];
    }
    let start = (region.offset - base) as usize;
    &mut memory[start..start + region.size as usize]
}

#[cfg(test)]
mod tests {
    use pack::{DType, Dim, Interface, TensorSpec};

    use super::*;

    /// A call with three inputs of these many bytes, two outputs and scratch space.
    fn bound(inputs: [u32; 3], output: u32, scratch: u32) -> Bound {
        let tensor = |name: &str, bytes: u32| TensorSpec {
            name: name.to_owned(),
            dtype: DType::U8,
            shape: vec![Dim::Fixed(1), Dim::Fixed(bytes)],
        };
        let [a, b, c] = inputs;
        let inputs = vec![tensor("a", a), tensor("b", b), tensor("c", c)];
        let outputs = vec![tensor("y", output), tensor("z", output)];
        Interface::new(&"test", inputs, outputs, Some(tensor("scratch", scratch))).unwrap().bind_symbols(&[]).unwrap()
    }

    #[test]
    fn pieces_lie_in_order_aligned_and_apart() {
        let mut checked = 0;
        for first in [0, 1, 15, 16, 17, 4_096] {
            for (second, third) in [(0, 0), (0, 5), (3, 0), (3, 5), (64, 48)] {
                for output in [0, 1, 40] {
                    let bound = bound([first, second, third], output, 100);
                    let layout = Layout::new(1_040, Needs { bound: &bound, parameters: &[7, 9] }).unwrap();
                    layout.check(u64::from(layout.pages()) * PAGE_BYTES).unwrap();
                    assert_eq!(layout.descriptor_at(), 1_040);
                    for (number, size) in [first, second, third, output, output].into_iter().enumerate() {
                        let place = if number < 3 { layout.input(number) } else { layout.output(number - 3) };
                        let place = place.unwrap();
                        assert_eq!(place.size, size);
                        assert_eq!(place.offset % ALIGNMENT, 0);
                        let region = layout.descriptor.regions()[[0, 1, 1, 2, 2][number]];
                        assert!(place.is_inside(region));
                    }
                    assert_eq!(layout.input(3), None);
                    assert!(layout.check(u64::from(layout.end()) - 1).is_err());
                    checked += 1;
                }
            }
        }
        println!("{checked} layouts");
    }

    #[test]
    fn params_and_descriptor_come_back() {
        let bound = bound([24, 8, 0], 24, 0);
        let needs = Needs { bound: &bound, parameters: &[7, 9] };
        let layout = Layout::new(64, needs).unwrap();
        let mut memory = vec![0; layout.end() as usize - 32];
        layout.write(&mut memory, 32, needs);
        let read = Descriptor::from_bytes(memory[32..].first_chunk().unwrap());
        assert_eq!(read, *layout.descriptor());
        let params = Params::read(bytes(&memory, 32, read.params)).unwrap();
        assert_eq!(params.tensor_count(), 5);
        assert_eq!(params.parameter(1), Some(9));
    }

    #[test]
    fn what_does_not_fit_an_address_is_refused() {
        let too_large = |arena, inputs, output, scratch| {
            let bound = bound(inputs, output, scratch);
            assert_eq!(Layout::new(arena, Needs { bound: &bound, parameters: &[] }), Err(TooLarge));
        };
        too_large(1_024, [u32::MAX, 0, 0], 0, 0);
        too_large(1_024, [1 << 31, 1 << 31, 0], 0, 0);
        too_large(1_024, [u32::MAX; 3], u32::MAX, u32::MAX);
        too_large(u32::MAX - 100, [0; 3], 0, 256);
    }
}
