//! Traces and metrics by OpenTelemetry, as the standard environment variables say; nothing without them.
//!
//! | variable | meaning here |
//! | --- | --- |
//! | `OTEL_SDK_DISABLED` | `true`: nothing is sent |
//! | `OTEL_EXPORTER_OTLP_ENDPOINT`, `…_TRACES_ENDPOINT`, `…_METRICS_ENDPOINT` | the collector; without one nothing is sent |
//! | `OTEL_EXPORTER_OTLP_PROTOCOL` | `http/protobuf`, or not set |
//! | `OTEL_EXPORTER_OTLP_HEADERS`, `…_TIMEOUT` | as the specification has them |
//! | `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` | `none`: not this signal |
//! | `OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`, `OTEL_METRIC_EXPORT_INTERVAL` | as the specification has them |
//! | `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES` | who this is; the service is `avouch` if nothing says otherwise |

use std::fmt;
use std::sync::Arc;

use host::Host;
use http::HeaderMap;

use crate::answer::Answer;

#[cfg(feature = "telemetry")]
mod collector;
#[cfg(feature = "telemetry")]
mod otlp;

/// The variables that name a collector.
const ENDPOINTS: [&str; 3] =
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

/// What is sent to a collector, or nothing.
#[derive(Default)]
pub(crate) struct Telemetry {
    #[cfg(feature = "telemetry")]
    exporters: Option<otlp::Exporters>,
}

/// One request in a trace, or nothing.
pub(crate) struct Span {
    #[cfg(feature = "telemetry")]
    span: Option<opentelemetry_sdk::trace::Span>,
}

/// Why nothing can be sent where the environment says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TelemetryError(pub(crate) String);

/// Whether the environment asks for telemetry at all.
fn is_wanted() -> bool {
    let disabled = variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    !disabled && ENDPOINTS.iter().any(|name| variable(name).is_some())
}

/// A variable that is set and not empty, as the specification has it.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(feature = "telemetry")]
impl Telemetry {
    /// Sets up what the environment asks for.
    pub(crate) fn from_environment(host: &Arc<Host>) -> Result<Self, TelemetryError> {
        let exporters = if is_wanted() { Some(otlp::Exporters::from_environment(host)?) } else { None };
        Ok(Self { exporters })
    }

    /// Begins a request, as a part of the trace that its headers name.
    pub(crate) fn start(&self, method: &str, path: &'static str, headers: &HeaderMap) -> Span {
        Span { span: self.exporters.as_ref().and_then(|exporters| exporters.start(method, path, headers)) }
    }

    /// Sends what is still waiting.
    pub(crate) fn flush(&self) {
        if let Some(exporters) = &self.exporters {
            exporters.shut_down();
        }
    }
}

#[cfg(feature = "telemetry")]
impl Span {
    /// The request was answered.
    pub(crate) fn end(self, answer: &Answer) {
        if let Some(span) = self.span {
            otlp::end(span, answer);
        }
    }
}

#[cfg(not(feature = "telemetry"))]
impl Telemetry {
    pub(crate) fn from_environment(_: &Arc<Host>) -> Result<Self, TelemetryError> {
        if is_wanted() {
            log::warn!("this program was built without telemetry: nothing is sent to the collector");
        }
        Ok(Self::default())
    }

    pub(crate) fn start(&self, _: &str, _: &'static str, _: &HeaderMap) -> Span {
        Span {}
    }

    pub(crate) fn flush(&self) {}
}

#[cfg(not(feature = "telemetry"))]
impl Span {
    pub(crate) fn end(self, _: &Answer) {}
}

impl fmt::Display for TelemetryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TelemetryError {}
