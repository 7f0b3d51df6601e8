//! Requests that are refused: each with its status and its word, and the server goes on.

use safetensors::Dtype;

use crate::client::{Connection, ask, get, request};
use crate::fixture::{TOKEN, body, one, start};

/// Name, method, path, headers, body, status, word.
type Case<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)], Vec<u8>, u16, &'a str);

/// A safetensors file with this header and these bytes behind it.
fn raw(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

fn of_paths() -> Vec<Case<'static>> {
    let good = || body(&[("x", &[1, 2])]);
    vec![
        ("no path", "GET", "/", &[], vec![], 404, "no-such-path"),
        ("a path's beginning", "GET", "/v1", &[], vec![], 404, "no-such-path"),
        ("a slash too much", "GET", "/v1/pack/", &[], vec![], 404, "no-such-path"),
        ("a direction that is none", "POST", "/v1/kernels/add/sideways", &[], good(), 404, "no-such-path"),
        ("a kernel without a direction", "POST", "/v1/kernels/add", &[], good(), 404, "no-such-path"),
        ("out of the tree", "GET", "/v1/kernels/../../etc/passwd", &[], vec![], 404, "no-such-path"),
        ("a kernel that is not there", "POST", "/v1/kernels/none/forward", &[], good(), 404, "no-such-kernel"),
        ("a kernel in capitals", "POST", "/v1/kernels/ADD/forward", &[], good(), 404, "no-such-kernel"),
        ("a kernel percent-encoded", "POST", "/v1/kernels/%61dd/forward", &[], good(), 404, "no-such-kernel"),
        ("an empty kernel", "POST", "/v1/kernels//forward", &[], good(), 404, "no-such-kernel"),
        ("reading a call", "GET", "/v1/kernels/add/forward", &[], vec![], 405, "bad-method"),
        ("putting a call", "PUT", "/v1/kernels/add/forward", &[], good(), 405, "bad-method"),
        ("posting to the list", "POST", "/v1/kernels", &[], good(), 405, "bad-method"),
        ("deleting the pack", "DELETE", "/v1/pack", &[], vec![], 405, "bad-method"),
        ("getting an upgrade", "GET", "/v1/upgrade", &[], vec![], 405, "bad-method"),
        ("a made-up method", "FROBNICATE", "/metrics", &[], vec![], 405, "bad-method"),
    ]
}

fn of_queries() -> Vec<Case<'static>> {
    let good = || body(&[("x", &[1, 2])]);
    let call = |name, path, status, word| -> Case<'static> { (name, "POST", path, &[], good(), status, word) };
    vec![
        call("an unknown option", "/v1/kernels/add/forward?speed=fast", 400, "bad-query"),
        call("an option twice", "/v1/kernels/add/forward?mode=metered&mode=metered", 400, "bad-query"),
        call("no value", "/v1/kernels/add/forward?mode", 400, "bad-query"),
        call("a mode that is none", "/v1/kernels/add/forward?mode=warp", 400, "bad-query"),
        call("a budget of a deadline", "/v1/kernels/add/forward?budget=5", 400, "bad-query"),
        call("a negative budget", "/v1/kernels/add/forward?mode=metered&budget=-1", 400, "bad-query"),
        call("a deadline of nothing", "/v1/kernels/add/forward?deadline_ms=0", 400, "bad-query"),
        call("broken encoding", "/v1/kernels/add/forward?param.a=%zz", 400, "bad-query"),
        call("a direction twice said", "/v1/kernels/add/forward?direction=forward", 400, "bad-query"),
        call("a batch's direction that is none", "/v1/kernels/add/batch?direction=up", 400, "bad-query"),
        call("receipts of a batch", "/v1/kernels/add/batch?receipt=1", 400, "bad-query"),
        ("a query where none is taken", "GET", "/v1/pack?full=1", &[], vec![], 400, "bad-query"),
        call(
            "a budget above all meters",
            "/v1/kernels/add/forward?mode=metered&budget=18446744073709551615",
            422,
            "bad-mode",
        ),
        call("no such parameter", "/v1/kernels/scale/forward?param.colour=1", 422, "bad-parameter"),
        call("a parameter of another type", "/v1/kernels/scale/forward?param.times=1.5", 422, "bad-parameter"),
        call("a parameter out of range", "/v1/kernels/scale/forward?param.times=4294967296", 422, "bad-parameter"),
        call("a parameter without a value", "/v1/kernels/scale/forward?param.factor=", 422, "bad-parameter"),
        call("no backward", "/v1/kernels/add/backward", 422, "bad-input"),
        call("receipts that nobody keeps", "/v1/kernels/add/forward?receipt=1", 422, "no-receipt"),
    ]
}

