//! The soak of `examples/soak.rs` for a few seconds.

use std::time::Duration;

use crate::soak_run::{Soak, run};

#[test]
fn five_seconds_of_everything_at_once() {
    let soak = Soak { time: Duration::from_secs(5), threads: 4, swap_every: Duration::from_millis(250) };
    let wrong = run(crate::packs::wasmtime(), soak);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
