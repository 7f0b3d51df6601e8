//! The token of those who may change the pack: read from a file, kept as a digest, compared in constant time.

use codec::{Digest, sha256};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use subtle::ConstantTimeEq as _;

use crate::limits::TOKEN_LEN_MIN;
use crate::problem::{Problem, ProblemKind};

/// The digest of an admin token. Neither the token nor its length is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AdminToken(Digest);

impl AdminToken {
    /// Takes the contents of a token's file: one line of at least 16 visible ASCII characters.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let token = text.strip_suffix('\n').unwrap_or(text);
        let token = token.strip_suffix('\r').unwrap_or(token);
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("a token is one line of visible ASCII characters without spaces");
        }
        if token.len() < TOKEN_LEN_MIN {
            return Err("a token has at least 16 characters; make one with `openssl rand -hex 32`");
        }
        Ok(Self(sha256(token.as_bytes())))
    }

    /// Checks the header `Authorization: Bearer TOKEN`. What is compared are digests, in constant time: neither where two
    /// tokens first differ nor how long the right one is shows in the time that this takes.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (one, more) = (given.next(), given.next());
        let token = one.filter(|_| more.is_none()).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        let right = token.is_some_and(|token| sha256(token).0.ct_eq(&self.0.0).into());
        let message = "the admin token is missing or wrong; send `Authorization: Bearer TOKEN`";
        if right { Ok(()) } else { Err(Problem::new(ProblemKind::Token, message)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_opens() {
        let token = AdminToken::parse("0123456789abcdef\n").expect("a token");
        let with = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, value.parse().expect("a header"));
            }
            token.check(&headers).is_ok()
        };
        assert!(with(&["Bearer 0123456789abcdef"]));
        let wrong: [&[&str]; 9] = [
            &[],
            &["0123456789abcdef"],
            &["bearer 0123456789abcdef"],
            &["Bearer 0123456789abcde"],
            &["Bearer 0123456789abcdeF"],
            &["Bearer  0123456789abcdef"],
            &["Bearer 0123456789abcdef "],
            &["Basic 0123456789abcdef"],
            &["Bearer 0123456789abcdef", "Bearer 0123456789abcdef"],
        ];
        assert!(wrong.iter().all(|values| !with(values)));
        let bad = ["", "short", "with space in it 123", "two\nlines of text 123", "ümlautümlautümlaut"];
        assert!(bad.iter().all(|text| AdminToken::parse(text).is_err()));
        println!("{} headers and {} files refused", wrong.len(), bad.len());
    }
}
