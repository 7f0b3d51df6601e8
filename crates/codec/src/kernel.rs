//! The kernel ABI: exports, return codes, the descriptor of a call, its params header and what a kernel says of itself.
//! `spec/kernel-abi.md` has the same in words.
//!
//! A kernel exports a memory and five functions. The host keeps an *arena* in that memory: from
//! [`KernelInfo::arena_offset`] to the end. For a call it writes there a [`Descriptor`], the params and the inputs, calls
//! the kernel with the descriptor's address, and reads the outputs where the descriptor says. All numbers are little-endian.

use core::fmt;

/// `kernel_init() -> i32`: once, before anything else; returns a [`Code`].
pub const EXPORT_INIT: &str = "kernel_init";
/// `kernel_forward(descriptor: i32) -> i32`, unless the manifest names another `entry_point`; returns a [`Code`].
pub const EXPORT_FORWARD: &str = "kernel_forward";
/// `kernel_backward(descriptor: i32) -> i32`: optional; returns a [`Code`].
pub const EXPORT_BACKWARD: &str = "kernel_backward";
/// `kernel_info() -> i32`: the address of a [`KernelInfo`].
pub const EXPORT_INFO: &str = "kernel_info";
/// `kernel_cleanup() -> i32`: before the instance goes; returns a [`Code`].
pub const EXPORT_CLEANUP: &str = "kernel_cleanup";

/// The feature of a platform that lets a kernel run models of its pack on the host.
pub const FEATURE_WASI_NN: &str = "wasi-nn";
/// The module whose functions such a kernel may import, and nothing else.
pub const WASI_NN_MODULE: &str = "wasi_ephemeral_nn";
/// Those functions. WASI-NN has `load` besides, which a kernel has no use for: it may use no model but those of its pack.
pub const WASI_NN_IMPORTS: [&str; 5] = ["load_by_name", "init_execution_context", "set_input", "compute", "get_output"];

/// The version of this ABI, in [`KernelInfo`] and in the params header.
pub const ABI_VERSION: u32 = 1;

/// Every region, and every tensor in a region, begins at a multiple of this many bytes.
pub const ALIGNMENT: u32 = 16;

/// What a kernel's function returns.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(i32)]
pub enum Code {
    /// The outputs are written.
    Ok = 0,
    /// An input's size or contents are not what the kernel takes.
    InvalidInput = 1,
    /// The output region does not fit what the kernel would write.
    InvalidOutput = 2,
    /// The params are malformed or out of range.
    InvalidParams = 3,
    /// The scratch region, or the kernel's own memory, is too small.
    OutOfMemory = 4,
    /// The kernel has no such direction or form.
    NotImplemented = 5,
    /// The kernel found itself in a state that should not be.
    InternalError = 6,
}

impl Code {
    /// All codes, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Ok,
        Self::InvalidInput,
        Self::InvalidOutput,
        Self::InvalidParams,
        Self::OutOfMemory,
        Self::NotImplemented,
        Self::InternalError,
    ];

    /// The code that a kernel's return value stands for.
    #[must_use]
    pub fn from_return(value: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|code| *code as i32 == value)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "OK",
            Self::InvalidInput => "INVALID_INPUT",
            Self::InvalidOutput => "INVALID_OUTPUT",
            Self::InvalidParams => "INVALID_PARAMS",
            Self::OutOfMemory => "OUT_OF_MEMORY",
            Self::NotImplemented => "NOT_IMPLEMENTED",
            Self::InternalError => "INTERNAL_ERROR",
        })
    }
}

/// A piece of linear memory.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Region {
    /// Address of the first byte.
    pub offset: u32,
    /// Length in bytes.
    pub size: u32,
}

impl Region {
    /// The address after the last byte.
    #[must_use]
    pub fn end(self) -> u64 {
        u64::from(self.offset) + u64::from(self.size)
    }

