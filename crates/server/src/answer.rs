//! Answers: results and problems as HTTP responses.

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::body::Pieces;
use crate::limits::RETRY_SECONDS;
use crate::problem::{Problem, ProblemKind};

/// Who made the outputs.
pub(crate) const IMPLEMENTATION: HeaderName = HeaderName::from_static("avouch-implementation");
/// The pack's name.
pub(crate) const PACK: HeaderName = HeaderName::from_static("avouch-pack");
/// The pack's version.
pub(crate) const PACK_VERSION: HeaderName = HeaderName::from_static("avouch-pack-version");
/// The digest of the pack's manifest.
pub(crate) const PACK_DIGEST: HeaderName = HeaderName::from_static("avouch-pack-digest");
/// What a metered call used.
pub(crate) const METER: HeaderName = HeaderName::from_static("avouch-meter");
/// Why the module did not answer, in one word.
pub(crate) const DEGRADED: HeaderName = HeaderName::from_static("avouch-degraded");
/// That the answer came after its deadline.
pub(crate) const LATE: HeaderName = HeaderName::from_static("avouch-late");
/// The receipt, in base64.
pub(crate) const RECEIPT: HeaderName = HeaderName::from_static("avouch-receipt");

/// A response that is being put together.
pub(crate) type Answer = Response<Pieces>;

/// A response with one body.
pub(crate) fn text(status: StatusCode, media_type: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Pieces::new([Bytes::from(body)]));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    answer
}

/// A response in JSON.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Answer {
    text(status, "application/json", format!("{value}\n"))
}

/// Sets a header. Text that a header cannot hold comes from manifests alone and is left out.
pub(crate) fn set(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

/// The response for a problem.
pub(crate) fn problem(problem: &Problem) -> Answer {
    let mut answer = json(problem.kind.status(), &problem.json());
    match problem.kind {
        ProblemKind::Busy | ProblemKind::Draining => set(&mut answer, RETRY_AFTER, &RETRY_SECONDS.to_string()),
        ProblemKind::Token => set(&mut answer, WWW_AUTHENTICATE, "Bearer"),
        ProblemKind::Method => set(&mut answer, ALLOW, problem.detail.unwrap_or("GET")),
        ProblemKind::Query
        | ProblemKind::Tensors
        | ProblemKind::Body
        | ProblemKind::AdminOff
        | ProblemKind::Path
        | ProblemKind::Kernel
        | ProblemKind::Slow
        | ProblemKind::Upgrade
        | ProblemKind::Large
        | ProblemKind::Memory
        | ProblemKind::MediaType
        | ProblemKind::Input
        | ProblemKind::Parameter
        | ProblemKind::Mode
        | ProblemKind::Receipt
        | ProblemKind::Refused
        | ProblemKind::Budget
        | ProblemKind::Pack
        | ProblemKind::Failed
        | ProblemKind::Internal
        | ProblemKind::Deadline => {}
    }
    if let Some(receipt) = &problem.receipt {
        set(&mut answer, RECEIPT, receipt);
    }
    answer
}
