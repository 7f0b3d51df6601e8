//! An HTTP server that answers what a test tells it to.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// One answer: everything that goes over the wire, headers and all.
pub(crate) type Answer = Vec<u8>;

/// A server on loopback, with the answer for each path. It ends when it is dropped.
pub(crate) struct Server {
    pub(crate) address: String,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    asked: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        let (answers, asked, ended) = (Arc::default(), Arc::default(), Arc::default());
        let thread = thread::spawn({
            let (answers, asked, ended) = (Arc::clone(&answers), Arc::clone(&asked), Arc::clone(&ended));
            move || {
                for stream in listener.incoming() {
                    if AtomicBool::load(&ended, Ordering::Relaxed) {
                        return;
                    }
                    AtomicUsize::fetch_add(&asked, 1, Ordering::Relaxed);
                    // Whoever asked may hang up when it has seen enough.
                    let _ = stream.and_then(|stream| serve(&stream, &answers));
                }
            }
        });
        Self { address, answers, asked, ended, thread: Some(thread) }
    }

    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        self.answers.lock().expect("no thread panicked").insert(path.to_owned(), answer);
    }

    /// How many requests came.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // A last connection wakes the thread up.
        let _ = TcpStream::connect(&self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A good answer with these bytes.
pub(crate) fn good(body: &[u8]) -> Answer {
    with_headers("200 OK", &format!("Content-Length: {}\r\n", body.len()), body)
}

pub(crate) fn with_headers(status: &str, headers: &str, body: &[u8]) -> Answer {
    [format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").as_bytes(), body].concat()
}

fn serve(mut stream: &TcpStream, answers: &Mutex<HashMap<String, Answer>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let answer = answers.lock().expect("no thread panicked").get(path).cloned();
    stream.write_all(&answer.unwrap_or_else(|| with_headers("404 Not Found", "Content-Length: 0\r\n", b"")))
}