    /// Whether `self` lies wholly inside `outer`.
    #[must_use]
    pub fn is_inside(self, outer: Self) -> bool {
        self.offset >= outer.offset && self.end() <= outer.end()
    }

    fn overlaps(self, other: Self) -> bool {
        u64::from(self.offset) < other.end() && u64::from(other.offset) < self.end()
    }
}

/// The five regions of a call, forty bytes on the wire: offset and size of each, in the order of the fields.
///
/// The first input of the manifest lies in `input_a`, all others in `input_b`, outputs in `output`, each in manifest order
/// and at the next multiple of [`ALIGNMENT`]. A region of size 0 is not there; its offset is still aligned.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Descriptor {
    /// The first input.
    pub input_a: Region,
    /// The other inputs.
    pub input_b: Region,
    /// The outputs.
    pub output: Region,
    /// Space that the kernel may use as it likes; its contents are undefined.
    pub scratch: Region,
    /// The params: see [`Params`].
    pub params: Region,
}

/// Names of the regions, in their order in a descriptor.
pub const REGION_NAMES: [&str; 5] = ["input a", "input b", "output", "scratch", "params"];

/// Why a descriptor is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LayoutError {
    /// A region does not begin at a multiple of [`ALIGNMENT`].
    Misaligned {
        /// Which, as an index into [`REGION_NAMES`].
        region: usize,
    },
    /// A region does not lie inside of the arena.
    OutsideArena {
        /// Which, as an index into [`REGION_NAMES`].
        region: usize,
    },
    /// Two regions share a byte, or one shares a byte with the descriptor itself.
    Overlap {
        /// One of them, as an index into [`REGION_NAMES`].
        first: usize,
        /// The other; 5 is the descriptor itself.
        second: usize,
    },
}

impl Descriptor {
    /// Bytes on the wire.
    pub const LEN: usize = 40;

    /// The regions in their order.
    #[must_use]
    pub fn regions(&self) -> [Region; 5] {
        [self.input_a, self.input_b, self.output, self.scratch, self.params]
    }

    /// The descriptor as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        for (place, region) in bytes.chunks_exact_mut(8).zip(self.regions()) {
            place[..4].copy_from_slice(&region.offset.to_le_bytes());
            place[4..].copy_from_slice(&region.size.to_le_bytes());
        }
        bytes
    }

    /// The descriptor that `bytes` stand for.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let region = |number: usize| Region {
            offset: word(bytes, number * 8).unwrap_or_default(),
            size: word(bytes, number * 8 + 4).unwrap_or_default(),
        };
        Self { input_a: region(0), input_b: region(1), output: region(2), scratch: region(3), params: region(4) }
    }

    /// Checks alignment, bounds and overlap. `at` is where the descriptor itself lies.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self, at: u32, arena: Region) -> Result<(), LayoutError> {
        let regions = self.regions();
        for (region, place) in regions.iter().enumerate() {
            if !place.offset.is_multiple_of(ALIGNMENT) {
                return Err(LayoutError::Misaligned { region });
            }
            if place.size > 0 && !place.is_inside(arena) {
                return Err(LayoutError::OutsideArena { region });
            }
        }
        let own = Region { offset: at, size: Self::LEN as u32 };
        for (first, place) in regions.iter().enumerate() {
            let others = regions.iter().chain([&own]).enumerate().skip(first + 1);
            for (second, other) in others {
                if place.size > 0 && other.size > 0 && place.overlaps(*other) {
                    return Err(LayoutError::Overlap { first, second });
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for LayoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |index: usize| REGION_NAMES.get(index).copied().unwrap_or("descriptor");
        match self {
            Self::Misaligned { region } => {
                write!(f, "region `{}` does not begin at a multiple of {ALIGNMENT}", name(*region))
            }
            Self::OutsideArena { region } => write!(f, "region `{}` lies outside of the arena", name(*region)),
            Self::Overlap { first, second } => write!(f, "`{}` and `{}` overlap", name(*first), name(*second)),
        }
    }
}

impl core::error::Error for LayoutError {}

/// What a kernel says of itself: 24 bytes at the address that `kernel_info` returns.
///
/// | offset | field |
/// | --- | --- |
/// | 0 | ABI version, 1 |
/// | 4 | where the arena begins, a multiple of 16 |
/// | 8 | flags: bit 0 has a backward direction, bit 1 uses SIMD |
/// | 12 | address of the message area, 0 if there is none |
/// | 16 | length of the message area in bytes |
/// | 20 | 0 |
///
/// The message area holds what the kernel last said of a failure: a code of its own (4 bytes), a length (4 bytes), UTF-8
/// text. The host reads it after a trap or a code other than OK, and believes none of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KernelInfo {
    /// Where the host's part of the memory begins.
    pub arena_offset: u32,
    /// Whether `kernel_backward` does something.
    pub has_backward: bool,
    /// Whether the kernel was built with SIMD128.
    pub uses_simd: bool,
    /// Where failures are told; size 0 if nowhere.
    pub message: Region,
}

