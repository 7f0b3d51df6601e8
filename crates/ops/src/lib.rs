//! ML kernels over a kernel's arena: references and SIMD128 versions, pure functions of bytes.
//!
//! | module | concept |
//! | --- | --- |
//! | this page | the table of operations, and running one natively or in a module |
//! | [`blocks`] | ggml's blocks q4_0 and q8_0 |
//! | [`call`] | a call taken apart: typed views of its tensors and parameters |
//! | [`element`] | what tensors of floats are made of: f32 or f16 |
//! | [`mod@f16`] | halves, one by one and eight in vectors |
//! | [`kv`] | packing rows into blocks and back |
//! | [`lanes`] | vectors of 128 bits: SIMD128 in a module that has it, arrays elsewhere, with the same bits |
//! | [`lora`] | low-rank adaptation |
//! | [`math`] | exponential, sine and cosine in lanes |
//! | [`rmsnorm`] | RMS normalisation |
//! | [`rope`] | rotary position embedding |
//! | [`sample`] | calls for tests and benchmarks, made from a seed |
//! | [`signature`] | names, types and shapes of each operation's tensors |
//! | [`swiglu`] | SwiGLU |
#![no_std]
#![deny(unsafe_code)]

pub mod blocks;
pub mod call;
pub mod element;
pub mod f16;
pub mod kv;
pub mod lanes;
pub mod lora;
pub mod math;
pub mod rmsnorm;
pub mod rope;
pub mod sample;
pub mod signature;
pub mod swiglu;

pub use call::{Call, Direction, Function, Implementation};
use codec::kernel::{Code, Descriptor};

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident $id:literal $reference:path, $fast:path;)*) => {
        /// The operations. A kernel of the shipped pack does one of these; a manifest's `fallbacks` name them.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Op { $($(#[$doc])* $name,)* }

        impl Op {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in manifests.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The operation with this name.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                match id { $($id => Some(Self::$name),)* _ => None }
            }

            /// The code that does it.
            #[must_use]
            pub fn function(self, implementation: Implementation) -> Function {
                match (self, implementation) {$(
                    (Self::$name, Implementation::Reference) => $reference,
                    (Self::$name, Implementation::Fast) => $fast,
                )*}
            }
        }
    };
}

operations! {
    /// Rotary position embedding, f32.
    RopeF32 "rope_f32" rope::reference::f32, rope::fast::f32;
    /// Rotary position embedding, f16 in and out, computed in f32.
    RopeF16 "rope_f16" rope::reference::f16, rope::fast::f16;
    /// Rotary position embedding, q8_0 in and out, computed in f32.
    RopeQ8 "rope_q8" rope::reference::q8, rope::fast::q8;
    /// RMS normalisation, f32.
    RmsNormF32 "rmsnorm_f32" rmsnorm::reference::f32, rmsnorm::fast::f32;
    /// RMS normalisation, f16 in and out.
    RmsNormF16 "rmsnorm_f16" rmsnorm::reference::f16, rmsnorm::fast::f16;
    /// SwiGLU, f32.
    SwigluF32 "swiglu_f32" swiglu::reference::f32, swiglu::fast::f32;
    /// SwiGLU, f16 in and out, computed in f32.
    SwigluF16 "swiglu_f16" swiglu::reference::f16, swiglu::fast::f16;
    /// f32 to ggml's q4_0 blocks.
    KvPackQ4 "kv_pack_q4" kv::reference::pack_q4, kv::fast::pack_q4;
    /// ggml's q4_0 blocks to f32.
    KvUnpackQ4 "kv_unpack_q4" kv::reference::unpack_q4, kv::fast::unpack_q4;
    /// f32 to ggml's q8_0 blocks.
    KvPackQ8 "kv_pack_q8" kv::reference::pack_q8, kv::fast::pack_q8;
    /// ggml's q8_0 blocks to f32.
    KvUnpackQ8 "kv_unpack_q8" kv::reference::unpack_q8, kv::fast::unpack_q8;
    /// Low-rank adaptation added to a product, f32.
    LoraF32 "lora_f32" lora::reference::f32, lora::fast::f32;
    /// Low-rank adaptation added to a product, f16 in and out, accumulated in f32.
    LoraF16 "lora_f16" lora::reference::f16, lora::fast::f16;
}

/// Runs `op` on a call that lies in `memory` as it would lie in a module's linear memory: addresses in `descriptor` and in
/// the params count from the start of `memory` plus `base` (a module passes its arena and the arena's address).
///
/// `memory` begins at an address that is a multiple of 16. The caller has checked the descriptor with [`Descriptor::check`]; anything else that is wrong gives a [`Code`].
pub fn run(
    op: Op,
    direction: Direction,
    implementation: Implementation,
    memory: &mut [u8],
    base: u32,
    descriptor: &Descriptor,
) -> Code {
    run_one(op.function(implementation), direction, memory, base, descriptor)
}

/// As [`run`], but with the code itself, so that a module links one writing of one operation and no table.
pub fn run_one(
    function: Function,
    direction: Direction,
    memory: &mut [u8],
    base: u32,
    descriptor: &Descriptor,
) -> Code {
    match Call::open(direction, memory, base, descriptor).and_then(function) {
        Ok(()) => Code::Ok,
        Err(code) => code,
    }
}
