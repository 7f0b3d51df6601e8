//! What a run ends with.

use std::path::{Path, PathBuf};

use receipt::{Body, Decision, Outcome};
use serde::Serialize;

use crate::output::{self, Report};
use crate::record::Verification;

/// Counts that grow tick by tick; also what `inspect` counts.
#[derive(Serialize, Default, Clone)]
pub(crate) struct Tally {
    pub(crate) ticks: u64,
    pub(crate) done: u64,
    pub(crate) partial: u64,
    pub(crate) trapped: u64,
    pub(crate) exhausted: u64,
    pub(crate) denied: u64,
    pub(crate) pass: u64,
    pub(crate) fail: u64,
    pub(crate) inconclusive: u64,
    pub(crate) refused_deltas: u64,
    pub(crate) skipped_rows: u64,
    pub(crate) first_label: String,
    pub(crate) last_label: String,
    pub(crate) alarms: Vec<Alarm>,
}

/// An alarm episode: from the tick that failed to the last tick before the latch was released.
#[derive(Serialize, Clone)]
pub(crate) struct Alarm {
    pub(crate) episode: u32,
    pub(crate) first_epoch: u64,
    pub(crate) first_label: String,
    pub(crate) last_epoch: u64,
    pub(crate) last_label: String,
    pub(crate) peak_severity: u8,
}

impl Tally {
    pub(crate) fn count(&mut self, label: &str, body: &Body) {
        self.ticks += 1;
        if self.ticks == 1 {
            label.clone_into(&mut self.first_label);
        }
        label.clone_into(&mut self.last_label);
        *match body.frame().outcome {
            Outcome::Done => &mut self.done,
            Outcome::Partial(_) => &mut self.partial,
            Outcome::Trapped(_) => &mut self.trapped,
            Outcome::Exhausted(_) => &mut self.exhausted,
            Outcome::Denied(_) => &mut self.denied,
        } += 1;
        let Some(claim) = body.gate_claim() else { return };
        self.refused_deltas += claim.refused.count();
        match claim.decision {
            Decision::Pass => self.pass += 1,
            Decision::Inconclusive => self.inconclusive += 1,
            Decision::Fail { severity } => {
                self.fail += 1;
                self.alarm(claim.evidence.episode, claim.epoch, label, severity);
            }
        }
    }

    /// The label at which the last alarm began.
    pub(crate) fn last_alarm(&self) -> Option<&str> {
        self.alarms.last().map(|alarm| alarm.first_label.as_str())
    }

    fn alarm(&mut self, episode: u32, epoch: u64, label: &str, severity: u8) {
        match self.alarms.last_mut().filter(|alarm| alarm.episode == episode) {
            Some(alarm) => {
                alarm.last_epoch = epoch;
                label.clone_into(&mut alarm.last_label);
                alarm.peak_severity = alarm.peak_severity.max(severity);
            }
            None => self.alarms.push(Alarm {
                episode,
                first_epoch: epoch,
                first_label: label.to_owned(),
                last_epoch: epoch,
                last_label: label.to_owned(),
                peak_severity: severity,
            }),
        }
    }

    /// Lines about outcomes, decisions and alarms.
    pub(crate) fn rows(&self) -> Vec<(&'static str, String)> {
        let number = output::thousands;
        let mut rows = vec![
            ("ticks", self.span()),
            (
                "decisions",
                format!(
                    "{} pass, {} fail, {} inconclusive",
                    number(self.pass),
                    number(self.fail),
                    number(self.inconclusive)
                ),
            ),
            ("outcomes", self.outcomes()),
        ];
        if self.refused_deltas + self.skipped_rows > 0 {
            let text = format!("{} deltas refused, {} rows skipped", self.refused_deltas, self.skipped_rows);
            rows.push(("not taken", text));
        }
        for (place, alarm) in self.alarms.iter().enumerate() {
            let name = if place == 0 { "alarms" } else { "" };
            rows.push((
                name,
                format!("{} to {}, peak severity {}", alarm.first_label, alarm.last_label, alarm.peak_severity),
            ));
        }
        rows
    }

    fn span(&self) -> String {
        match self.ticks {
            0 => "none".to_owned(),
            ticks => format!("{}, {} to {}", output::thousands(ticks), self.first_label, self.last_label),
        }
    }

    fn outcomes(&self) -> String {
        let counts = [
            ("done", self.done),
            ("partial", self.partial),
            ("trapped", self.trapped),
            ("exhausted", self.exhausted),
            ("denied", self.denied),
        ];
        let named: Vec<_> = counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(word, count)| format!("{} {word}", output::thousands(*count)))
            .collect();
        if named.is_empty() { "none".to_owned() } else { named.join(", ") }
    }
}

/// The end of a run, for people and programs.
#[derive(Serialize)]
pub(crate) struct Summary {
    journal: String,
    #[serde(flatten)]
    tally: Tally,
    verification: Verification,
    seconds: f64,
    next: Vec<String>,
}

impl Summary {
    pub(crate) fn new(
        journal: &Path,
        tally: Tally,
        verification: Verification,
        seconds: f64,
        public_file: Option<PathBuf>,
    ) -> Self {
        let journal = journal.display().to_string();
        let trust = public_file.map(|path| format!(" --trust {}", path.display())).unwrap_or_default();
        let next = vec![
            format!("avouch verify {journal}{trust}"),
            format!("avouch replay {journal} --engine wasmi"),
            format!("avouch inspect {journal}"),
            format!("avouch report {journal}{trust} -o report.html"),
        ];
        Self { journal, tally, verification, seconds, next }
    }
}

impl Report for Summary {
    fn table(&self) -> String {
        let mut rows = self.tally.rows();
        rows.push(("receipts", self.verification.detail.clone()));
        rows.push(("head", self.verification.head.clone()));
        rows.push(("journal", self.journal.clone()));
        rows.push(("time", format!("{:.2} s", self.seconds)));
        let next: String = self.next.iter().map(|line| format!("  {line}\n")).collect();
        format!("{}\nNext:\n{next}", output::pairs(&rows))
    }
}
