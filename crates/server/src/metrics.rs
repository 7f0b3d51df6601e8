//! What `/metrics` says: the host's counts, and what the server counts of its own requests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use host::{KernelSnapshot, MetricsSnapshot, PackName};

use crate::admission::Admission;
use crate::prometheus::{Kind, Text};

/// Upper bounds of the buckets for times of requests, in microseconds and as Prometheus writes them in seconds.
const BOUNDS: [(u64, &str); 12] = [
    (100, "0.0001"),
    (250, "0.00025"),
    (500, "0.0005"),
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (100_000, "0.1"),
    (500_000, "0.5"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// What the server counts of its requests.
#[derive(Default)]
pub(crate) struct Requests {
    ended: Mutex<BTreeMap<(&'static str, u16), u64>>,
    times: Mutex<BTreeMap<&'static str, Times>>,
    pub(crate) connections: AtomicU64,
    pub(crate) receipts: AtomicU64,
}

#[derive(Clone, Copy, Default)]
struct Times {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    seconds: f64,
}

/// Everything that is counted, at one moment.
pub(crate) struct Counts<'a> {
    pub(crate) host: &'a MetricsSnapshot,
    pub(crate) pack: &'a PackName,
    pub(crate) admission: &'a Admission,
    pub(crate) requests: &'a Requests,
}

impl Requests {
    /// Counts a request that was answered.
    pub(crate) fn ended(&self, path: &'static str, status: u16, took: Duration) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner).entry((path, status)).or_default() += 1;
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        let times = times.entry(path).or_default();
        let micros = took.as_micros() as u64;
        for (bucket, (bound, _)) in times.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(micros <= bound);
        }
        times.count += 1;
        times.seconds += took.as_secs_f64();
    }
}

impl Counts<'_> {
    /// The text for Prometheus.
    pub(crate) fn text(&self) -> String {
        let mut text = Text::default();
        self.kernels(&mut text);
        self.packs(&mut text);
        self.requests(&mut text);
        text.finish()
    }

    fn kernels(&self, text: &mut Text) {
        let kernels = || self.host.kernels.iter().map(|(id, counts)| (id.as_str(), counts));
        let help =
            "Calls that have ended, by kernel and by who answered; failed: nobody; refused: the request was wrong.";
        let mut family = text.family("avouch_kernel_calls_total", Kind::Counter, help);
        for (id, counts) in kernels() {
            for (outcome, count) in &counts.outcomes {
                family.sample(&[("kernel", id), ("outcome", outcome.word())], count);
            }
        }
        let help = "Calls that the module did not answer, by kernel and kind of failure.";
        let mut family = text.family("avouch_kernel_faults_total", Kind::Counter, help);
        for (id, counts) in kernels() {
            for (kind, count) in counts.faults.iter().filter(|(_, count)| **count > 0) {
                family.sample(&[("kernel", id), ("kind", kind.word())], count);
            }
        }
        type Column = (&'static str, Kind, &'static str, fn(&KernelSnapshot) -> f64);
        let columns: [Column; 5] = [
            ("avouch_kernel_in_flight", Kind::Gauge, "Calls that have begun and not ended.", |k| k.in_flight as f64),
            ("avouch_kernel_late_total", Kind::Counter, "Calls answered after their deadline.", |k| k.late as f64),
            ("avouch_kernel_seconds_total", Kind::Counter, "Time spent in ended calls.", |k| k.seconds),
            ("avouch_kernel_input_bytes_total", Kind::Counter, "Bytes of inputs.", |k| k.bytes_in as f64),
            ("avouch_kernel_output_bytes_total", Kind::Counter, "Bytes of outputs.", |k| k.bytes_out as f64),
        ];
        for (name, kind, help, value) in columns {
            let mut family = text.family(name, kind, help);
            for (id, counts) in kernels() {
                family.sample(&[("kernel", id)], value(counts));
            }
        }
    }

    fn packs(&self, text: &mut Text) {
        let Self { host, pack, .. } = self;
        let digest = pack.digest.to_string();
        let labels = [("name", pack.name.as_str()), ("version", pack.version.as_str()), ("digest", digest.as_str())];
        text.family("avouch_pack_info", Kind::Gauge, "The active pack.").sample(&labels, 1);
        let help = "Packs put into service after the first.";
        text.single("avouch_pack_swaps_total", Kind::Counter, help, host.swaps);
        let help = "Upgrades that never came to serve a call.";
        text.single("avouch_pack_upgrades_refused_total", Kind::Counter, help, host.refused_upgrades);
        let mut family = text.family("avouch_pack_rollbacks_total", Kind::Counter, "Packs taken out of service again.");
        family.sample(&[("cause", "health-check")], host.automatic_rollbacks);
        family.sample(&[("cause", "hand")], host.manual_rollbacks);
        let help = "Calls that were served by packs that were later rolled back.";
        text.single("avouch_pack_rolled_back_calls_total", Kind::Counter, help, host.rolled_back_calls);
        let help = "Packs out of service that are still in memory.";
        text.single("avouch_packs_retired", Kind::Gauge, help, host.retired_packs);
        let help = "Instances of kernels, idle ones among them.";
        text.single("avouch_instances", Kind::Gauge, help, host.live_instances);
        text.single("avouch_instances_made_total", Kind::Counter, "Instances ever made.", host.made_instances);
        let help = "Requests for kernels that no pack had.";
        text.single("avouch_unknown_kernel_total", Kind::Counter, help, host.unknown_kernel);
    }

    fn requests(&self, text: &mut Text) {
        let Self { admission, requests, .. } = self;
        let mut family = text.family("avouch_http_requests_total", Kind::Counter, "Requests answered.");
        for ((path, status), count) in &*requests.ended.lock().unwrap_or_else(PoisonError::into_inner) {
            family.sample(&[("path", path), ("status", &status.to_string())], count);
        }
        let help = "Time from a request's head to its answer.";
        let mut family = text.family("avouch_http_request_seconds", Kind::Histogram, help);
        for (path, times) in &*requests.times.lock().unwrap_or_else(PoisonError::into_inner) {
            for ((_, bound), count) in BOUNDS.iter().zip(times.buckets) {
                family.suffixed("_bucket", &[("path", path), ("le", bound)], count);
            }
            family.suffixed("_bucket", &[("path", path), ("le", "+Inf")], times.count);
            family.suffixed("_sum", &[("path", path)], times.seconds);
            family.suffixed("_count", &[("path", path)], times.count);
        }
        let load = |count: &AtomicU64| count.load(Relaxed);
        let help = "Calls that wait for a worker.";
        text.single("avouch_http_waiting", Kind::Gauge, help, load(&admission.waiting));
        text.single("avouch_http_running", Kind::Gauge, "Calls on a worker.", load(&admission.running));
        let help = "Requests that found no room.";
        text.single("avouch_http_turned_away_total", Kind::Counter, help, load(&admission.turned_away));
        text.single("avouch_http_connections", Kind::Gauge, "Open connections.", load(&requests.connections));
        text.single("avouch_receipts_total", Kind::Counter, "Receipts written.", load(&requests.receipts));
    }
}