/// Why a [`KernelInfo`] is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InfoError {
    /// The version is not [`ABI_VERSION`].
    Version(u32),
    /// The arena does not begin at a multiple of [`ALIGNMENT`], or at 0.
    Arena(u32),
    /// A flag is set that has no meaning, or the last word is not 0.
    Reserved,
}

impl KernelInfo {
    /// Bytes on the wire.
    pub const LEN: usize = 24;

    /// The info as bytes.
    #[must_use]
    pub const fn to_bytes(&self) -> [u8; Self::LEN] {
        let flags = self.has_backward as u32 | (self.uses_simd as u32) << 1;
        let words = [ABI_VERSION, self.arena_offset, flags, self.message.offset, self.message.size, 0];
        let mut bytes = [0; Self::LEN];
        let mut number = 0;
        while number < Self::LEN {
            bytes[number] = words[number / 4].to_le_bytes()[number % 4];
            number += 1;
        }
        bytes
    }

    /// Reads an info.
    ///
    /// # Errors
    /// Which word makes no sense.
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Result<Self, InfoError> {
        let at = |offset| word(bytes, offset).unwrap_or_default();
        if at(0) != ABI_VERSION {
            return Err(InfoError::Version(at(0)));
        }
        if at(4) == 0 || !at(4).is_multiple_of(ALIGNMENT) {
            return Err(InfoError::Arena(at(4)));
        }
        if at(8) > 3 || at(20) != 0 {
            return Err(InfoError::Reserved);
        }
        Ok(Self {
            arena_offset: at(4),
            has_backward: at(8) & 1 != 0,
            uses_simd: at(8) & 2 != 0,
            message: Region { offset: at(12), size: at(16) },
        })
    }
}

impl fmt::Display for InfoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "kernel ABI version {version}; this program speaks {ABI_VERSION}"),
            Self::Arena(offset) => write!(f, "the arena may not begin at {offset}"),
            Self::Reserved => f.write_str("a reserved word or flag is set"),
        }
    }
}

impl core::error::Error for InfoError {}

/// Dimensions that a tensor may have.
pub const RANK_MAX: usize = 8;

/// Tensors of one call: inputs, outputs.
pub const TENSORS_MAX: usize = 32;

/// Parameters of one call.
pub const PARAMETERS_MAX: usize = 64;

/// A tensor of a call as the params header names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tensor<'a> {
    /// Where its bytes lie.
    pub place: Region,
    dims: &'a [u8],
}

impl<'a> Tensor<'a> {
    /// The number of dimensions, at most [`RANK_MAX`].
    #[must_use]
    pub fn rank(self) -> usize {
        self.dims.len() / 4
    }