fn of_bodies() -> Vec<Case<'static>> {
    let to = |kernel: &'static str| match kernel {
        "add" => "/v1/kernels/add/forward",
        "unpack" => "/v1/kernels/unpack/forward",
        "batch" => "/v1/kernels/add/batch",
        _ => "/v1/kernels/swiglu_f32/forward",
    };
    let sent =
        |name, kernel, body, status, word| -> Case<'static> { (name, "POST", to(kernel), &[], body, status, word) };
    let x = r#"{"x":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}"#;
    let four = |name| [(name, &[1_i32][..])];
    vec![
        sent("no body", "add", vec![], 400, "bad-tensors"),
        sent("noise", "add", b"GIF89a and more of it".to_vec(), 400, "bad-tensors"),
        sent("a length without a header", "add", 8_u64.to_le_bytes().to_vec(), 400, "bad-tensors"),
        sent("a header of 2^63 bytes", "add", (1_u64 << 63).to_le_bytes().to_vec(), 400, "bad-tensors"),
        sent("a header that is no JSON", "add", raw("{x}", &[]), 400, "bad-tensors"),
        sent("a header that is a list", "add", raw("[]", &[]), 400, "bad-tensors"),
        sent("too few bytes", "add", raw(x, &[0; 7]), 400, "bad-tensors"),
        sent("too many bytes", "add", raw(x, &[0; 9]), 400, "bad-tensors"),
        sent("a hole", "add", raw(&x.replace("[0,8]", "[1,9]"), &[0; 9]), 400, "bad-tensors"),
        sent("offsets backwards", "add", raw(&x.replace("[0,8]", "[8,0]"), &[0; 8]), 400, "bad-tensors"),
        sent(
            "a shape that overflows",
            "add",
            raw(&x.replace("[2]", "[4294967296,4294967296]"), &[0; 8]),
            400,
            "bad-tensors",
        ),
        sent("a type that is none", "add", raw(&x.replace("I32", "I33"), &[0; 8]), 400, "bad-tensors"),
        sent(
            "the same name twice",
            "add",
            raw(&format!("{},{}", &x[..x.len() - 1], &x[1..]), &[0; 8]),
            400,
            "bad-tensors",
        ),
        sent("a tensor missing", "add", body(&[]), 422, "bad-input"),
        sent("another name", "add", body(&four("z")), 422, "bad-input"),
        sent("a name too much", "add", body(&[("x", &[1]), ("z", &[1])]), 422, "bad-input"),
        sent("another type", "add", one("x", Dtype::F32, &[1], &[0; 4]), 422, "bad-input"),
        sent("another rank", "add", one("x", Dtype::I32, &[1, 1], &[0; 4]), 422, "bad-input"),
        sent("no rank", "add", one("x", Dtype::I32, &[], &[0; 4]), 422, "bad-input"),
        sent("shapes that disagree", "swiglu", disagreeing(), 422, "bad-input"),
        sent("half a block", "unpack", one("blocks", Dtype::U8, &[1, 17], &[0; 17]), 422, "bad-input"),
        sent("blocks without a row", "unpack", one("blocks", Dtype::U8, &[], &[0; 1]), 422, "bad-input"),
        sent("blocks as numbers", "unpack", one("blocks", Dtype::I8, &[1, 34], &[0; 34]), 422, "bad-input"),
        sent("an empty batch", "batch", body(&[]), 422, "bad-input"),
        sent("a batch without numbers", "batch", body(&four("x")), 422, "bad-input"),
        sent("a batch with a gap", "batch", body(&four("1/x")), 422, "bad-input"),
        sent("a batch with a leading zero", "batch", body(&four("00/x")), 422, "bad-input"),
        sent("a batch of a million", "batch", body(&four("999999/x")), 422, "bad-input"),
        (
            "as JSON",
            "POST",
            to("add"),
            &[("content-type", "application/json")],
            body(&four("x")),
            415,
            "bad-media-type",
        ),
        (
            "as a form",
            "POST",
            to("add"),
            &[("content-type", "multipart/form-data")],
            body(&four("x")),
            415,
            "bad-media-type",
        ),
        sent("too large", "add", vec![0; (1 << 20) + 1], 413, "too-large"),
    ]
}

