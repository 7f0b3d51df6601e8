//! The five functions of WASI-NN that a kernel may import, as safe functions over slices.
#![allow(unsafe_code, reason = "the host's functions take addresses")]

use codec::kernel::Code;

/// The module that the host calls these functions by.
mod host {
    #[link(wasm_import_module = "wasi_ephemeral_nn")]
    unsafe extern "C" {
        pub(super) fn load_by_name(name: *const u8, name_len: usize, graph: *mut u32) -> i32;
        pub(super) fn init_execution_context(graph: u32, context: *mut u32) -> i32;
        pub(super) fn set_input(context: u32, index: u32, tensor: *const super::Tensor) -> i32;
        pub(super) fn compute(context: u32) -> i32;
        pub(super) fn get_output(context: u32, index: u32, out: *mut u8, out_max: usize, written: *mut usize) -> i32;
    }
}

/// The number that stands for a 32-bit float among WASI-NN's element types.
const F32: u8 = 1;

/// A tensor as the host reads it.
#[repr(C)]
struct Tensor {
    dims: *const u32,
    dims_len: usize,
    element: u8,
    data: *const u8,
    data_len: usize,
}

/// A computation that the host keeps for this instance.
#[derive(Clone, Copy)]
pub struct Computation(pub u32);

/// Begins a computation of the pack's model with this name.
///
/// # Errors
/// [`Code::NotImplemented`] if the host has no such model.
pub fn begin(model: &str) -> Result<Computation, Code> {
    let (mut graph, mut context) = (0, 0);
    // SAFETY: the host reads the name and writes one word, all of which live through the call.
    let code = unsafe { host::load_by_name(model.as_ptr(), model.len(), &raw mut graph) };
    done(code, Code::NotImplemented)?;
    // SAFETY: the host writes one word, which lives through the call.
    let code = unsafe { host::init_execution_context(graph, &raw mut context) };
    done(code, Code::OutOfMemory)?;
    Ok(Computation(context))
}

impl Computation {
    /// Sets an input of 32-bit floats.
    ///
    /// # Errors
    /// [`Code::InvalidInput`] if the model takes another shape or element type there.
    pub fn set_input(self, index: u32, dims: &[u32], data: &[u8]) -> Result<(), Code> {
        let (dims_len, data_len) = (dims.len(), data.len());
        let tensor = Tensor { dims: dims.as_ptr(), dims_len, element: F32, data: data.as_ptr(), data_len };
        // SAFETY: the host reads the record and what it points to, all of which live through the call.
        done(unsafe { host::set_input(self.0, index, &raw const tensor) }, Code::InvalidInput)
    }

    /// Computes.
    ///
    /// # Errors
    /// [`Code::InternalError`] if the host says so.
    pub fn compute(self) -> Result<(), Code> {
        // SAFETY: nothing of this memory is handed over.
        done(unsafe { host::compute(self.0) }, Code::InternalError)
    }

    /// Writes an output, which must be exactly as long as `place`.
    ///
    /// # Errors
    /// [`Code::InvalidOutput`] if it is not.
    pub fn get_output(self, index: u32, place: &mut [u8]) -> Result<(), Code> {
        let mut written = 0;
        // SAFETY: the host writes at most `place.len()` bytes there, and one word; both live through the call.
        let code = unsafe { host::get_output(self.0, index, place.as_mut_ptr(), place.len(), &raw mut written) };
        done(code, Code::InvalidOutput)?;
        if written == place.len() { Ok(()) } else { Err(Code::InvalidOutput) }
    }
}

fn done(code: i32, otherwise: Code) -> Result<(), Code> {
    if code == 0 { Ok(()) } else { Err(otherwise) }
}
