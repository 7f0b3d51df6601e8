//! What a request can be answered with instead of its result: one closed table of statuses and words.

use std::fmt;

use http::StatusCode;

macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident $status:ident $word:literal;)*) => {
        /// The kinds of problem.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum ProblemKind { $($(#[$doc])* $name,)* }

        impl ProblemKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The status of the answer.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The word in the answer.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

problems! {
    /// The query is not what this path takes.
    Query BAD_REQUEST "bad-query";
    /// The body is not a container of tensors.
    Tensors BAD_REQUEST "bad-tensors";
    /// The connection broke, or the body's framing is wrong.
    Body BAD_REQUEST "bad-body";
    /// The token is missing or wrong.
    Token UNAUTHORIZED "bad-token";
    /// The server was started without a token: nobody may do this.
    AdminOff FORBIDDEN "admin-off";
    /// There is nothing at this path.
    Path NOT_FOUND "no-such-path";
    /// The active pack has no such kernel.
    Kernel NOT_FOUND "no-such-kernel";
    /// The path takes another method.
    Method METHOD_NOT_ALLOWED "bad-method";
    /// The body did not arrive in time.
    Slow REQUEST_TIMEOUT "too-slow";
    /// The pack is not accepted in place of the active one.
    Upgrade CONFLICT "upgrade-refused";
    /// The body is too large.
    Large PAYLOAD_TOO_LARGE "too-large";
    /// The call needs more memory than the kernel may have.
    Memory PAYLOAD_TOO_LARGE "call-too-large";
    /// The body is said to be of another type.
    MediaType UNSUPPORTED_MEDIA_TYPE "bad-media-type";
    /// Names, types or shapes of the tensors do not fit the kernel.
    Input UNPROCESSABLE_ENTITY "bad-input";
    /// A parameter does not fit the kernel.
    Parameter UNPROCESSABLE_ENTITY "bad-parameter";
    /// The kernel cannot be called in this mode.
    Mode UNPROCESSABLE_ENTITY "bad-mode";
    /// The server keeps no receipts, or the call leaves none.
    Receipt UNPROCESSABLE_ENTITY "no-receipt";
    /// The kernel itself refused its inputs or parameters.
    Refused UNPROCESSABLE_ENTITY "kernel-refused";
    /// The budget of a metered call is used up.
    Budget UNPROCESSABLE_ENTITY "budget-exhausted";
    /// The bytes are not a pack that is trusted here.
    Pack UNPROCESSABLE_ENTITY "pack-refused";
    /// The kernel failed, and nothing stands in for it.
    Failed INTERNAL_SERVER_ERROR "kernel-failed";
    /// The server itself failed.
    Internal INTERNAL_SERVER_ERROR "internal";
    /// There is no room for another call now.
    Busy SERVICE_UNAVAILABLE "busy";
    /// The server is stopping.
    Draining SERVICE_UNAVAILABLE "draining";
    /// The kernel was stopped at its deadline.
    Deadline GATEWAY_TIMEOUT "deadline";
}

/// An answer that is no result.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// What was wrong, where, and what to do.
    pub message: String,
    /// The word of a more exact table: of packs, or of failures; the method that a path takes.
    pub detail: Option<&'static str>,
    /// The receipt of a call that failed, in base64.
    pub receipt: Option<String>,
}

impl Problem {
    /// A problem without a more exact word.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), detail: None, receipt: None }
    }

    /// The same with a more exact word.
    #[must_use]
    pub fn detailed(self, detail: &'static str) -> Self {
        Self { detail: Some(detail), ..self }
    }

    /// The answer's body.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        let mut error = serde_json::json!({"word": self.kind.word(), "message": self.message});
        if let Some(detail) = self.detail {
            error["detail"] = detail.into();
        }
        serde_json::json!({ "error": error })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.kind.word())
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_are_unique_and_statuses_are_errors() {
        let words: BTreeSet<_> = ProblemKind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!(words.len(), ProblemKind::ALL.len());
        assert!(ProblemKind::ALL.iter().all(|kind| kind.status().is_client_error() || kind.status().is_server_error()));
        println!("{} problems", words.len());
    }
}
