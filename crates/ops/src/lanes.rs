//! Vectors of 128 bits: SIMD128 in a module that has it, arrays elsewhere, with the same bits everywhere.
//!
//! Every operation acts on each lane as IEEE 754 or two's complement says; there is no fused multiply-add, no estimate and no
//! relaxed operator. So one algorithm over lanes gives the same bits as a module with SIMD128, as one without and on a host.
//!
//! The arrays are written so that a compiler sees its own vectors in them; explicit operators are only used where WebAssembly
//! has exactly one for the purpose.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod arrays;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub use arrays::{F32x4, F64x2, U32x4};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub use simd128::{F32x4, F64x2, U32x4};