    /// The dimensions in elements, outermost first.
    pub fn dims(self) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + 'a {
        self.dims.chunks_exact(4).map(|bytes| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A dimension, counted from the outermost.
    #[must_use]
    pub fn dim(self, number: usize) -> Option<u32> {
        word(self.dims, number * 4)
    }

    /// The number of elements; `None` if it does not fit.
    #[must_use]
    pub fn elements(self) -> Option<u32> {
        self.dims().try_fold(1_u32, u32::checked_mul)
    }
}

/// The params of a call, as they lie in memory: the version, the number of tensors, (offset, size, rank, dims…) for each
/// tensor (inputs, then outputs, in manifest order), the number of parameters, four bytes for each (in manifest order).
/// Every word is a little-endian `u32`, a parameter's are the bits of its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Params<'a> {
    tensors: &'a [u8],
    tensor_count: usize,
    parameters: &'a [u8],
}

/// The params are malformed: version, counts, ranks or lengths do not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParamsError;

impl<'a> Params<'a> {
    /// Reads params; their length must be exactly what the counts say.
    ///
    /// # Errors
    /// [`ParamsError`].
    pub fn read(bytes: &'a [u8]) -> Result<Self, ParamsError> {
        let at = |offset| word(bytes, offset).ok_or(ParamsError);
        let tensor_count = at(4)? as usize;
        if at(0)? != ABI_VERSION || tensor_count > TENSORS_MAX {
            return Err(ParamsError);
        }
        let mut end = 8;
        for _ in 0..tensor_count {
            let rank = at(end + 8)? as usize;
            if rank > RANK_MAX {
                return Err(ParamsError);
            }
            end += 12 + rank * 4;
        }
        let count = at(end)? as usize;
        let parameters = bytes.get(end + 4..).ok_or(ParamsError)?;
        if count > PARAMETERS_MAX || parameters.len() != count * 4 {
            return Err(ParamsError);
        }
        Ok(Self { tensors: &bytes[8..end], tensor_count, parameters })
    }

    /// The number of tensors.
    #[must_use]
    pub fn tensor_count(&self) -> usize {
        self.tensor_count
    }

    /// The tensors in their order.
    pub fn tensors(&self) -> impl Iterator<Item = Tensor<'a>> + use<'a> {
        let mut rest = self.tensors;
        core::iter::from_fn(move || {
            let place = Region { offset: word(rest, 0)?, size: word(rest, 4)? };
            let end = 12 + word(rest, 8)? as usize * 4;
            let dims = rest.get(12..end)?;
            rest = &rest[end..];
            Some(Tensor { place, dims })
        })
    }

    /// A tensor by its number.
    #[must_use]
    pub fn tensor(&self, number: usize) -> Option<Tensor<'a>> {
        self.tensors().nth(number)
    }

    /// The number of parameters.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        self.parameters.len() / 4
    }

    /// The bits of a parameter.
    #[must_use]
    pub fn parameter(&self, number: usize) -> Option<u32> {
        word(self.parameters, number * 4)
    }

    /// Bytes of params with tensors of these ranks and that many parameters.
    #[must_use]
    pub fn len(ranks: impl IntoIterator<Item = usize>, parameters: usize) -> usize {
        ranks.into_iter().map(|rank| 12 + rank * 4).sum::<usize>() + 12 + parameters * 4
    }

    /// Writes params into `space`, which must be of exactly [`Params::len`] bytes.
    ///
    /// # Panics
    /// If it is not.
    pub fn write<'t>(space: &mut [u8], tensors: impl Iterator<Item = (Region, &'t [u32])> + Clone, parameters: &[u32]) {
        let mut places = space.chunks_exact_mut(4);
        let mut put =
            |value: u32| places.next().expect("the space is long enough").copy_from_slice(&value.to_le_bytes());
        put(ABI_VERSION);
        put(tensors.clone().count() as u32);
        for (place, dims) in tensors {
            [place.offset, place.size, dims.len() as u32].into_iter().chain(dims.iter().copied()).for_each(&mut put);
        }
        put(parameters.len() as u32);
        parameters.iter().copied().for_each(&mut put);
        assert!(places.next().is_none() && places.into_remainder().is_empty(), "the space is not longer than needed");
    }
}

