//! Stopping: what has begun is finished, and nothing new is taken.

use std::net::TcpStream;
use std::time::Duration;

use crate::client::{Connection, get, post};
use crate::fixture::{body, start};

fn running(address: std::net::SocketAddr) -> u64 {
    let text = get(address, "/metrics").text();
    let line = text.lines().find(|line| line.starts_with("avouch_http_running ")).expect("the gauge").to_owned();
    line.rsplit(' ').next().expect("a value").parse().expect("a number")
}

#[test]
fn calls_in_flight_are_finished() {
    let server = start(|_| {});
    let address = server.address;
    let long = body(&[("x", &[1_500_000_000])]);
    let call =
        std::thread::spawn(move || post(address, "/v1/kernels/spin/forward?mode=metered&budget=100000000000", &long));
    while running(address) == 0 {
        assert!(!call.is_finished(), "the call is long enough to be seen");
    }
    let mut idle = Connection::open(address);
    assert_eq!(idle.ask("GET", "/readyz", &[], &[]).expect("an answer").status, 200);
    let stopped = server.stop();
    let answer = call.join().expect("no panic");
    assert_eq!((answer.status, stopped.cut), (200, 0), "{}", answer.text());
    assert!(idle.ask("GET", "/readyz", &[], &[]).is_none(), "an idle connection is closed");
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn what_does_not_end_is_cut() {
    let server = start(|config| config.drain_time_max = Duration::from_millis(100));
    let mut endless = Connection::open(server.address);
    endless
        .send(b"POST /v1/kernels/add/forward HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf")
        .expect("it listens");
    // The head has been read once its room is taken; a call of the whole room is then refused.
    while get(server.address, "/metrics").text().contains("avouch_http_connections 1\n") {}
    assert!(!server.is_finished());
    let stopped = server.stop();
    println!("{} connections cut", stopped.cut);
    assert!(stopped.cut <= 1);
}

#[test]
fn asking_twice_is_asking_once() {
    let server = start(|_| {});
    server.stop.ask();
    server.stop.ask();
    assert_eq!(server.stop().cut, 0);
}
