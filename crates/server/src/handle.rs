//! One request: which path, who asks, is there room; then work, on a thread of its own where it takes time.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

use bytes::Bytes;
use host::Host;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request, StatusCode};
use hyper::body::Incoming;
use pack::Direction;

use crate::admin::{self, Older, Packs};
use crate::admission::Admission;
use crate::answer::{self, Answer};
use crate::body;
use crate::calls::{self, Desk};
use crate::config::Config;
use crate::metrics::{Counts, Requests};
use crate::problem::{Problem, ProblemKind};
use crate::prometheus;
use crate::query::{self, CallQuery};
use crate::receipts::Keeper;
use crate::route::Route;
use crate::telemetry::Telemetry;
use crate::tensors;

/// Everything that requests share.
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) host: Arc<Host>,
    pub(crate) packs: Arc<dyn Packs>,
    pub(crate) keeper: Option<Keeper>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) requests: Requests,
    pub(crate) telemetry: Telemetry,
    pub(crate) draining: AtomicBool,
    /// Held by whoever changes the pack.
    pub(crate) changing: Arc<tokio::sync::Mutex<()>>,
}

/// What a call asks for, beside its body.
struct Asked {
    kernel: String,
    /// `None`: a batch, whose query says.
    direction: Option<Direction>,
    query: CallQuery,
}

impl Shared {
    /// Answers a request, whatever it is.
    pub(crate) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Infallible> {
        let started = Instant::now();
        let (parts, body) = request.into_parts();
        let route = Route::of(&parts.method, parts.uri.path());
        let path = route.as_ref().map_or("other", Route::template);
        let span = self.telemetry.start(parts.method.as_str(), path, &parts.headers);
        let result = match route {
            Ok(route) => self.serve(route, parts.uri.query(), &parts.headers, body).await,
            Err(problem) => Err(problem),
        };
        let answer = result.unwrap_or_else(|problem| {
            log::debug!("{} {path}: {problem}", parts.method);
            answer::problem(&problem)
        });
        span.end(&answer);
        self.requests.ended(path, answer.status().as_u16(), started.elapsed());
        Ok(answer)
    }

    async fn serve(
        self: &Arc<Self>,
        route: Route<'_>,
        query: Option<&str>,
        headers: &HeaderMap,
        body: Incoming,
    ) -> Result<Answer, Problem> {
        match route {
            Route::Call { kernel, direction } => {
                let query = CallQuery::parse(query)?;
                if query.direction.is_some() {
                    let message = "direction goes with /batch; here the path says it";
                    return Err(Problem::new(ProblemKind::Query, message));
                }
                self.call(Asked { kernel: kernel.to_owned(), direction: Some(direction), query }, headers, body).await
            }
            Route::Batch { kernel } => {
                let asked = Asked { kernel: kernel.to_owned(), direction: None, query: CallQuery::parse(query)? };
                self.call(asked, headers, body).await
            }
            Route::Upgrade => {
                self.admin(headers)?;
                let older = if query::older_allowed(query)? { Older::Allowed } else { Older::Refused };
                self.upgrade(body, older).await
            }
            Route::Rollback => {
                self.admin(headers)?;
                query::none(query)?;
                self.change(|shared| admin::rollback(&shared.host)).await
            }
            Route::Kernels | Route::Pack | Route::Metrics | Route::Health | Route::Ready => {
                query::none(query)?;
                self.tell(route)
            }
        }
    }

    fn tell(&self, route: Route<'_>) -> Result<Answer, Problem> {
        match route {
            Route::Kernels => Ok(answer::json(StatusCode::OK, &admin::describe_kernels(&self.host.active()))),
            Route::Pack => Ok(answer::json(StatusCode::OK, &admin::describe_pack(&self.host))),
            Route::Metrics => Ok(answer::text(StatusCode::OK, prometheus::MEDIA_TYPE, self.metrics())),
            Route::Ready if self.draining.load(Relaxed) => {
                Err(Problem::new(ProblemKind::Draining, "the server is stopping"))
            }
            Route::Health | Route::Ready => Ok(answer::text(StatusCode::OK, "text/plain", "ok\n".to_owned())),
            Route::Call { .. } | Route::Batch { .. } | Route::Upgrade | Route::Rollback => {
                Err(Problem::new(ProblemKind::Internal, "a path that changes something is not answered here"))
            }
        }
    }

