//! The guests that ship with the program, as unsealed module bytes, built from source by the build script.
#![forbid(unsafe_code)]

/// A module that ships with the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Guest {
    /// Its name, which is also the name of its source in `guests/`.
    pub name: &'static str,
    /// The module, not sealed.
    pub bytes: &'static [u8],
}

macro_rules! guests {
    ($($name:literal)*) => {
        /// All of them.
        pub const GUESTS: &[Guest] = &[$(
            Guest { name: $name, bytes: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")) },
        )*];
    };
}

guests!("gate-tile" "gate-edge" "gate-browser" "gate-standard" "gate-high-perf");

/// The gate guest for a profile's name.
#[must_use]
pub fn gate(profile: &str) -> Option<Guest> {
    GUESTS.iter().copied().find(|guest| guest.name.strip_prefix("gate-") == Some(profile))
}

/// What a kernel's module may use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// SIMD128, and at most 64 MiB: for servers.
    Simd,
    /// WebAssembly 1.0 and mutable globals (`wasm32v1-none`), and at most 4 MiB: for embedded devices and old engines.
    Scalar,
}

/// The module of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kernel {
    /// Its name, which is the operation's id and the name of its source in `guests/ops`.
    pub name: &'static str,
    /// What it may use.
    pub form: Form,
    /// The module, not sealed.
    pub bytes: &'static [u8],
}

macro_rules! kernels {
    ($($name:literal)*) => {
        /// All kernels, each in both forms.
        pub const KERNELS: &[Kernel] = &[$(
            Kernel {
                name: $name,
                form: Form::Simd,
                bytes: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
            },
            Kernel {
                name: $name,
                form: Form::Scalar,
                bytes: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".scalar.wasm")),
            },
        )*];
    };
}

kernels!(
    "rope_f32" "rope_f16" "rope_q8"
    "rmsnorm_f32" "rmsnorm_f16"
    "swiglu_f32" "swiglu_f16"
    "kv_pack_q4" "kv_unpack_q4" "kv_pack_q8" "kv_unpack_q8"
    "lora_f32" "lora_f16"
);

/// The kernel of an operation.
#[must_use]
pub fn kernel(name: &str, form: Form) -> Option<Kernel> {
    KERNELS.iter().copied().find(|kernel| kernel.name == name && kernel.form == form)
}
