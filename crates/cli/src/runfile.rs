//! The run file: what to run, on what, under which policy.

use std::fs;
use std::path::{Path, PathBuf};

use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::evidence::EvidencePolicy;
use gate::profile::Profile;
use serde::Deserialize;

use crate::exit::{Exit, Failure, OrExit};

/// A parsed run file, with its text.
pub(crate) struct RunFile {
    /// The folder that the stream's path is relative to.
    pub(crate) base: PathBuf,
    pub(crate) text: String,
    pub(crate) sections: Sections,
    profile: Profile,
    statistic: Statistic,
    protected: Vec<u64>,
}

/// The sections of a run file. A key that is not here is refused.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sections {
    pub(crate) run: RunSection,
    pub(crate) stream: feed::StreamConfig,
    #[serde(default)]
    pub(crate) core: CoreSection,
    pub(crate) policy: PolicySection,
    #[serde(default)]
    pub(crate) budget: BudgetSection,
    #[serde(default)]
    pub(crate) events: Vec<feed::Event>,
    /// Sentences for whoever reads the report, such as which guarantee is not claimed.
    #[serde(default)]
    pub(crate) notes: Vec<String>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunSection {
    pub(crate) name: String,
    #[serde(default = "standard")]
    pub(crate) profile: String,
    #[serde(default)]
    pub(crate) signer: SignerChoice,
    /// What the sealed meter may count in one step.
    #[serde(default = "default_meter")]
    pub(crate) budget_meter: u64,
    /// Sign every Kth receipt, and the last; every one, if it is not there.
    pub(crate) sign_every: Option<std::num::NonZeroU32>,
    /// Sign with ML-DSA-44 as well.
    #[serde(default)]
    pub(crate) post_quantum: bool,
}

fn standard() -> String {
    Profile::STANDARD.name.to_owned()
}

fn default_meter() -> u64 {
    2_000_000_000
}

/// Who signs claims.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignerChoice {
    /// The container itself: its key is handed to it at start.
    #[default]
    Guest,
    /// The host: the key never enters the container.
    Host,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "kebab-case")]
pub(crate) enum CoreSection {
    All {},
    KCore { k: u32 },
    Protected { vertices: Vec<u64> },
}

impl Default for CoreSection {
    fn default() -> Self {
        Self::All {}
    }
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicySection {
    pub(crate) statistic: String,
    pub(crate) null_mean: f64,
    #[serde(default = "default_margin")]
    pub(crate) margin: f64,
    #[serde(default = "default_bits")]
    pub(crate) fail_bits: u8,
    #[serde(default = "default_bits")]
    pub(crate) pass_bits: u8,
    #[serde(default)]
    pub(crate) cool_down: u32,
    #[serde(default = "one")]
    pub(crate) loss_scale: f32,
    #[serde(default)]
    pub(crate) cut_reference: f64,
}

fn default_margin() -> f64 {
    0.05
}

fn default_bits() -> u8 {
    10
}

fn one() -> f32 {
    1.0
}

/// Work units; what is left out has a default that a graph of the profile's full size can work with.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct BudgetSection {
    pub(crate) total: u64,
    pub(crate) ingest: u64,
    pub(crate) cut: u64,
    pub(crate) spectral: u64,
    pub(crate) evidence: u64,
    pub(crate) witness: u64,
}

impl Default for BudgetSection {
    fn default() -> Self {
        Self {
            total: 60_000_000,
            ingest: 100_000,
            cut: 40_000_000,
            spectral: 20_000_000,
            evidence: 10_000,
            witness: 100_000,
        }
    }
}

