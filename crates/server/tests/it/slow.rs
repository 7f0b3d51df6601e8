//! Peers that are slow, many, or large: none of them takes the server away from the others.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::client::{Connection, ask, get, post, request};
use crate::fixture::{body, numbers, start};

#[test]
fn a_head_or_a_body_that_does_not_arrive_is_given_up() {
    let server = start(|config| {
        config.head_time_max = Duration::from_millis(150);
        config.body_time_max = Duration::from_millis(150);
    });
    let mut silent = Connection::open(server.address);
    assert!(silent.answer().is_none(), "a connection that says nothing is closed");
    let mut half = Connection::open(server.address);
    half.send(b"GET /healthz HTT").expect("it listens");
    let answered = half.answer();
    assert!(answered.is_none_or(|answer| answer.status == 408), "half a head is not waited for");
    let mut slow = Connection::open(server.address);
    let whole = request("POST", "/v1/kernels/add/forward", &[], &body(&[("x", &[1; 100])]));
    slow.send(&whole[..whole.len() - 1]).expect("it listens");
    let answer = slow.answer().expect("an answer");
    assert_eq!((answer.status, answer.word().as_str()), (408, "too-slow"));
    let mut gone = Connection::open(server.address);
    gone.send(&whole[..whole.len() - 1]).expect("it listens");
    gone.0.shutdown(Shutdown::Write).expect("a half-closed connection");
    drop(gone);
    assert_eq!(get(server.address, "/healthz").status, 200);
    assert_eq!(server.stop().cut, 0);
}

#[test]
fn a_reader_that_stalls_is_cut_off() {
    let server = start(|config| config.write_time_max = Duration::from_millis(200));
    let large = request("POST", "/v1/kernels/add/forward", &[], &body(&[("x", &vec![3; 7 << 20])]));
    let mut stalled = Connection::open(server.address);
    stalled.send(&large).expect("it listens");
    // Nothing is read: the server fills the socket's buffers and waits, but not for ever.
    let open = || {
        let text = get(server.address, "/metrics").text();
        let line =
            text.lines().find(|line| line.starts_with("avouch_http_connections ")).expect("the gauge").to_owned();
        line.rsplit(' ').next().expect("a value").parse::<u64>().expect("a number")
    };
    while open() > 1 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut rest = Vec::new();
    let ended = stalled.0.read_to_end(&mut rest);
    assert!(ended.is_err() || rest.len() < 28 << 20, "the answer was cut: {} bytes", rest.len());
    println!("cut after {} of {} bytes", rest.len(), 28 << 20);
    server.stop();
}

#[test]
fn large_bodies_pass_and_larger_ones_do_not() {
    let server = start(|config| config.body_len_max = (24 << 20) + 4_096);
    let answer = post(server.address, "/v1/kernels/add/forward", &body(&[("x", &vec![41; 6 << 20])]));
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(numbers(&answer.body, "y").iter().all(|value| *value == 42));
    let refused = post(server.address, "/v1/kernels/add/forward", &body(&[("x", &vec![41; 7 << 20])]));
    assert_eq!((refused.status, refused.word().as_str()), (413, "too-large"));
    let mut chunked = Connection::open(server.address);
    let head = "POST /v1/kernels/add/forward HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    chunked.send(head.as_bytes()).expect("it listens");
    let chunk = [format!("{:x}\r\n", 1 << 20).as_bytes(), &vec![0; 1 << 20], b"\r\n"].concat();
    let mut sent = 0;
    while sent < 64 && chunked.0.write_all(&chunk).is_ok() {
        sent += 1;
    }
    let answer = chunked.answer();
    assert!(answer.is_none_or(|answer| answer.status == 413), "chunks do not hide a length");
    println!("{sent} MiB of chunks were sent before the server had enough");
    server.stop();
}

#[test]
fn memory_that_the_kernel_may_not_have_is_told() {
    let server = start(|_| {});
    let answer = post(server.address, "/v1/kernels/add/forward", &body(&[("x", &vec![0; 16 << 20])]));
    assert_eq!((answer.status, answer.word().as_str()), (413, "call-too-large"), "{}", answer.text());
    server.stop();
}

#[test]
fn a_full_queue_says_come_back() {
    let server = start(|config| {
        config.workers = 1;
        config.queue_len = 1;
        config.bodies_len_max = 1 << 20;
    });
    let long = body(&[("x", &[1_500_000_000])]);
    let spin = "/v1/kernels/spin/forward?mode=metered&budget=100000000000";
    let (mut ok, mut busy) = (0, 0);
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..6).map(|_| scope.spawn(|| post(server.address, spin, &long))).collect();
        for call in calls {
            let answer = call.join().expect("no panic");
            match answer.status {
                200 => ok += 1,
                503 => {
                    assert_eq!((answer.word().as_str(), answer.header("retry-after")), ("busy", Some("1")));
                    busy += 1;
                }
                other => panic!("{other}: {}", answer.text()),
            }
        }
    });
    println!("of six calls at once {ok} were served and {busy} told to come back");
    assert!(ok >= 1 && ok + busy == 6);
    let none = ask(server.address, "POST", "/v1/kernels/add/forward", &[], &vec![0; 1 << 20]);
    assert_eq!(none.status, 400, "one body of a MiB has room");
    let after = post(server.address, "/v1/kernels/add/forward", &body(&[("x", &[1])]));
    assert_eq!(after.status, 200, "and all room came back");
    server.stop();
}

#[test]
fn room_for_bodies_ends_before_memory_does() {
    let server = start(|config| {
        config.bodies_len_max = 1 << 20;
        config.body_len_max = 1 << 20;
    });
    let mut holder = TcpStream::connect(server.address).expect("it listens");
    let head = format!("POST /v1/kernels/add/forward HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n", 1 << 20);
    holder.write_all(head.as_bytes()).expect("it listens");
    let busy = loop {
        // The holder's head may not have been read yet.
        let answer = post(server.address, "/v1/kernels/add/forward", &body(&[("x", &[1])]));
        if answer.status != 200 {
            break answer;
        }
    };
    assert_eq!((busy.status, busy.word().as_str()), (503, "busy"));
    drop(holder);
    while post(server.address, "/v1/kernels/add/forward", &body(&[("x", &[1])])).status != 200 {}
    assert_eq!(get(server.address, "/healthz").status, 200);
    server.stop();
}

#[test]
fn connections_beyond_the_limit_wait_their_turn() {
    let server = start(|config| {
        config.connections_max = 2;
        config.head_time_max = Duration::from_millis(200);
    });
    let idle: Vec<_> = (0..8).map(|_| Connection::open(server.address)).collect();
    assert_eq!(get(server.address, "/healthz").status, 200, "idle connections give way");
    drop(idle);
    server.stop();
}
