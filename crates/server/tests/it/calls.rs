//! Calls that go well, or whose kernel fails: outputs, headers, receipts, batches.

use codec::sha256;
use receipt::invocation::{Implementation, Outcome, TensorView, tensors_digest};
use receipt::{SignedInvocation, TrapCode};
use safetensors::{Dtype, SafeTensors};

use crate::client::{Answer, ask, get, post};
use crate::fixture::{body, invocation_key, numbers, one, start, with_receipts};

fn receipt_of(answer: &Answer) -> SignedInvocation {
    use base64ct::{Base64, Encoding as _};
    let text = answer.header("avouch-receipt").expect("a receipt");
    let signed = SignedInvocation::decode(&Base64::decode_vec(text).expect("base64")).expect("a receipt");
    signed.verify(&invocation_key().public().check().expect("a key")).expect("its signature");
    signed
}

#[test]
fn a_call_answers_with_tensors_and_says_who_made_them() {
    let server = start(|_| {});
    let answer = post(server.address, "/v1/kernels/add/forward", &body(&[("x", &[1, -7, i32::MAX])]));
    assert_eq!((answer.status, numbers(&answer.body, "y")), (200, vec![2, -6, i32::MIN]));
    assert_eq!(answer.header("content-type"), Some("application/vnd.safetensors"));
    assert_eq!(answer.header("avouch-implementation"), Some("module"));
    assert_eq!(answer.header("avouch-pack"), Some("tests"));
    assert_eq!(answer.header("avouch-pack-version"), Some("1.0.0"));
    let digest = format!("sha256:{}", server.host.active_name().digest);
    assert_eq!(answer.header("avouch-pack-digest"), Some(digest.as_str()));
    assert_eq!(answer.header("avouch-meter"), None);
    let empty = post(server.address, "/v1/kernels/add/forward", &body(&[("x", &[])]));
    assert_eq!((empty.status, numbers(&empty.body, "y")), (200, vec![]), "zero is a legal dimension");
    let metered = "/v1/kernels/add/forward?mode=metered&budget=1000000";
    let (first, second) = (
        post(server.address, metered, &body(&[("x", &[5; 99])])),
        post(server.address, metered, &body(&[("x", &[5; 99])])),
    );
    assert_eq!(numbers(&first.body, "y"), vec![6; 99]);
    assert!(first.header("avouch-meter").is_some());
    assert_eq!(first.header("avouch-meter"), second.header("avouch-meter"));
    assert_eq!(first.body, second.body, "the same call, the same bytes");
    let with_parameters = "/v1/kernels/scale/forward?param.factor=1e-3&param.times=4294967295";
    assert_eq!(post(server.address, with_parameters, &body(&[("x", &[1])])).status, 200);
    let typed = ask(
        server.address,
        "POST",
        "/v1/kernels/add/forward",
        &[("content-type", "Application/Octet-Stream")],
        &body(&[("x", &[1])]),
    );
    assert_eq!(typed.status, 200);
    assert_eq!(server.stop().cut, 0);
}

#[test]
fn blocks_travel_as_bytes() {
    let server = start(|_| {});
    let floats = one("x", Dtype::F32, &[3, 64], &[0; 3 * 64 * 4]);
    let answer = post(server.address, "/v1/kernels/pack/forward", &floats);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let file = SafeTensors::deserialize(&answer.body).expect("a file");
    let blocks = file.tensor("blocks").expect("the tensor");
    assert_eq!((blocks.dtype(), blocks.shape()), (Dtype::U8, &[3, 2 * 34][..]));
    let back = post(server.address, "/v1/kernels/unpack/forward", &one("blocks", Dtype::U8, &[3, 68], blocks.data()));
    assert_eq!(back.status, 200, "{}", back.text());
    let file = SafeTensors::deserialize(&back.body).expect("a file");
    assert_eq!(file.tensor("x").expect("the tensor").shape(), [3, 64]);
    server.stop();
}

