//! What every step of one chain is held to, and the step itself: an instance and an input in, a body out.
//!
//! Container, shadow and rollback all take their steps here, so that there is one place where a guest's words become a body.

use codec::abi::Message;
use codec::{DecodeError, Digest, Reader, sha256};
use engine::{Instance, Stop, Trap};
use gate::config::{Configuration, ConfigurationError};
use receipt::{
    Body, CheckedKey, Claim, Denial, Exhaustion, Frame, GenesisStatement, Outcome, Role, Signature, Signer, SigningKey,
    Tip, TrapCode, verify_claim,
};

use crate::container::Plan;
use crate::error::RuntimeError;
use crate::exchange::{Reply, send};
use crate::limits::{INPUT_BYTES_MAX, SETUP_METER};
use crate::rollback::GoodStep;

/// A plan whose configuration is the one that its genesis statement names, with what follows from it.
pub(crate) struct Terms {
    plan: Plan,
    meter: i64,
    signer: Signer,
}

/// A step that was taken: its body and, if the guest signs, the guest's signature over the claim.
pub(crate) struct Taken {
    pub(crate) body: Body,
    pub(crate) witness: Option<Signature>,
}

/// A claim that was accepted, as bytes and decoded, with the guest's signature.
struct AcceptedClaim {
    bytes: Vec<u8>,
    claim: Claim,
    signature: Option<Signature>,
}

