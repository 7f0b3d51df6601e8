//! The paths and what they take: one table.

use http::Method;
use pack::Direction;

use crate::problem::{Problem, ProblemKind};

/// What a request asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Route<'a> {
    /// One call of a kernel.
    Call { kernel: &'a str, direction: Direction },
    /// Many calls of a kernel.
    Batch { kernel: &'a str },
    /// The kernels of the active pack.
    Kernels,
    /// The active pack.
    Pack,
    /// Another pack in place of the active one.
    Upgrade,
    /// The pack before.
    Rollback,
    /// Counts.
    Metrics,
    /// Whether the process answers.
    Health,
    /// Whether it takes calls.
    Ready,
}

impl<'a> Route<'a> {
    /// What `method` and `path` ask for.
    ///
    /// # Errors
    /// [`ProblemKind::Path`] or [`ProblemKind::Method`].
    pub(crate) fn of(method: &Method, path: &'a str) -> Result<Self, Problem> {
        let (wanted, route) = match path {
            "/v1/kernels" => (Method::GET, Self::Kernels),
            "/v1/pack" => (Method::GET, Self::Pack),
            "/v1/upgrade" => (Method::POST, Self::Upgrade),
            "/v1/rollback" => (Method::POST, Self::Rollback),
            "/metrics" => (Method::GET, Self::Metrics),
            "/healthz" => (Method::GET, Self::Health),
            "/readyz" => (Method::GET, Self::Ready),
            _ => (Method::POST, Self::of_kernel(path)?),
        };
        if *method == wanted || (wanted == Method::GET && *method == Method::HEAD) {
            return Ok(route);
        }
        let detail = if wanted == Method::GET { "GET" } else { "POST" };
        Err(Problem::new(ProblemKind::Method, format!("{path} takes {wanted}")).detailed(detail))
    }

    fn of_kernel(path: &'a str) -> Result<Self, Problem> {
        let parts = path.strip_prefix("/v1/kernels/").and_then(|rest| rest.split_once('/'));
        match parts {
            Some((kernel, "forward")) => Ok(Self::Call { kernel, direction: Direction::Forward }),
            Some((kernel, "backward")) => Ok(Self::Call { kernel, direction: Direction::Backward }),
            Some((kernel, "batch")) => Ok(Self::Batch { kernel }),
            Some((_, _)) | None => {
                let advice = "the paths are in spec/server.md, such as /v1/kernels/rope_f32/forward";
                Err(Problem::new(ProblemKind::Path, format!("nothing is at {}; {advice}", path.escape_debug())))
            }
        }
    }

    /// The path with its variable part by name: what metrics and traces are grouped by.
    pub(crate) fn template(&self) -> &'static str {
        match self {
            Self::Call { direction: Direction::Forward, .. } => "/v1/kernels/{id}/forward",
            Self::Call { direction: Direction::Backward, .. } => "/v1/kernels/{id}/backward",
            Self::Batch { .. } => "/v1/kernels/{id}/batch",
            Self::Kernels => "/v1/kernels",
            Self::Pack => "/v1/pack",
            Self::Upgrade => "/v1/upgrade",
            Self::Rollback => "/v1/rollback",
            Self::Metrics => "/metrics",
            Self::Health => "/healthz",
            Self::Ready => "/readyz",
        }
    }
}
