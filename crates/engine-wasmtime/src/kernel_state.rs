//! What a kernel's store holds beside its memory.

use crate::growth::Growth;

/// The state of one kernel instance on the host's side.
pub(crate) struct KernelState {
    pub(crate) growth: Growth,
    /// What the host computes for the kernel; nothing for a kernel without imports.
    #[cfg(feature = "wasi-nn")]
    pub(crate) inference: Option<Box<crate::wasi_nn::Inference>>,
}

impl KernelState {
    /// Of a kernel without imports.
    pub(crate) fn plain(growth: Growth) -> Self {
        Self {
            growth,
            #[cfg(feature = "wasi-nn")]
            inference: None,
        }
    }
}
