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
