//! Standard input that a signal ends, even while it waits for more.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// Bytes read at once.
const CHUNK_BYTES: usize = 64 << 10;
/// Chunks that wait to be taken, so that a fast writer cannot fill the memory.
const CHUNKS_WAITING_MAX: usize = 4;
/// How long a signal may go unnoticed while nothing comes in.
const LOOK_UP: Duration = Duration::from_millis(50);

/// Reads standard input until it ends or `stop` is raised. A thread of its own waits for the bytes, because a read from a
/// silent pipe cannot be called off.
pub(crate) struct StoppableStdin {
    stop: Arc<AtomicBool>,
    chunks: Option<Receiver<io::Result<Vec<u8>>>>,
    chunk: io::Cursor<Vec<u8>>,
}

impl StoppableStdin {
    /// Nothing is read, and no thread started, before the first byte is asked for.
    pub(crate) fn new(stop: Arc<AtomicBool>) -> Self {
        Self { stop, chunks: None, chunk: io::Cursor::new(Vec::new()) }
    }

    /// The next chunk; empty at the end.
    fn next_chunk(&mut self) -> io::Result<Vec<u8>> {
        let chunks = self.chunks.get_or_insert_with(start);
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(io::Error::other("stopped by a signal"));
            }
            match chunks.recv_timeout(LOOK_UP) {
                Ok(chunk) => return chunk,
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Read for StoppableStdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.chunk.position() == self.chunk.get_ref().len() as u64 {
            self.chunk = io::Cursor::new(self.next_chunk()?);
        }
        self.chunk.read(buffer)
    }
}

fn start() -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = sync_channel(CHUNKS_WAITING_MAX);
    thread::spawn(move || {
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let chunk = match io::stdin().lock().read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.map(|size| buffer[..size].to_vec()),
            };
            let is_last = !matches!(&chunk, Ok(bytes) if !bytes.is_empty());
            if sender.send(chunk).is_err() || is_last {
                return;
            }
        }
    });
    receiver
}
