//! The limits of a pack. What is longer is refused before it is read.

/// Files of a pack, the manifest and its signature among them.
pub const FILES_MAX: usize = 1_024;

/// Bytes of a path within a pack. A ustar header has room for 100 in one field, and no name needs more.
pub const PATH_LEN_MAX: usize = 100;

/// Components of a path within a pack.
pub const PATH_DEPTH_MAX: usize = 8;

/// Bytes of all files together. ONNX models are what takes the room; an embedded pack is below 1 MiB.
pub const TOTAL_LEN_MAX: usize = 256 << 20;

/// Bytes of the manifest: 256 kernels with everything that one can say are about half of it.
pub const MANIFEST_LEN_MAX: usize = 1 << 20;

/// Bytes of the signature file: 128 digits and a line feed.
pub const SIGNATURE_FILE_LEN: usize = 129;

/// Bytes of a module. The largest kernel that Avouch ships is a hundredth of it.
pub const MODULE_LEN_MAX: usize = 16 << 20;

/// Bytes of one golden file.
pub const GOLDEN_LEN_MAX: usize = 8 << 20;

/// Bytes of a gate's configuration.
pub const CONFIGURATION_LEN_MAX: usize = 1 << 20;

/// Kernels of a pack.
pub const KERNELS_MAX: usize = 256;

/// Models of a pack.
pub const MODELS_MAX: usize = 64;

/// Golden files of a kernel.
pub const GOLDEN_FILES_MAX: usize = 16;

/// Cases of a golden file.
pub const GOLDEN_CASES_MAX: usize = 1_024;

/// Benchmarks of a kernel.
pub const BENCHMARKS_MAX: usize = 64;

/// Features that a kernel may ask of a platform.
pub const FEATURES_MAX: usize = 32;

/// Bytes of an identifier: of a pack, a kernel, a tensor, a symbol, a parameter, a feature.
pub const IDENTIFIER_LEN_MAX: usize = 64;

/// Bytes of a text for people.
pub const TEXT_LEN_MAX: usize = 1_024;

/// Bytes of a version.
pub const VERSION_LEN_MAX: usize = 64;

/// Pages of 64 KiB that a kernel may ask for: all that 32-bit addresses reach.
pub const PAGES_MAX: u32 = 65_536;

/// Ticks that a kernel may ask for; at 10 ms each they are almost three hours.
pub const TICKS_MAX: u32 = 1_000_000;

/// Table elements that a kernel may ask for.
pub const TABLE_ELEMENTS_MAX: u32 = 65_536;

/// Units in the last place that a golden case may tolerate. More would be no test.
pub const ULP_MAX: u32 = 1 << 20;
