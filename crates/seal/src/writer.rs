//! The code of one function being written: bytes, nesting, and locals that sealing adds.

use alloc::vec::Vec;

use wasm_encoder::{Encode, Ieee32, Ieee64, InstructionSink, ValType};

use crate::operators::Lane;

/// The canonical NaN of 32 bits.
pub(crate) const NAN32: u32 = 0x7fc0_0000;
/// The canonical NaN of 64 bits.
pub(crate) const NAN64: u64 = 0x7ff8_0000_0000_0000;

/// A local that sealing adds, in each function at most once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Extra {
    /// The meter.
    Meter,
    /// A length, or a counter of 32 bits.
    A32,
    /// A bound of 32 bits.
    B32,
    /// A counter of 64 bits.
    A64,
    /// A bound of 64 bits.
    B64,
    /// A number of turns.
    Turns,
    /// A value that may be a NaN.
    Float(Lane),
}

/// The code being written.
pub(crate) struct Writer {
    bytes: Vec<u8>,
    /// Blocks open in the original code, its own not counted.
    pub(crate) nesting: u32,
    first_extra: u32,
    extras: Vec<Extra>,
}

impl Writer {
    /// Empty code of a function that has `locals` locals already.
    pub(crate) fn new(locals: u32) -> Self {
        Self { bytes: Vec::new(), nesting: 0, first_extra: locals, extras: Vec::new() }
    }

    /// Appends instructions.
    pub(crate) fn code(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.bytes)
    }

    /// Appends bytes of the original code.
    pub(crate) fn copy(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The index of an added local.
    pub(crate) fn extra(&mut self, extra: Extra) -> u32 {
        let position = self.extras.iter().position(|have| *have == extra).unwrap_or_else(|| {
            self.extras.push(extra);
            self.extras.len() - 1
        });
        self.first_extra + position as u32
    }

    /// The label behind which the meter stops the module, as seen from the original code: it lies outside the two blocks
    /// around that code.
    pub(crate) fn stop_label(&self) -> u32 {
        self.nesting + 1
    }

    /// The label of the block around the original code, to which `return` becomes a branch.
    pub(crate) fn return_label(&self) -> u32 {
        self.nesting
    }

    /// Makes the value on top canonical if it is a NaN, lane by lane.
    pub(crate) fn canonicalise(&mut self, lane: Lane) {
        let value = self.extra(Extra::Float(lane));
        let mut code = self.code();
        code.local_tee(value);
        match lane {
            Lane::F32 => code.f32_const(Ieee32::new(NAN32)).local_get(value).local_get(value).f32_eq().select(),
            Lane::F64 => code.f64_const(Ieee64::new(NAN64)).local_get(value).local_get(value).f64_eq().select(),
            Lane::F32x4 => {
                let lanes = u128::from(NAN32) * 0x0000_0001_0000_0001_0000_0001_0000_0001;
                code.v128_const(lanes as i128).local_get(value).local_get(value).f32x4_eq().v128_bitselect()
            }
            Lane::F64x2 => {
                let lanes = u128::from(NAN64) << 64 | u128::from(NAN64);
                code.v128_const(lanes as i128).local_get(value).local_get(value).f64x2_eq().v128_bitselect()
            }
        };
    }

    /// The whole function body: the original declarations (`groups` of them) and the added locals, then the code.
    pub(crate) fn finish(self, groups: u32, declarations: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.bytes.len() + declarations.len() + 16);
        (groups + self.extras.len() as u32).encode(&mut out);
        out.extend_from_slice(declarations);
        for extra in &self.extras {
            1_u32.encode(&mut out);
            let ty = match extra {
                Extra::Meter | Extra::A64 | Extra::B64 | Extra::Turns => ValType::I64,
                Extra::A32 | Extra::B32 => ValType::I32,
                Extra::Float(Lane::F32) => ValType::F32,
                Extra::Float(Lane::F64) => ValType::F64,
                Extra::Float(Lane::F32x4 | Lane::F64x2) => ValType::V128,
            };
            ty.encode(&mut out);
        }
        out.extend_from_slice(&self.bytes);
        out
    }
}
