//! The shipped kernels: both forms on both engines and in Node give the bits of the native library, and meter the same.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use host::{DeviceClass, Fallback, Host, HostOptions, Implementation, Mode, Reply};
use ops::Op;
use ops::sample::{Sample, Values};
use ops::signature::Kind;
use shipped::Form;

use crate::native;
use crate::ops_parts::part;
use crate::packs::{engines, pack, sealed};
use crate::sampled::{request, shapes};

/// Calls of each operation, direction and kind of values.
const SAMPLES: u64 = 24;

/// Far more than any of the calls here uses.
const BUDGET: u64 = 1 << 40;

fn samples(op: Op, direction: ops::Direction) -> Vec<Sample> {
    let kinds = [(Values::Ordinary, 0), (Values::Wild, 500)];
    let seeds = (0..SAMPLES).flat_map(|seed| kinds.map(|(values, from)| (values, from + seed)));
    seeds.filter_map(|(values, seed)| Sample::random(op, direction, values, seed)).collect()
}

fn call(host: &Host, sample: &Sample, mode: Mode) -> Reply {
    let shapes = shapes(sample);
    host.call(&request(sample, &shapes, mode, Fallback::None)).unwrap_or_else(|error| panic!("{error}"))
}

fn output_kinds(sample: &Sample) -> Vec<Kind> {
    sample.signature().outputs.iter().map(|output| output.kind).collect()
}

#[test]
fn shipped_kernels_give_the_bits_of_the_library_on_both_engines() {
    let (mut calls, mut values, mut empty) = (0, 0, 0);
    for form in [Form::Simd, Form::Scalar] {
        let parts: Vec<_> = Op::ALL.iter().map(|op| part(*op, form)).collect();
        let class = match form {
            Form::Simd => DeviceClass::SERVER,
            Form::Scalar => DeviceClass::EMBEDDED,
        };
        let hosts = engines()
            .map(|engine| Host::start(engine, class, HostOptions::PLAIN, pack("ops", "1.0.0", &parts)).unwrap());
        for (op, direction) in native::directed() {
            for sample in samples(op, direction) {
                let wanted = native::run(&sample, ops::Implementation::Fast).unwrap();
                let replies = hosts.each_ref().map(|host| call(host, &sample, Mode::Metered { budget: BUDGET }));
                let [one, other] = &replies;
                assert_eq!(one.outputs, other.outputs, "{op:?} {direction:?} {form:?} {:?}", sample.dims);
                assert_eq!(one.meter_used, other.meter_used, "{op:?} {direction:?} {form:?} {:?}", sample.dims);
                assert!(one.meter_used.is_some() && one.implementation == Implementation::Module);
                for ((kind, wanted), output) in output_kinds(&sample).into_iter().zip(&wanted).zip(&one.outputs) {
                    let is_same = native::same(kind, wanted, &output.bytes);
                    assert!(is_same, "{op:?} {direction:?} {form:?} {:?} {}", sample.dims, output.name);
                    values += output.bytes.len();
                }
                empty += u32::from(wanted.iter().any(Vec::is_empty));
                calls += 2;
            }
        }
        for host in &hosts {
            assert!(host.metrics().adds_up());
        }
    }
    println!("{calls} calls, {values} bytes of outputs the same, {empty} calls with an empty output");
    assert!(calls > 3_000 && empty > 20);
}

#[test]
fn warm_instances_give_the_same_bits_as_fresh_ones() {
    let parts: Vec<_> = Op::ALL.iter().map(|op| part(*op, Form::Simd)).collect();
    let [engine, _] = engines();
    let host = Host::start(engine, DeviceClass::SERVER, HostOptions::PLAIN, pack("ops", "1.0.0", &parts)).unwrap();
    let mut calls = 0;
    for (op, direction) in native::directed() {
        for sample in samples(op, direction) {
            let deadline = Mode::Deadline(DeviceClass::SERVER.deadline);
            let warm = call(&host, &sample, deadline);
            let fresh = call(&host, &sample, Mode::Metered { budget: BUDGET });
            assert_eq!(warm.outputs, fresh.outputs, "{op:?} {direction:?} {:?}", sample.dims);
            calls += 2;
        }
    }
    assert_eq!(host.metrics().live_instances, Op::ALL.len() as u64, "one warm instance for each kernel");
    println!("{calls} calls");
}

/// One call as a line for `spec/kernel.mjs`.
fn line(module: &str, sample: &Sample) -> String {
    let signature = sample.signature();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let inputs = signature.inputs.iter().zip(&sample.inputs);
    let inputs: Vec<String> = inputs
        .map(|(tensor, bytes)| format!(r#"{{"shape":{:?},"hex":"{}"}}"#, sample.shape(*tensor), hex(bytes)))
        .collect();
    let outputs = signature.outputs.iter();
    let outputs: Vec<String> = outputs
        .map(|tensor| format!(r#"{{"shape":{:?},"bytes":{}}}"#, sample.shape(*tensor), sample.bytes(*tensor)))
        .collect();
    let scratch = signature.scratch.map_or(0, |scratch| sample.bytes(scratch));
    let export = match sample.direction {
        ops::Direction::Forward => "kernel_forward",
        ops::Direction::Backward => "kernel_backward",
    };
    format!(
        r#"{{"module":"{module}","export":"{export}","inputs":[{}],"outputs":[{}],"scratch":{scratch},"parameters":{:?},"budget":{BUDGET}}}"#,
        inputs.join(","),
        outputs.join(","),
        sample.parameters
    )
}

#[test]
fn node_gives_the_same_bits_from_the_specification_alone() {
    if Command::new("node").arg("--version").output().is_err() {
        println!("SKIPPED: node is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut lines = String::new();
    let mut wanted: Vec<(String, String)> = Vec::new();
    let [_, engine] = engines();
    let mut parts = BTreeMap::new();
    for form in [Form::Simd, Form::Scalar] {
        let all: Vec<_> = Op::ALL.iter().map(|op| part(*op, form)).collect();
        let class = DeviceClass::SERVER;
        let host = Host::start(engine.clone(), class, HostOptions::PLAIN, pack("ops", "1.0.0", &all)).unwrap();
        for (op, direction) in native::directed() {
            let path = folder.path().join(format!("{}-{form:?}.wasm", op.id()));
            parts.entry(path.clone()).or_insert_with(|| {
                std::fs::write(&path, sealed(shipped::kernel(op.id(), form).unwrap().bytes)).unwrap();
            });
            for sample in samples(op, direction).into_iter().step_by(3) {
                lines.push_str(&line(path.to_str().unwrap(), &sample));
                lines.push('\n');
                let reply = call(&host, &sample, Mode::Metered { budget: BUDGET });
                let bytes: Vec<u8> = reply.outputs.iter().flat_map(|output| output.bytes.clone()).collect();
                let used = reply.meter_used.unwrap();
                let what = format!("{op:?} {direction:?} {form:?} {:?}", sample.dims);
                wanted.push((format!("{} {used} 0", codec::sha256(&bytes)), what));
            }
        }
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../spec/kernel.mjs");
    let mut node = Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = node.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), wanted.len());
    for (line, (wanted, what)) in text.lines().zip(&wanted) {
        assert_eq!(line, wanted, "{what}");
    }
    println!("{} calls in Node: outputs and meters as here", wanted.len());
}
