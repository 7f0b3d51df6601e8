//! Device classes: what a host may give a kernel.

use std::time::Duration;

/// What a host may give a kernel, whatever the kernel's manifest asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DeviceClass {
    /// Its name, for messages.
    pub name: &'static str,
    /// Pages of 64 KiB that a kernel's memory may have.
    pub pages_max: u32,
    /// Elements that a kernel's table may have.
    pub table_elements_max: u32,
    /// The engine's clock ticks this often, if it has one.
    pub tick: Duration,
    /// The deadline of a call that names none; also the longest that one may name.
    pub deadline: Duration,
    /// Whether kernels may use SIMD128.
    pub simd: bool,
}

impl DeviceClass {
    /// A server: 64 MiB, SIMD, a tick of 10 ms, 1,000 ticks to a call.
    pub const SERVER: Self = Self {
        name: "server",
        pages_max: 1_024,
        table_elements_max: 1_024,
        tick: Duration::from_millis(10),
        deadline: Duration::from_secs(10),
        simd: true,
    };

    /// A small device: 4 MiB, no SIMD, a tick of 1 ms, 100 ms to a call.
    pub const EMBEDDED: Self = Self {
        name: "embedded",
        pages_max: 64,
        table_elements_max: 64,
        tick: Duration::from_millis(1),
        deadline: Duration::from_millis(100),
        simd: false,
    };
}