impl RunFile {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path)
            .map_err(|error| anyhow::anyhow!("{}: {error}; give the path of a run file", path.display()))
            .or_exit(Exit::World)?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let what = format!("{}: not UTF-8 at offset {offset}; a run file is TOML", path.display());
            Failure::message(Exit::Usage, what)
        })?;
        Self::parse(path, text)
    }

    pub(crate) fn parse(path: &Path, text: String) -> Result<Self, Failure> {
        let place = path.display();
        let usage = |what: String| Failure::message(Exit::Usage, format!("{place}: {what}"));
        // toml's own message names line and column and shows the line.
        let sections: Sections =
            toml::from_str(&text).map_err(|error| usage(error.to_string().trim_end().to_owned()))?;
        let profile = Profile::from_name(&sections.run.profile).ok_or_else(|| {
            let names: Vec<_> = Profile::ALL.iter().map(|profile| profile.name).collect();
            usage(format!("unknown profile `{}` in [run]; use one of {}", sections.run.profile, names.join(", ")))
        })?;
        let statistic =
            Statistic::NAMES.iter().find(|(_, name)| *name == sections.policy.statistic).ok_or_else(|| {
                let names: Vec<_> = Statistic::NAMES.iter().map(|(_, name)| *name).collect();
                usage(format!(
                    "unknown statistic `{}` in [policy]; use one of {}",
                    sections.policy.statistic,
                    names.join(", ")
                ))
            })?;
        let protected = match &sections.core {
            CoreSection::Protected { vertices } => {
                let mut ids = vertices.clone();
                ids.sort_unstable();
                ids.dedup();
                ids
            }
            CoreSection::All {} | CoreSection::KCore { .. } => Vec::new(),
        };
        let base = path.parent().unwrap_or(Path::new("")).to_owned();
        let file = Self { base, profile, statistic: statistic.0, protected, text, sections };
        file.check_policy().map_err(usage)?;
        file.configuration().validate().map_err(|error| usage(error.to_string()))?;
        Ok(file)
    }

    /// The same, but the stream is read from `data`: a file, or `-` for standard input.
    pub(crate) fn reading(mut self, data: &str) -> Self {
        self.base = PathBuf::new();
        self.sections.stream = self.sections.stream.with_path(data.to_owned());
        self
    }

    /// What the gate is told.
    pub(crate) fn configuration(&self) -> Configuration<'_> {
        let (policy, budget) = (&self.sections.policy, &self.sections.budget);
        Configuration {
            meter: self.sections.run.budget_meter,
            profile: self.profile,
            core: match self.sections.core {
                CoreSection::All {} => Core::All,
                CoreSection::KCore { k } => Core::KCore(k),
                CoreSection::Protected { .. } => Core::Protected(&self.protected),
            },
            statistic: self.statistic,
            policy: EvidencePolicy {
                null_mean: to_q32(policy.null_mean),
                margin: to_q32(policy.margin),
                fail_bits: policy.fail_bits,
                pass_bits: policy.pass_bits,
                cool_down: policy.cool_down,
            },
            loss_scale: policy.loss_scale,
            cut_reference: (policy.cut_reference * 4_294_967_296.0) as u64,
            budget: ContainerEpochBudget {
                total: budget.total,
                ingest: budget.ingest,
                cut: budget.cut,
                spectral: budget.spectral,
                evidence: budget.evidence,
                witness: budget.witness,
            },
        }
    }

    fn check_policy(&self) -> Result<(), String> {
        let policy = &self.sections.policy;
        for (name, value) in [("null_mean", policy.null_mean), ("margin", policy.margin)] {
            if !(value > 0.0 && value < 1.0) {
                return Err(format!("{name} in [policy] is {value}; it must lie between 0 and 1"));
            }
        }
        if !(policy.cut_reference >= 0.0 && policy.cut_reference < 1_073_741_824.0) {
            return Err(format!(
                "cut_reference in [policy] is {}; it must be a weight below 2^30",
                policy.cut_reference
            ));
        }
        if i64::try_from(self.sections.run.budget_meter).is_err() {
            return Err("budget_meter in [run] must be below 2^63".to_owned());
        }
        Ok(())
    }
}

/// The nearest value of 32 binary places; the caller has checked that it lies between 0 and 1.
fn to_q32(value: f64) -> u32 {
    (value * 4_294_967_296.0).round().min(4_294_967_295.0) as u32
}
