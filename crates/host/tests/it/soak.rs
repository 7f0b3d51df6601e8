//! The soak of `examples/soak.rs` for a few seconds.

use std::time::Duration;

use crate::soak_run::{Soak, run};

#[test]
fn five_seconds_of_everything_at_once() {
    // On wasmi: it compiles a pack in no time, so that there are swaps enough.
    let [_, engine] = crate::packs::engines();
    let soak = Soak { time: Duration::from_secs(5), turns_min: 14, threads: 4, swap_every: Duration::from_millis(100) };
    let wrong = run(engine, soak);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
