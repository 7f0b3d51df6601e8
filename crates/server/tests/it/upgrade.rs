//! Upgrade and rollback over HTTP, while calls go on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::client::{Answer, Connection, ask, get, post};
use crate::fixture::{TOKEN, body, numbers, parts, start, test_pack};
use crate::packs;

fn admin(address: std::net::SocketAddr, path: &str, file: &[u8]) -> Answer {
    ask(address, "POST", path, &[("authorization", &format!("Bearer {TOKEN}"))], file)
}

fn file(pack: &pack::Pack<pack::Verified>) -> Vec<u8> {
    depot::archive::to_bytes(pack.files())
}

#[test]
fn under_load_no_call_fails_and_none_mixes_packs() {
    let server = start(|config| config.workers = 2);
    let address = server.address;
    let (one, two) = (file(&test_pack("1.0.0", 1)), file(&test_pack("1.1.0", 2)));
    let over = AtomicBool::new(false);
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut connection = Connection::open(address);
                    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
                    while !over.load(Relaxed) {
                        let body = body(&[("x", &[10, 20, 30])]);
                        let path = "/v1/kernels/add/forward";
                        let answer = connection.ask("POST", path, &[], &body).expect("an answer");
                        assert_eq!(answer.status, 200, "{}", answer.text());
                        let version = answer.header("avouch-pack-version").expect("a version").to_owned();
                        let summand = if version == "1.0.0" { 1 } else { 2 };
                        assert_eq!(numbers(&answer.body, "y"), [10, 20, 30].map(|x| x + summand), "{version}");
                        *seen.entry(version).or_default() += 1;
                    }
                    seen
                })
            })
            .collect();
        for _ in 0..5 {
            let answer = admin(address, "/v1/upgrade", &two);
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(answer.json()["pack"]["version"], "1.1.0");
            let answer = admin(address, "/v1/rollback", &[]);
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        let older = admin(address, "/v1/upgrade", &two);
        assert_eq!(older.status, 200);
        let refused = admin(address, "/v1/upgrade", &one);
        assert_eq!((refused.status, refused.word().as_str()), (422, "pack-refused"));
        assert_eq!(refused.json()["error"]["detail"], "older-than-active", "{}", refused.text());
        assert_eq!(admin(address, "/v1/upgrade?older=1", &one).status, 200, "an explicit word allows it");
        over.store(true, Relaxed);
        for caller in callers {
            for (version, count) in caller.join().expect("no caller fails") {
                *seen.entry(version).or_default() += count;
            }
        }
    });
    let metrics = server.host.metrics();
    assert!(metrics.adds_up());
    println!("calls by pack: {seen:?}; {} swaps, {} rollbacks", metrics.swaps, metrics.manual_rollbacks);
    assert_eq!(metrics.manual_rollbacks, 5);
    assert_eq!(server.stop().cut, 0);
}

#[test]
fn packs_that_would_break_callers_or_are_sick_are_refused() {
    let server = start(|_| {});
    let address = server.address;
    let fewer = packs::pack("tests", "2.0.0", &parts(1)[1..]);
    let answer = admin(address, "/v1/upgrade", &file(&fewer));
    assert_eq!((answer.status, answer.json()["error"]["detail"].as_str()), (409, Some("incompatible")));
    let mut sick = parts(2);
    sick[0].golden = parts(1)[0].golden.clone();
    let answer = admin(address, "/v1/upgrade", &file(&packs::pack("tests", "2.0.0", &sick)));
    assert_eq!(
        (answer.status, answer.json()["error"]["detail"].as_str()),
        (409, Some("unhealthy")),
        "{}",
        answer.text()
    );
    let mut tampered = file(&test_pack("2.0.0", 2));
    let place = tampered.windows(4).position(|window| window == b"\0asm").expect("a module");
    tampered[place + 20] ^= 1;
    let answer = admin(address, "/v1/upgrade", &tampered);
    assert_eq!((answer.status, answer.word().as_str()), (422, "pack-refused"));
    assert_eq!(answer.json()["error"]["detail"], "hash-mismatch", "{}", answer.text());
    assert_eq!(get(address, "/v1/pack").json()["version"], "1.0.0", "the active pack is still the one it was");
    let answer = post(address, "/v1/kernels/add/forward", &body(&[("x", &[1])]));
    assert_eq!(numbers(&answer.body, "y"), [2]);
    let text = get(address, "/metrics").text();
    assert!(text.contains("\navouch_pack_upgrades_refused_total 2\n"), "{text}");
    server.stop();
}
