//! The configuration of a gate: profile, core, policy and budgets, and its one encoding, whose digest every receipt names.
//!
//! `spec/configuration.md` has the same in words.

use codec::decode::DecodeReason;
use codec::{DecodeError, Encoder, Reader, Sink};

use crate::evidence::{EvidencePolicy, PolicyError};
use crate::profile::Profile;

/// The version of the encoding.
const VERSION: u64 = 1;

/// Which part of the active graph the gate speaks of. On real sparse graphs the global minimum cut is a leaf; a core is
/// what makes it mean something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Core<'a> {
    /// Every active vertex (one that has an edge).
    All,
    /// The k-core: what is left after vertices with fewer than k neighbours are taken away again and again.
    KCore(u32),
    /// These external ids, ascending, as far as they are active.
    Protected(&'a [u64]),
}

/// What is watched. Each is a number in [0, 1]; the gate fails when its mean is shown to be above the policy's null mean.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Statistic {
    /// The spectral score σ: alarms when the graph hangs together too well.
    Score = 0,
    /// 1 − σ: alarms when the graph comes apart.
    OneMinusScore = 1,
    /// max(0, 1 − λ / reference): alarms when the minimum cut falls below a declared reference.
    CutDrop = 2,
    /// The mean over the vertices observed in the tick of min(1, |first value| / scale).
    ObservationLoss = 3,
}

impl Statistic {
    /// All, with the names they have in a run file.
    pub const NAMES: [(Self, &'static str); 4] = [
        (Self::Score, "score"),
        (Self::OneMinusScore, "one-minus-score"),
        (Self::CutDrop, "cut-drop"),
        (Self::ObservationLoss, "observation-loss"),
    ];
}

/// Work units that one tick may use: in all, and in each of its five phases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ContainerEpochBudget {
    /// All phases together.
    pub total: u64,
    /// Deltas read and applied.
    pub ingest: u64,
    /// Edges and vertices scanned for the minimum cut, freezing the graph included.
    pub cut: u64,
    /// Edges and vertices scanned for the spectral score.
    pub spectral: u64,
    /// Bets updated.
    pub evidence: u64,
    /// Blocks of 64 bytes hashed for the cut hash.
    pub witness: u64,
}

/// Everything about a gate that a receipt depends on.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Configuration<'a> {
    /// What the meter may count in one step, in cost units of the sealed module.
    pub meter: u64,
    /// The guest's memory and capacities.
    pub profile: Profile,
    /// The part of the graph that is watched.
    pub core: Core<'a>,
    /// What is watched about it.
    pub statistic: Statistic,
    /// How much evidence is asked for.
    pub policy: EvidencePolicy,
    /// For [`Statistic::ObservationLoss`]: the value at which the loss is 1; positive and finite.
    pub loss_scale: f32,
    /// For [`Statistic::CutDrop`]: the reference, raw 32.32; not 0.
    pub cut_reference: u64,
    /// Work units in one tick.
    pub budget: ContainerEpochBudget,
}

/// Why a configuration was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConfigurationError {
    /// The bytes are not a configuration's one encoding.
    Malformed(DecodeError),
    /// The evidence policy has no guarantee to offer with these numbers.
    Policy(PolicyError),
    /// `loss_scale` is not a positive finite number.
    LossScale,
    /// `cut_reference` is 0 though the statistic needs it.
    CutReference,
    /// More protected vertices than the profile has room for, or not in ascending order.
    Protected,
    /// The guest is built for another profile.
    OtherProfile,
    /// The slab is smaller than the profile needs.
    Slab,
}

impl core::fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "the configuration is malformed: {error}"),
            Self::Policy(error) => write!(f, "{error}"),
            Self::LossScale => f.write_str("loss_scale must be a positive number"),
            Self::CutReference => f.write_str("cut_reference must be above 0 for the statistic cut-drop"),
            Self::Protected => f.write_str(
                "protected vertices must be ascending, without repetition, and no more than the profile has room for",
            ),
            Self::OtherProfile => f.write_str("the guest is built for another profile"),
            Self::Slab => f.write_str("the slab is smaller than the profile needs"),
        }
    }
}

impl core::error::Error for ConfigurationError {}

impl<'a> Configuration<'a> {
    /// Writes the one encoding.
    pub fn encode<S: Sink>(&self, sink: &mut S) {
        let mut cbor = Encoder::new(sink);
        cbor.map(9).uint(1).uint(VERSION).uint(2).uint(self.meter).uint(3).uint(u64::from(self.profile.number)).uint(4);
        match self.core {
            Core::All => cbor.array(1).uint(0),
            Core::KCore(k) => cbor.array(2).uint(1).uint(u64::from(k)),
            Core::Protected(ids) => {
                cbor.array(2).uint(2).array(ids.len() as u64);
                ids.iter().fold(&mut cbor, |cbor, id| cbor.uint(*id))
            }
        };
        let policy = &self.policy;
        cbor.uint(5).uint(self.statistic as u64).uint(6).array(5);
        cbor.uint(u64::from(policy.null_mean)).uint(u64::from(policy.margin));
        cbor.uint(u64::from(policy.fail_bits)).uint(u64::from(policy.pass_bits)).uint(u64::from(policy.cool_down));
        cbor.uint(7).uint(u64::from(self.loss_scale.to_bits())).uint(8).uint(self.cut_reference).uint(9).array(6);
        let budget = &self.budget;
        for units in [budget.total, budget.ingest, budget.cut, budget.spectral, budget.evidence, budget.witness] {
            cbor.uint(units);
        }
    }

