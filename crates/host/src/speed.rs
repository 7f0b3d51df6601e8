//! How long calls of a kernel take, to tell which are short.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Picoseconds for each byte of inputs and outputs, a running mean over the last calls. Zero: none was seen.
#[derive(Default, Debug)]
pub(crate) struct Speed(AtomicU64);

impl Speed {
    /// A call over that many bytes took so long. Updates of threads that meet may be lost; it is a mean.
    pub(crate) fn observe(&self, bytes: u64, elapsed: Duration) {
        let now = (elapsed.as_nanos() as u64).saturating_mul(1_000) / bytes.max(1);
        let now = now.saturating_add(1);
        let before = self.0.load(Relaxed);
        let mean = if before == 0 { now } else { before - before / 8 + now / 8 };
        self.0.store(mean.max(1), Relaxed);
    }

    /// How long a call over that many bytes is expected to take.
    pub(crate) fn expect(&self, bytes: u64) -> Option<Duration> {
        let picoseconds = self.0.load(Relaxed);
        (picoseconds > 0).then(|| Duration::from_nanos(picoseconds.saturating_mul(bytes) / 1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_follows_what_was_seen() {
        let speed = Speed::default();
        assert_eq!(speed.expect(1_000), None);
        speed.observe(1_000, Duration::from_micros(10));
        // One picosecond to a byte is added, so that nothing counts as no time at all.
        assert_eq!(speed.expect(2_000), Some(Duration::from_nanos(20_002)));
        for _ in 0..100 {
            speed.observe(1_000, Duration::from_micros(100));
        }
        let expected = speed.expect(1_000).unwrap();
        assert!(expected > Duration::from_micros(90) && expected <= Duration::from_micros(101), "{expected:?}");
        speed.observe(0, Duration::MAX);
        assert!(speed.expect(u64::MAX).is_some());
    }
}
