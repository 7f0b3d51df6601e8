//! OpenTelemetry: a collector on loopback decodes what it is sent. The variables are read once, at the start, so the server
//! runs in a process of its own: this test, started again.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::mpsc;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use prost::Message as _;

use crate::client::{ask, post};
use crate::fixture::{body, start};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// One request: its path and its body.
fn take(mut stream: TcpStream) -> Option<(String, String, Vec<u8>)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n").ok()?;
    Some((path, head, body))
}

fn attribute(attributes: &[KeyValue], key: &str) -> Option<Value> {
    attributes.iter().find(|attribute| attribute.key == key)?.value.clone()?.value
}

fn text(value: &str) -> Option<Value> {
    Some(Value::StringValue(value.to_owned()))
}

/// Serves some calls, if the environment says that this is the process for it.
#[test]
fn served_in_a_process_of_its_own() {
    if std::env::var_os("AVOUCH_TEST_TELEMETRY").is_none() {
        println!("skipped: the test below starts this one");
        return;
    }
    let server = start(|_| {});
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let headers = [("traceparent", parent.as_str())];
    let answer = ask(server.address, "POST", "/v1/kernels/add/forward", &headers, &body(&[("x", &[1])]));
    assert_eq!(answer.status, 200);
    assert_eq!(post(server.address, "/v1/kernels/trap/forward", &body(&[("x", &[1])])).status, 500);
    assert_eq!(server.stop().cut, 0);
}

#[test]
fn a_collector_gets_traces_and_metrics() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if let Some(request) = take(stream) {
                let _ = sender.send(request);
            }
        }
    });
    let child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "telemetry::served_in_a_process_of_its_own", "--nocapture"])
        .env("AVOUCH_TEST_TELEMETRY", "1")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_EXPORTER_OTLP_HEADERS", "x-team=kernels")
        .env("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
        .output()
        .expect("it runs");
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let (mut spans, mut metrics) = (Vec::new(), Vec::new());
    for (path, head, body) in receiver.try_iter() {
        assert!(head.to_ascii_lowercase().contains("x-team: kernels"), "{head}");
        match path.as_str() {
            "/v1/traces" => {
                let request = ExportTraceServiceRequest::decode(&body[..]).expect("a trace request");
                for resource in request.resource_spans {
                    let about = resource.resource.expect("a resource").attributes;
                    assert_eq!(attribute(&about, "service.name"), text("avouch"));
                    assert_eq!(attribute(&about, "deployment.environment"), text("test"));
                    spans.extend(resource.scope_spans.into_iter().flat_map(|scope| scope.spans));
                }
            }
            "/v1/metrics" => {
                let request = ExportMetricsServiceRequest::decode(&body[..]).expect("a metrics request");
                let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
                metrics.extend(scopes.flat_map(|scope| scope.metrics));
            }
            other => panic!("nothing is sent to {other}"),
        }
    }
    assert_eq!(spans.len(), 2);
    let first = spans.iter().find(|span| {
        span.name.ends_with("forward") && span.status.is_none() || {
            span.status.as_ref().is_some_and(|status| status.code == 0)
        }
    });
    let first = first.expect("the call that went well");
    assert_eq!(first.name, "POST /v1/kernels/{id}/forward");
    let trace: String = first.trace_id.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(trace, TRACE, "the caller's trace goes on");
    assert_eq!(attribute(&first.attributes, "avouch.implementation"), text("module"));
    assert_eq!(attribute(&first.attributes, "http.response.status_code"), Some(Value::IntValue(200)));
    let failed = spans.iter().filter(|span| span.status.as_ref().is_some_and(|status| status.code == 2)).count();
    assert_eq!(failed, 1, "a server error is an error in the trace");
    let names: Vec<_> = metrics.iter().map(|metric| metric.name.as_str()).collect();
    assert!(names.contains(&"avouch.kernel.calls") && names.contains(&"avouch.instances"), "{names:?}");
    println!("{} spans and {} metrics decoded", spans.len(), names.len());
}

#[test]
fn what_cannot_be_done_is_said_at_the_start() {
    let cases = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector.example:4318", "over http"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "not an address", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf"),
    ];
    for (name, value, said) in cases {
        let child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "telemetry::served_in_a_process_of_its_own", "--nocapture"])
            .env("AVOUCH_TEST_TELEMETRY", "1")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
            .env(name, value)
            .output()
            .expect("it runs");
        let stderr = String::from_utf8_lossy(&child.stderr);
        assert!(!child.status.success() && stderr.contains(said), "{name}={value}: {stderr}");
    }
    println!("{} settings refused", cases.len());
}
