//! Bodies in and out: what is read has a limit in bytes and in time, what is sent is a list of pieces.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::sync::OwnedSemaphorePermit;

use crate::problem::{Problem, ProblemKind};

/// Pieces to be sent one after the other. Holds on to the room that the request took until they are sent.
#[derive(Default)]
pub struct Pieces {
    pieces: VecDeque<Bytes>,
    left: u64,
    _room: Option<OwnedSemaphorePermit>,
}

impl Pieces {
    /// These pieces.
    pub fn new(pieces: impl IntoIterator<Item = Bytes>) -> Self {
        let pieces: VecDeque<Bytes> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        let left = pieces.iter().map(|piece| piece.len() as u64).sum();
        Self { pieces, left, _room: None }
    }

    /// The same, holding `room` until they are sent.
    pub(crate) fn holding(self, room: OwnedSemaphorePermit) -> Self {
        Self { _room: Some(room), ..self }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.pieces.pop_front();
        self.left -= piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// The length that the body is said to have, if it fits.
pub(crate) fn declared_len(body: &Incoming, len_max: usize) -> Result<usize, Problem> {
    let declared = body.size_hint().upper().unwrap_or(len_max as u64);
    if declared > len_max as u64 { Err(too_large(len_max)) } else { Ok(declared as usize) }
}

/// Reads a body.
pub(crate) async fn read(body: Incoming, len_max: usize, time_max: Duration) -> Result<Bytes, Problem> {
    let collected = tokio::time::timeout(time_max, Limited::new(body, len_max).collect()).await;
    match collected {
        Err(_) => {
            let message = format!("the body did not arrive within {} ms", time_max.as_millis());
            Err(Problem::new(ProblemKind::Slow, message))
        }
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large(len_max)),
        Ok(Err(error)) => Err(Problem::new(ProblemKind::Body, format!("the body broke off: {error}"))),
        Ok(Ok(body)) => Ok(body.to_bytes()),
    }
}

fn too_large(len_max: usize) -> Problem {
    Problem::new(ProblemKind::Large, format!("a body of more than {len_max} bytes; send less at a time"))
}