    fn metrics(&self) -> String {
        let counts = Counts {
            host: &self.host.metrics(),
            pack: &self.host.active_name(),
            admission: &self.admission,
            requests: &self.requests,
        };
        counts.text()
    }

    async fn call(self: &Arc<Self>, asked: Asked, headers: &HeaderMap, body: Incoming) -> Result<Answer, Problem> {
        media_type(headers)?;
        let direction = asked.direction.or(asked.query.direction).unwrap_or(Direction::Forward);
        calls::check_kernel(&self.host.active(), &asked.kernel, direction)?;
        if asked.query.receipt && asked.direction.is_none() {
            return Err(Problem::new(ProblemKind::Query, "receipt goes with single calls, not with a batch"));
        }
        if asked.query.receipt && self.keeper.is_none() {
            let message = "this server keeps no receipts; it must be started with --receipts";
            return Err(Problem::new(ProblemKind::Receipt, message));
        }
        let config = &self.config;
        let room = self.admission.room(body::declared_len(&body, config.body_len_max)?)?;
        let body = body::read(body, config.body_len_max, config.body_time_max).await?;
        let admitted = self.admission.enter().await?;
        let shared = Arc::clone(self);
        let answer = blocking(move || {
            let _admitted = admitted;
            let desk = Desk { host: &shared.host, keeper: shared.keeper.as_ref(), requests: &shared.requests };
            let Asked { kernel, direction, query } = &asked;
            match direction {
                Some(direction) => desk.call(kernel, *direction, query, &body),
                None => desk.batch(kernel, query, &body),
            }
        });
        Ok(answer.await?.map(|pieces| pieces.holding(room)))
    }

    fn admin(&self, headers: &HeaderMap) -> Result<(), Problem> {
        let off = "nobody may change the pack: the server was started without --admin-token";
        self.config.admin.ok_or_else(|| Problem::new(ProblemKind::AdminOff, off))?.check(headers)
    }

    async fn upgrade(self: &Arc<Self>, body: Incoming, older: Older) -> Result<Answer, Problem> {
        let config = &self.config;
        let room = self.admission.room(body::declared_len(&body, config.body_len_max)?)?;
        let file: Bytes = body::read(body, config.body_len_max, config.body_time_max).await?;
        let change = move |shared: &Self| admin::upgrade(&shared.host, &*shared.packs, &file, older);
        Ok(self.change(change).await?.map(|pieces| pieces.holding(room)))
    }

    /// Changes the pack, if nobody else is at it.
    async fn change(
        self: &Arc<Self>,
        change: impl FnOnce(&Self) -> Result<Answer, Problem> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let changing = Arc::clone(&self.changing).try_lock_owned().map_err(|_| {
            Problem::new(ProblemKind::Upgrade, "the pack is being changed already; try again later")
                .detailed("changing")
        })?;
        let shared = Arc::clone(self);
        blocking(move || {
            let _changing = changing;
            change(&shared)
        })
        .await
    }
}

/// Runs on a thread that may take its time. A panic there is a fault of ours, and an answer like any other.
async fn blocking(work: impl FnOnce() -> Result<Answer, Problem> + Send + 'static) -> Result<Answer, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        log::error!("a request could not be served: {error}");
        Err(Problem::new(ProblemKind::Internal, "the server failed; its log says why"))
    })
}

fn media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    // The last is what curl says of a body of which nobody has said anything.
    let known = [tensors::MEDIA_TYPE, "application/octet-stream", "application/x-www-form-urlencoded"];
    if known.iter().any(|known| given.as_bytes().eq_ignore_ascii_case(known.as_bytes())) {
        return Ok(());
    }
    let message = format!("the body is to be {}, or application/octet-stream", tensors::MEDIA_TYPE);
    Err(Problem::new(ProblemKind::MediaType, message))
}