#[test]
fn receipts_are_signed_kept_and_of_every_outcome() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(with_receipts(folder.path()));
    let ask = |path: &str, x: &[i32]| post(server.address, path, &body(&[("x", x)]));
    let done = ask("/v1/kernels/add/forward?mode=metered&receipt=1", &[1, 2]);
    let receipt = receipt_of(&done);
    let found = receipt.invocation();
    assert!(found.is_replayable() && found.outcome == Outcome::Done);
    assert_eq!(found.pack, server.host.active_name().digest);
    let view = |name, bytes| TensorView { name, dtype: "i32", shape: &[2], bytes };
    assert_eq!(found.inputs, tensors_digest(&[view("x", &[1, 0, 0, 0, 2, 0, 0, 0])]));
    assert_eq!(found.outputs, Some(tensors_digest(&[view("y", &[2, 0, 0, 0, 3, 0, 0, 0])])));
    let meter = found.meter.expect("metered");
    assert_eq!(Some(meter.used.to_string().as_str()), done.header("avouch-meter"));
    assert_eq!(meter.cost_table, seal::cost_table_digest());
    let kept = std::fs::read(folder.path().join(format!("{}.cose", sha256(&receipt.to_bytes())))).expect("it is kept");
    assert_eq!(kept, receipt.to_bytes());
    let timed = receipt_of(&ask("/v1/kernels/add/forward?receipt=1", &[1, 2]));
    assert!(!timed.invocation().is_replayable());

    let trapped = ask("/v1/kernels/trap/forward?mode=metered&receipt=1", &[1]);
    assert_eq!((trapped.status, trapped.word().as_str()), (500, "kernel-failed"));
    let outcome = receipt_of(&trapped).invocation().outcome;
    assert_eq!(outcome, Outcome::Trapped(TrapCode::Unreachable));
    let exhausted = ask("/v1/kernels/spin/forward?mode=metered&budget=1000&receipt=1", &[1_000_000]);
    assert_eq!((exhausted.status, exhausted.word().as_str()), (422, "budget-exhausted"));
    let exhausted = receipt_of(&exhausted);
    assert_eq!(exhausted.invocation().outcome.to_string(), "exhausted(meter)");
    assert_eq!(exhausted.invocation().meter.map(|meter| meter.used), Some(1_000));
    let again = receipt_of(&ask("/v1/kernels/add/forward?mode=metered&receipt=1", &[1, 2]));
    assert_eq!(again, receipt, "the same call leaves the same receipt");
    let files = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(files, 4);
    let text = get(server.address, "/metrics").text();
    assert!(text.contains("\navouch_receipts_total 5\n"), "{text}");
    println!("{files} receipts of 5 calls kept");
    server.stop();
}

#[test]
fn a_reference_stands_in_and_every_header_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = start(with_receipts(folder.path()));
    let ones: Vec<u8> = [1.0_f32; 6].iter().flat_map(|value| value.to_le_bytes()).collect();
    let view = || safetensors::tensor::TensorView::new(Dtype::F32, vec![2, 3], &ones).expect("a tensor");
    let file = safetensors::serialize([("gate", view()), ("up", view())], None).expect("a file");
    let path = "/v1/kernels/swiglu_f32/forward?mode=metered&receipt=1";
    let answer = post(server.address, path, &file);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("avouch-implementation"), Some("reference"));
    assert_eq!(answer.header("avouch-degraded"), Some("unreachable"));
    let receipt = receipt_of(&answer);
    let found = receipt.invocation();
    assert_eq!(found.implementation, Implementation::Reference);
    assert!(found.outputs.is_some() && found.outcome == Outcome::Trapped(TrapCode::Unreachable));
    let refused = post(server.address, "/v1/kernels/swiglu_f32/forward?fallback=0", &file);
    assert_eq!((refused.status, refused.word().as_str()), (500, "kernel-failed"));
    server.stop();
}

#[test]
fn a_batch_answers_each_of_its_requests() {
    let server = start(|_| {});
    let three = body(&[("0/x", &[1]), ("1/x", &[]), ("2/x", &[7, 8])]);
    let answer = post(server.address, "/v1/kernels/add/batch?mode=metered", &three);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let outputs = ["0/y", "1/y", "2/y"].map(|name| numbers(&answer.body, name));
    assert_eq!(outputs, [vec![2], vec![], vec![8, 9]]);
    let (_, metadata) = SafeTensors::read_metadata(&answer.body).expect("a file");
    let said = metadata.metadata().clone().expect("something is said of each");
    assert_eq!(said["1.implementation"], "module");
    assert!(said.contains_key("2.meter"));
    let spun = body(&[("0/x", &[1]), ("1/x", &[1_000_000]), ("2/x", &[2])]);
    let answer = post(server.address, "/v1/kernels/spin/batch?mode=metered&budget=10000", &spun);
    let (_, metadata) = SafeTensors::read_metadata(&answer.body).expect("a file");
    let said = metadata.metadata().clone().expect("something is said of each");
    assert_eq!((said["0.implementation"].as_str(), said["1.problem"].as_str()), ("module", "budget-exhausted"));
    assert_eq!(said["2.implementation"], "module");
    assert_eq!(metadata.tensors().len(), 2, "what failed has no tensors");
    server.stop();
}

#[test]
fn packs_and_kernels_describe_themselves() {
    let server = start(|_| {});
    let pack = get(server.address, "/v1/pack").json();
    assert_eq!((pack["name"].as_str(), pack["version"].as_str()), (Some("tests"), Some("1.0.0")));
    let kernels = get(server.address, "/v1/kernels").json();
    let list = kernels["kernels"].as_array().expect("a list");
    assert_eq!(list.len(), 9);
    let scale = list.iter().find(|kernel| kernel["id"] == "scale").expect("the kernel");
    assert_eq!(scale["params"][1]["name"], "times");
    assert_eq!(scale["forward"]["inputs"][0]["shape"][0], "n");
    assert_eq!(scale["metered"], true);
    assert_eq!(get(server.address, "/healthz").text(), "ok\n");
    assert_eq!(get(server.address, "/readyz").status, 200);
    let head = ask(server.address, "GET", "/v1/pack", &[], &[]);
    assert!(head.header("content-length").is_some());
    println!("{} kernels described", list.len());
    server.stop();
}