fn of_kernels_and_packs() -> Vec<Case<'static>> {
    let good = || body(&[("x", &[1, 2])]);
    const ADMIN: &[(&str, &str)] = &[("authorization", "Bearer 0123456789abcdef0123456789abcdef")];
    assert!(ADMIN[0].1.ends_with(TOKEN));
    vec![
        ("a kernel that traps", "POST", "/v1/kernels/trap/forward", &[], good(), 500, "kernel-failed"),
        ("a kernel that refuses", "POST", "/v1/kernels/refuse/forward", &[], good(), 422, "kernel-refused"),
        ("a kernel that breaks", "POST", "/v1/kernels/broken/forward", &[], good(), 500, "kernel-failed"),
        (
            "a kernel without an end",
            "POST",
            "/v1/kernels/spin/forward?deadline_ms=1",
            &[],
            body(&[("x", &[-1])]),
            504,
            "deadline",
        ),
        (
            "a budget used up",
            "POST",
            "/v1/kernels/spin/forward?mode=metered&budget=9",
            &[],
            body(&[("x", &[1_000_000])]),
            422,
            "budget-exhausted",
        ),
        ("an upgrade by nobody", "POST", "/v1/upgrade", &[], vec![], 401, "bad-token"),
        (
            "an upgrade by somebody else",
            "POST",
            "/v1/upgrade",
            &[("authorization", "Bearer 0123456789abcdeF")],
            vec![],
            401,
            "bad-token",
        ),
        ("a rollback by nobody", "POST", "/v1/rollback", &[], vec![], 401, "bad-token"),
        ("an upgrade to nothing", "POST", "/v1/upgrade", ADMIN, vec![], 422, "pack-refused"),
        ("an upgrade to noise", "POST", "/v1/upgrade", ADMIN, vec![7; 2048], 422, "pack-refused"),
        ("an upgrade with an option", "POST", "/v1/upgrade?force=1", ADMIN, vec![], 400, "bad-query"),
        ("a rollback to nothing", "POST", "/v1/rollback", ADMIN, vec![], 409, "upgrade-refused"),
    ]
}

fn disagreeing() -> Vec<u8> {
    let view =
        |shape: &[usize], bytes| safetensors::tensor::TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("fits");
    let (four, six) = ([0; 16], [0; 24]);
    safetensors::serialize([("gate", view(&[2, 2], &four)), ("up", view(&[2, 3], &six))], None).expect("a file")
}

#[test]
fn every_bad_request_has_its_status_and_its_word() {
    let server = start(|config| config.body_len_max = 1 << 20);
    let cases: Vec<Case<'_>> = [of_paths(), of_queries(), of_bodies(), of_kernels_and_packs()].concat();
    for (name, method, path, headers, body, status, word) in &cases {
        let answer = ask(server.address, method, path, headers, body);
        assert_eq!((answer.status, answer.word().as_str()), (*status, *word), "{name}: {}", answer.text());
        let message = answer.json()["error"]["message"].as_str().map(str::len);
        assert!(message.is_some_and(|len| len > 10), "{name} says what is wrong");
        assert_eq!(answer.header("content-type"), Some("application/json"));
    }
    assert_eq!(get(server.address, "/healthz").status, 200, "and the server goes on");
    println!("{} bad requests refused, each for its own reason", cases.len());
    assert_eq!(server.stop().cut, 0);
}

#[test]
fn without_a_token_nobody_is_let_in() {
    let server = start(|config| config.admin = None);
    for path in ["/v1/upgrade", "/v1/rollback"] {
        let answer = ask(server.address, "POST", path, &[("authorization", "Bearer ")], &[]);
        assert_eq!((answer.status, answer.word().as_str()), (403, "admin-off"));
    }
    server.stop();
}

/// Bytes that are no HTTP, or not quite: the connection is answered or closed, and the server goes on.
#[test]
fn what_is_no_http_is_refused_by_the_head() {
    let server = start(|_| {});
    let header =
        |name: &str, value: &str| format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{name}: {value}\r\n\r\n").into_bytes();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("nothing of HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hello over TLS\r\n\r\n".to_vec()),
        ("HTTP/9.9", b"GET / HTTP/9.9\r\n\r\n".to_vec()),
        ("a head without an end, too long", [&b"GET /healthz HTTP/1.1\r\nx: "[..], &[b'a'; 40_000]].concat()),
        ("a path too long", format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(80_000)).into_bytes()),
        ("a length that is no number", header("content-length", "many")),
        ("two lengths", b"POST /v1/upgrade HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_vec()),
        ("a header with a control character", header("x", "a\x01b")),
        ("a header without a colon", b"GET /healthz HTTP/1.1\r\nnocolon\r\n\r\n".to_vec()),
        ("too many headers", {
            let many: String = (0..200).map(|number| format!("x{number}: 1\r\n")).collect();
            format!("GET /healthz HTTP/1.1\r\n{many}\r\n").into_bytes()
        }),
        (
            "chunks that are none",
            b"POST /v1/kernels/add/forward HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\r\n".to_vec(),
        ),
    ];
    for (name, bytes) in &cases {
        let mut connection = Connection::open(server.address);
        let _ = connection.send(bytes);
        if let Some(answer) = connection.answer() {
            assert!((400..=431).contains(&answer.status), "{name}: {}", answer.status);
        }
        assert_eq!(get(server.address, "/healthz").status, 200, "after {name}");
    }
    let kept = Connection::open(server.address).ask("GET", "/healthz", &[], &[]).expect("an answer");
    assert_eq!(kept.status, 200);
    println!("{} heads refused", cases.len());
    let _ = request("GET", "/", &[], &[]);
    server.stop();
}