    /// Reads the one encoding. Protected ids are written to `space`, from which the result borrows them.
    ///
    /// # Errors
    /// [`ConfigurationError`], for anything that [`Configuration::encode`] would not have written or that no gate can run with.
    pub fn decode(bytes: &[u8], space: &'a mut [u64]) -> Result<Self, ConfigurationError> {
        let (configuration, protected) = read(bytes, space).map_err(ConfigurationError::Malformed)?;
        let space: &'a [u64] = space;
        let configuration = match protected {
            Some(count) => Configuration { core: Core::Protected(&space[..count]), ..configuration },
            None => configuration,
        };
        configuration.validate()?;
        Ok(configuration)
    }

    /// Checks what the encoding alone cannot.
    ///
    /// # Errors
    /// Everything of [`ConfigurationError`] but `Malformed`, `OtherProfile` and `Slab`.
    pub fn validate(&self) -> Result<(), ConfigurationError> {
        self.policy.validate().map_err(ConfigurationError::Policy)?;
        if !(self.loss_scale.is_finite() && self.loss_scale > 0.0) {
            return Err(ConfigurationError::LossScale);
        }
        if self.statistic == Statistic::CutDrop && self.cut_reference == 0 {
            return Err(ConfigurationError::CutReference);
        }
        if let Core::Protected(ids) = self.core {
            let ascending = ids.windows(2).all(|pair| pair[0] < pair[1]);
            if !ascending || ids.len() > self.profile.protected {
                return Err(ConfigurationError::Protected);
            }
        }
        Ok(())
    }
}

/// The fields, with the number of protected ids written to `space` if that is the core.
fn read(bytes: &[u8], space: &mut [u64]) -> Result<(Configuration<'static>, Option<usize>), DecodeError> {
    let mut cbor = Reader::new(bytes);
    cbor.map_of(9)?;
    cbor.key(1)?;
    cbor.version(VERSION)?;
    cbor.key(2)?;
    let meter = cbor.uint_at_most(i64::MAX as u64)?;
    cbor.key(3)?;
    let unknown = cbor.error(DecodeReason::OutOfRange);
    let profile = Profile::from_number(cbor.u8()?).ok_or(unknown)?;
    cbor.key(4)?;
    let (core, protected) = read_core(&mut cbor, space)?;
    cbor.key(5)?;
    let unknown = cbor.error(DecodeReason::OutOfRange);
    let number = cbor.u8()?;
    let statistic =
        Statistic::NAMES.iter().map(|(statistic, _)| *statistic).find(|s| *s as u8 == number).ok_or(unknown)?;
    cbor.key(6)?;
    cbor.array_of(5)?;
    let policy = EvidencePolicy {
        null_mean: cbor.u32()?,
        margin: cbor.u32()?,
        fail_bits: cbor.u8()?,
        pass_bits: cbor.u8()?,
        cool_down: cbor.u32()?,
    };
    cbor.key(7)?;
    let loss_scale = f32::from_bits(cbor.u32()?);
    cbor.key(8)?;
    let cut_reference = cbor.uint()?;
    cbor.key(9)?;
    cbor.array_of(6)?;
    let budget = ContainerEpochBudget {
        total: cbor.uint()?,
        ingest: cbor.uint()?,
        cut: cbor.uint()?,
        spectral: cbor.uint()?,
        evidence: cbor.uint()?,
        witness: cbor.uint()?,
    };
    cbor.finish()?;
    Ok((Configuration { meter, profile, core, statistic, policy, loss_scale, cut_reference, budget }, protected))
}

fn read_core(cbor: &mut Reader<'_>, space: &mut [u64]) -> Result<(Core<'static>, Option<usize>), DecodeError> {
    let start = cbor.clone();
    let len = cbor.array()?;
    match (cbor.uint()?, len) {
        (0, 1) => Ok((Core::All, None)),
        (1, 2) => Ok((Core::KCore(cbor.u32()?), None)),
        (2, 2) => {
            let too_many = cbor.error(DecodeReason::OutOfRange);
            let count = cbor.array()? as usize;
            for place in space.get_mut(..count).ok_or(too_many)? {
                *place = cbor.uint()?;
            }
            Ok((Core::Protected(&[]), Some(count)))
        }
        _ => Err(start.error(DecodeReason::UnexpectedShape)),
    }
}