fn word(bytes: &[u8], offset: usize) -> Option<u32> {
    let bytes = bytes.get(offset..)?.first_chunk::<4>()?;
    Some(u32::from_le_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn params_come_back_as_they_were_written_and_no_shorter_text_is_taken() {
        let dims: [&[u32]; 3] = [&[2, 3], &[], &[7]];
        let places = [16, 48, 64].map(|offset| Region { offset, size: 12 });
        let mut bytes = vec![0; Params::len(dims.iter().map(|dims| dims.len()), 2)];
        Params::write(&mut bytes, places.into_iter().zip(dims), &[5, 1.5_f32.to_bits()]);
        let params = Params::read(&bytes).unwrap();
        assert_eq!(params.tensor_count(), 3);
        let read: Vec<(Region, Vec<u32>)> =
            params.tensors().map(|tensor| (tensor.place, tensor.dims().collect())).collect();
        assert_eq!(read, places.into_iter().zip(dims.map(<[u32]>::to_vec)).collect::<Vec<_>>());
        assert_eq!(params.parameter(1), Some(1.5_f32.to_bits()));
        assert_eq!(params.parameter(2), None);
        for len in 0..bytes.len() {
            assert_eq!(Params::read(&bytes[..len]), Err(ParamsError), "cut to {len}");
        }
        bytes.push(0);
        assert_eq!(Params::read(&bytes), Err(ParamsError), "one byte too many");
    }

    #[test]
    fn a_descriptor_is_held_to_alignment_bounds_and_disjointness() {
        let arena = Region { offset: 1_024, size: 4_096 };
        let region = |offset, size| Region { offset, size };
        let good = Descriptor {
            input_a: region(1_072, 32),
            input_b: region(1_104, 16),
            output: region(1_120, 48),
            scratch: region(0, 0),
            params: region(1_168, 20),
        };
        assert_eq!(good.check(1_024, arena), Ok(()));
        assert_eq!(Descriptor::from_bytes(&good.to_bytes()), good);
        let misaligned = Descriptor { output: region(1_124, 4), ..good };
        assert_eq!(misaligned.check(1_024, arena), Err(LayoutError::Misaligned { region: 2 }));
        let outside = Descriptor { params: region(5_104, 32), ..good };
        assert_eq!(outside.check(1_024, arena), Err(LayoutError::OutsideArena { region: 4 }));
        let wrapping = Descriptor { params: region(u32::MAX - 15, 32), ..good };
        assert_eq!(wrapping.check(1_024, arena), Err(LayoutError::OutsideArena { region: 4 }));
        let overlapping = Descriptor { input_b: region(1_088, 32), ..good };
        assert_eq!(overlapping.check(1_024, arena), Err(LayoutError::Overlap { first: 0, second: 1 }));
        let over_itself = Descriptor { input_a: region(1_056, 32), ..good };
        assert_eq!(over_itself.check(1_024, arena), Err(LayoutError::Overlap { first: 0, second: 5 }));
    }

    #[test]
    fn an_info_with_reserved_bits_is_refused() {
        let info = KernelInfo {
            arena_offset: 4_096,
            has_backward: true,
            uses_simd: false,
            message: Region { offset: 64, size: 256 },
        };
        let bytes = info.to_bytes();
        assert_eq!(KernelInfo::from_bytes(&bytes), Ok(info));
        let changed = |at: usize, byte| {
            let mut bytes = bytes;
            bytes[at] = byte;
            KernelInfo::from_bytes(&bytes)
        };
        assert_eq!(changed(0, 2), Err(InfoError::Version(2)));
        assert_eq!(changed(4, 8), Err(InfoError::Arena(4_104)));
        assert_eq!(changed(8, 4), Err(InfoError::Reserved));
        assert_eq!(changed(20, 1), Err(InfoError::Reserved));
    }
}
