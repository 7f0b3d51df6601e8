//! Calls that go to the native form, by the operator's choice and never otherwise.

use std::time::Duration;

use host::{Bypass, CallOutcome, DeviceClass, Fallback, Host, HostOptions, Implementation, Mode};
use ops::Op;
use ops::sample::{Sample, Values};
use shipped::Form;

use crate::native;
use crate::ops_parts::part;
use crate::packs::{pack, wasmtime};
use crate::sampled::{request, shapes};

fn sample(rows: u32, out: u32) -> Sample {
    let dims = vec![("rows", rows), ("out", out), ("in", 3), ("rank", 2)];
    Sample::of_shape(Op::LoraF32, ops::Direction::Forward, dims, Values::Ordinary, 5).unwrap()
}

#[test]
fn only_large_products_go_there_and_only_if_asked_to() {
    let deadline = Mode::Deadline(Duration::from_secs(10));
    let metered = Mode::Metered { budget: 1 << 40 };
    for large_products in [false, true] {
        let bypass = Bypass { large_products, short_calls: false };
        let options = HostOptions { bypass, ..HostOptions::PLAIN };
        let pack = pack("ops", "1.0.0", &[part(Op::LoraF32, Form::Simd)]);
        let host = Host::start(wasmtime(), DeviceClass::SERVER, options, pack).unwrap();
        let mut native_calls = 0;
        for (rows, out) in [(1_000, 1_001), (1_001, 1_000), (1_001, 1_001)] {
            for mode in [deadline, metered] {
                let sample = sample(rows, out);
                let shapes = shapes(&sample);
                let reply = host.call(&request(&sample, &shapes, mode, Fallback::None)).unwrap();
                let goes = large_products && rows + out == 2_002 && mode == deadline;
                let wanted = if goes { Implementation::Native } else { Implementation::Module };
                assert_eq!(reply.implementation, wanted, "{rows} by {out}, {mode}");
                assert_eq!(reply.outputs[0].bytes, native::run(&sample, ops::Implementation::Fast).unwrap()[0]);
                native_calls += u64::from(goes);
            }
        }
        assert_eq!(host.metrics().with_outcome(CallOutcome::Native), native_calls);
        assert!(host.metrics().adds_up());
    }
}

#[test]
fn short_calls_go_there_once_the_module_has_shown_how_short_they_are() {
    let options = HostOptions { bypass: Bypass { large_products: false, short_calls: true }, ..HostOptions::PLAIN };
    let pack = pack("ops", "1.0.0", &[part(Op::LoraF32, Form::Simd)]);
    let host = Host::start(wasmtime(), DeviceClass::SERVER, options, pack).unwrap();
    let (sample, mut native_calls) = (sample(2, 2), 0);
    let shapes = shapes(&sample);
    for number in 0..20 {
        let request = request(&sample, &shapes, Mode::Deadline(Duration::from_secs(10)), Fallback::None);
        let reply = host.call(&request).unwrap();
        assert!(number > 0 || reply.implementation == Implementation::Module, "nothing is known of the first");
        assert_eq!(reply.outputs[0].bytes, native::run(&sample, ops::Implementation::Fast).unwrap()[0]);
        native_calls += u64::from(reply.implementation == Implementation::Native);
    }
    // How many depends on the machine: whatever it is, the counts say the same.
    assert_eq!(host.metrics().with_outcome(CallOutcome::Native), native_calls);
    println!("{native_calls} of 20 short calls went to the native form");
}
