//! Exporters of traces and metrics (OTLP over HTTP, protobuf), and what they are given.

use std::sync::Arc;

use host::{CallOutcome, Host};
use http::HeaderMap;
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{Span as _, SpanKind, Status, Tracer as _, TracerProvider as _};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, Span};

use crate::answer::{self, Answer};
use crate::telemetry::collector::{self, Client};
use crate::telemetry::{ENDPOINTS, TelemetryError, variable};

/// The name under which this crate measures.
const SCOPE: &str = "avouch.server";

/// What is sent, by signal.
pub(super) struct Exporters {
    traces: Option<(SdkTracerProvider, SdkTracer)>,
    metrics: Option<SdkMeterProvider>,
}

impl Exporters {
    /// Sets up the signals that have a collector.
    pub(super) fn from_environment(host: &Arc<Host>) -> Result<Self, TelemetryError> {
        check_endpoints()?;
        let resource = || {
            let resource = Resource::builder();
            let named = variable("OTEL_SERVICE_NAME").is_some()
                || variable("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|list| list.contains("service.name="));
            if named { resource.build() } else { resource.with_service_name("avouch").build() }
        };
        let wanted = |signal: &str| {
            let exporter = variable(&format!("OTEL_{signal}_EXPORTER"));
            let own = variable(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"));
            exporter.is_none_or(|name| name != "none") && (own.is_some() || variable(ENDPOINTS[0]).is_some())
        };
        let client = || Client::new().map_err(|error| TelemetryError(format!("no client for the collector: {error}")));
        let failed = |error: opentelemetry_otlp::ExporterBuildError| TelemetryError(format!("the collector: {error}"));
        let mut exporters = Self { traces: None, metrics: None };
        if wanted("TRACES") {
            let exporter = SpanExporter::builder().with_http().with_http_client(client()?).build().map_err(failed)?;
            let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource()).build();
            let tracer = provider.tracer(SCOPE);
            exporters.traces = Some((provider, tracer));
        }
        if wanted("METRICS") {
            let exporter = MetricExporter::builder().with_http().with_http_client(client()?).build().map_err(failed)?;
            let provider =
                SdkMeterProvider::builder().with_periodic_exporter(exporter).with_resource(resource()).build();
            observe(&provider, host);
            exporters.metrics = Some(provider);
        }
        Ok(exporters)
    }

    pub(super) fn start(&self, method: &str, path: &'static str, headers: &HeaderMap) -> Option<Span> {
        let (_, tracer) = self.traces.as_ref()?;
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
        let attributes = [KeyValue::new("http.request.method", method.to_owned()), KeyValue::new("http.route", path)];
        let builder = tracer.span_builder(format!("{method} {path}")).with_kind(SpanKind::Server);
        Some(builder.with_attributes(attributes).start_with_context(tracer, &parent))
    }

    pub(super) fn shut_down(&self) {
        let traces = self.traces.as_ref().map(|(provider, _)| provider.shutdown());
        let metrics = self.metrics.as_ref().map(SdkMeterProvider::shutdown);
        for result in traces.into_iter().chain(metrics) {
            if let Err(error) = result {
                log::warn!("telemetry could not be sent to the end: {error}");
            }
        }
    }
}

/// Ends a request's span with what its answer says.
pub(super) fn end(mut span: Span, answer: &Answer) {
    let status = answer.status();
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    for (name, key) in [
        (answer::IMPLEMENTATION, "avouch.implementation"),
        (answer::PACK_DIGEST, "avouch.pack.digest"),
        (answer::DEGRADED, "avouch.degraded"),
        (answer::METER, "avouch.meter"),
    ] {
        if let Some(value) = answer.headers().get(name).and_then(|value| value.to_str().ok()) {
            span.set_attribute(KeyValue::new(key, value.to_owned()));
        }
    }
    if status.is_server_error() {
        span.set_status(Status::error(status.canonical_reason().unwrap_or("server error")));
    }
    span.end();
}

/// The host's counts, read whenever they are sent.
fn observe(provider: &SdkMeterProvider, host: &Arc<Host>) {
    let meter = provider.meter(SCOPE);
    let counted = Arc::clone(host);
    meter
        .u64_observable_counter("avouch.kernel.calls")
        .with_description("Calls that have ended, by kernel and by who answered.")
        .with_callback(move |observer| {
            for (id, counts) in counted.metrics().kernels {
                for (outcome, count) in counts.outcomes {
                    let labels = [KeyValue::new("kernel", id.clone()), KeyValue::new("outcome", outcome.word())];
                    observer.observe(count, &labels);
                }
            }
        })
        .build();
    let counted = Arc::clone(host);
    meter
        .u64_observable_counter("avouch.kernel.degraded")
        .with_description("Calls that the native reference answered because the module had failed.")
        .with_callback(move |observer| observer.observe(counted.metrics().with_outcome(CallOutcome::Degraded), &[]))
        .build();
    let counted = Arc::clone(host);
    meter
        .u64_observable_gauge("avouch.instances")
        .with_description("Instances of kernels, idle ones among them.")
        .with_callback(move |observer| observer.observe(counted.metrics().live_instances, &[]))
        .build();
    let counted = Arc::clone(host);
    meter
        .u64_observable_counter("avouch.pack.swaps")
        .with_description("Packs put into service after the first.")
        .with_callback(move |observer| observer.observe(counted.metrics().swaps, &[]))
        .build();
}

/// What the environment asks for and this program does not do is an error, not silence.
fn check_endpoints() -> Result<(), TelemetryError> {
    for name in
        ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"]
    {
        if let Some(protocol) = variable(name).filter(|protocol| protocol != "http/protobuf") {
            return Err(TelemetryError(format!("{name}: `{protocol}`; this program speaks http/protobuf")));
        }
    }
    for name in ENDPOINTS {
        let Some(endpoint) = variable(name) else { continue };
        let uri = endpoint.parse().map_err(|error| TelemetryError(format!("{name}: `{endpoint}`: {error}")))?;
        collector::authority(&uri).map_err(|what| TelemetryError(format!("{name}: `{endpoint}`: {what}")))?;
    }
    Ok(())
}