impl AcceptedClaim {
    /// Whether the guest signed it with this key; without a key, whether it did not sign.
    fn is_signed_under(&self, key: Option<&CheckedKey>) -> bool {
        match (&self.signature, key) {
            (None, None) => true,
            (Some(signature), Some(key)) => verify_claim(key, &self.bytes, signature).is_ok(),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }
}

impl Terms {
    pub(crate) fn new(plan: Plan) -> Result<Self, RuntimeError> {
        let statement = plan.genesis.statement();
        if sha256(&plan.configuration) != statement.configuration {
            return Err(RuntimeError::OtherGenesis);
        }
        let meter = meter_of(&plan.configuration).map_err(RuntimeError::Configuration)?;
        let signer = statement.signer();
        Ok(Self { plan, meter, signer })
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    pub(crate) fn statement(&self) -> &GenesisStatement {
        self.plan.genesis.statement()
    }

    /// Whether claims are signed in the guest.
    pub(crate) fn guest_signs(&self) -> bool {
        self.signer.role == Role::Guest
    }

    /// The public key to the `seed` that a guest is given, if it is given one.
    pub(crate) fn guest_key(&self, seed: &[u8; 32]) -> Option<CheckedKey> {
        let key = SigningKey::from_seed(seed).public();
        self.guest_signs().then(|| key.check().expect("a key made from a seed is a good one"))
    }

    /// Hands a fresh instance its configuration.
    pub(crate) fn configure(&self, instance: &mut dyn Instance) -> Result<(), RuntimeError> {
        set_up(instance, &[&[Message::Configure as u8], &self.plan.configuration]).map(|_| ())
    }

    /// Tells the guest who signs and, if it is the guest, gives it the seed.
    pub(crate) fn install_key(&self, instance: &mut dyn Instance, seed: Option<&[u8; 32]>) -> Result<(), RuntimeError> {
        let secret: &[u8] = seed.filter(|_| self.guest_signs()).map_or(&[], |seed| &seed[..]);
        let head = [Message::InstallKey as u8, self.signer.role as u8];
        set_up(instance, &[&head, &self.signer.key.0, secret]).map(|_| ())
    }

    /// Takes the step after `tip`. The instance's state is then that after the step if the body has a claim, and must be
    /// put back if it has none. `guest_key` belongs to the seed that the guest was given, if it was given one: a claim whose
    /// signature does not verify under it is a bad claim.
    ///
    /// # Errors
    /// The world failed; the instance must be replaced.
    pub(crate) fn step(
        &self,
        instance: &mut dyn Instance,
        tip: Tip,
        input: &[u8],
        guest_key: Option<&CheckedKey>,
    ) -> Result<Taken, RuntimeError> {
        let epoch = tip.epoch.checked_add(1).ok_or(RuntimeError::LastEpoch)?;
        let input_digest = sha256(input);
        let ended = if input.len() > INPUT_BYTES_MAX {
            instance.set_meter(self.meter);
            Err(Outcome::Denied(Denial::InputTooLong))
        } else {
            self.tick(instance, epoch, tip.digest, input_digest, input, guest_key)?
        };
        let meter_used = (self.meter - instance.meter()).clamp(0, self.meter) as u64;
        let (outcome, accepted) = match ended {
            Ok(accepted) => (Outcome::of_completed(accepted.claim.completed), Some(accepted)),
            Err(outcome) => (outcome, None),
        };
        let (claim, signature) = accepted.map(|accepted| (accepted.bytes, accepted.signature)).unzip();
        let statement = self.statement();
        let frame = Frame {
            epoch,
            previous: tip.digest,
            input: input_digest,
            outcome,
            meter_used,
            module: statement.module,
            configuration: statement.configuration,
            cost_table: statement.cost_table,
            claim: claim.as_deref().map(sha256),
            key_mode: statement.key_mode,
        };
        Ok(Taken { body: Body::new(frame, claim.as_deref())?, witness: signature.flatten() })
    }

    /// Takes a good step once more; it must leave the same claim.
    pub(crate) fn repeat(&self, instance: &mut dyn Instance, step: &GoodStep) -> Result<(), RuntimeError> {
        match send_step(instance, self.meter, step.epoch, step.previous, &step.input) {
            Ok(Reply::Output(output)) if read_output(&output).is_some_and(|a| sha256(&a.bytes) == step.claim) => Ok(()),
            Err(Stop::World(error)) => Err(error.into()),
            Ok(_) | Err(Stop::Trap(_)) => Err(RuntimeError::NotDeterministic { epoch: step.epoch }),
        }
    }

    /// Runs the guest: a claim that holds, or the outcome of a step without one.
    fn tick(
        &self,
        instance: &mut dyn Instance,
        epoch: u64,
        previous: Digest,
        input_digest: Digest,
        input: &[u8],
        guest_key: Option<&CheckedKey>,
    ) -> Result<Result<AcceptedClaim, Outcome>, RuntimeError> {
        let reply = match send_step(instance, self.meter, epoch, previous, input) {
            Ok(reply) => reply,
            Err(Stop::Trap(trap)) => return Ok(Err(outcome_of(trap))),
            Err(Stop::World(error)) => return Err(error.into()),
        };
        let output = match reply {
            Reply::Output(output) => output,
            Reply::Refused(refusal) => return Ok(Err(Outcome::Denied(Denial::Guest(refusal)))),
            Reply::Nonsense => return Ok(Err(Outcome::Denied(Denial::BadOutput))),
        };
        Ok(read_output(&output)
            .filter(|accepted| {
                let claim = &accepted.claim;
                claim.epoch == epoch
                    && claim.previous == previous
                    && claim.input == input_digest
                    && claim.signer == self.signer
                    && accepted.is_signed_under(guest_key)
            })
            .ok_or(Outcome::Denied(Denial::BadClaim)))
    }
}

/// Takes the key out of an instance.
pub(crate) fn wipe_key(instance: &mut dyn Instance) -> Result<(), RuntimeError> {
    set_up(instance, &[&[Message::WipeKey as u8]]).map(|_| ())
}

/// The last claims as the guest remembers them.
pub(crate) fn recall(instance: &mut dyn Instance) -> Result<Vec<(u64, Digest)>, RuntimeError> {
    let output = set_up(instance, &[&[Message::Recall as u8]])?;
    read_recall(&output).map_err(|_| RuntimeError::SetupNonsense)
}

/// Sends a message that is not a step; gives its output.
fn set_up(instance: &mut dyn Instance, parts: &[&[u8]]) -> Result<Vec<u8>, RuntimeError> {
    match send(instance, SETUP_METER, parts) {
        Ok(Reply::Output(output)) => Ok(output),
        Ok(Reply::Refused(refusal)) => Err(RuntimeError::SetupRefused(refusal)),
        Ok(Reply::Nonsense) => Err(RuntimeError::SetupNonsense),
        Err(Stop::Trap(trap)) => Err(RuntimeError::SetupTrap(trap)),
        Err(Stop::World(error)) => Err(error.into()),
    }
}

fn send_step(
    instance: &mut dyn Instance,
    meter: i64,
    epoch: u64,
    previous: Digest,
    input: &[u8],
) -> Result<Reply, Stop> {
    send(instance, meter, &[&[Message::Step as u8], &epoch.to_le_bytes(), &previous.0, input])
}

/// A guest's output: `[claim, signature or null]`, and a claim that decodes.
fn read_output(output: &[u8]) -> Option<AcceptedClaim> {
    let mut cbor = Reader::new(output);
    cbor.array_of(2).ok()?;
    let bytes = cbor.bytes().ok()?.to_vec();
    let signature = if cbor.null() { None } else { Some(Signature(cbor.fixed().ok()?)) };
    cbor.finish().ok()?;
    Some(AcceptedClaim { claim: Claim::decode(&bytes).ok()?, bytes, signature })
}

fn read_recall(output: &[u8]) -> Result<Vec<(u64, Digest)>, DecodeError> {
    let mut cbor = Reader::new(output);
    let mut claims = Vec::new();
    for _ in 0..cbor.array()? {
        cbor.array_of(2)?;
        claims.push((cbor.uint()?, cbor.digest()?));
    }
    cbor.finish()?;
    Ok(claims)
}

/// The step budget that a configuration names.
fn meter_of(configuration: &[u8]) -> Result<i64, ConfigurationError> {
    // As many protected vertices as any encoding of this length could hold.
    let mut space = vec![0; configuration.len()];
    let configuration = Configuration::decode(configuration, &mut space)?;
    Ok(i64::try_from(configuration.meter).expect("decoding limits the meter to i64"))
}

fn outcome_of(trap: Trap) -> Outcome {
    Outcome::Trapped(match trap {
        Trap::MeterExhausted => return Outcome::Exhausted(Exhaustion::Meter),
        Trap::DepthExhausted => return Outcome::Exhausted(Exhaustion::Depth),
        Trap::Unreachable => TrapCode::Unreachable,
        Trap::MemoryOutOfBounds => TrapCode::MemoryOutOfBounds,
        Trap::TableOutOfBounds => TrapCode::TableOutOfBounds,
        Trap::BadIndirectCall => TrapCode::BadIndirectCall,
        Trap::IntegerOverflow => TrapCode::IntegerOverflow,
        Trap::DivisionByZero => TrapCode::DivisionByZero,
    })
}
