//! One instance with its chain: a step in, a body and a receipt out.

use std::sync::Arc;

use codec::abi::Message;
use codec::{DecodeError, Digest, Reader, sha256};
use engine::{Instance, Module, Stop, Trap};
use gate::config::{Configuration, ConfigurationError};
use receipt::{
    Body, Claim, DUMMY_SEED, Denial, Exhaustion, Frame, Genesis, Outcome, Receipt, Role, Signature, Signer, SigningKey,
    TrapCode,
};
use zeroize::Zeroizing;

use crate::error::RuntimeError;
use crate::exchange::{Reply, send};
use crate::limits::{INPUT_BYTES_MAX, SETUP_METER};
use crate::rollback::{GoodStep, RestorePoint};

/// What is run: everything that is public and fixed for one chain.
#[derive(Clone)]
pub struct Plan {
    /// The genesis statement that opens the chain.
    pub genesis: Genesis,
    /// The encoded configuration, whose digest the genesis statement names.
    pub configuration: Vec<u8>,
}

/// Who signs.
#[allow(clippy::large_enum_variant, reason = "made once for a run, and boxing a key would leave a copy of it behind")]
pub enum Secrets {
    /// A run: the runtime's key and, if the guest signs its claims, the witness key. Both belong to the genesis statement.
    Sign {
        /// Signs bodies.
        runtime: SigningKey,
        /// Signs claims; handed to the guest.
        witness: Option<SigningKey>,
    },
    /// A replay: nothing is signed, and the guest gets a key that everybody knows.
    Replay,
}

/// A running container and the end of its chain.
pub struct Container {
    module: Arc<dyn Module>,
    instance: Box<dyn Instance>,
    plan: Plan,
    meter: i64,
    signer: Signer,
    seed: Option<Zeroizing<[u8; 32]>>,
    runtime_key: Option<SigningKey>,
    epoch: u64,
    previous: Digest,
    restore_point: RestorePoint,
    /// Set while the instance may be in a state that no chain speaks of.
    broken: bool,
}

/// What a step left behind.
pub struct Stepped {
    /// The body.
    pub body: Body,
    /// The receipt, unless this is a replay.
    pub receipt: Option<Receipt>,
}

/// A claim that was accepted, as bytes and decoded, with the guest's signature.
struct AcceptedClaim {
    bytes: Vec<u8>,
    claim: Claim,
    signature: Option<Signature>,
}

impl Container {
    /// Starts a container: instantiates it, hands it its configuration and its key.
    ///
    /// # Errors
    /// Any [`RuntimeError`] but `NotDeterministic` and `Format`.
    pub fn start(module: Arc<dyn Module>, plan: Plan, secrets: Secrets) -> Result<Self, RuntimeError> {
        let statement = plan.genesis.statement();
        if sha256(&plan.configuration) != statement.configuration {
            return Err(RuntimeError::OtherGenesis);
        }
        let meter = meter_of(&plan.configuration).map_err(RuntimeError::Configuration)?;
        let (role, key) = match statement.witness {
            Some(witness) => (Role::Guest, witness),
            None => (Role::Host, statement.runtime),
        };
        let (runtime_key, witness) = match secrets {
            Secrets::Sign { runtime, witness } => (Some(runtime), witness.map(|key| key.expose_seed())),
            Secrets::Replay => (None, Some(Zeroizing::new(DUMMY_SEED))),
        };
        let instance = module.instantiate()?;
        let mut container = Self {
            module,
            instance,
            meter,
            signer: Signer { role, key },
            seed: witness.filter(|_| role == Role::Guest),
            runtime_key,
            epoch: 0,
            previous: plan.genesis.payload_digest(),
            plan,
            restore_point: RestorePoint::new(),
            broken: false,
        };
        set_up(&mut *container.instance, &[&[Message::Configure as u8], &container.plan.configuration])?;
        container.save_restore_point()?;
        Ok(container)
    }

    /// The epoch of the last step; 0 before the first.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The digest that the next body will hold as its previous one.
    #[must_use]
    pub fn tip(&self) -> Digest {
        self.previous
    }

    /// The linear memory as it is, with the key in it if the guest signs. For measurements and for tests that look for
    /// what must not be there.
    #[must_use]
    pub fn memory(&self) -> &[u8] {
        self.instance.memory()
    }

    /// Takes the key out of the instance, as is done before its memory is kept anywhere.
    ///
    /// # Errors
    /// The guest does not take the message.
    pub fn wipe_key(&mut self) -> Result<(), RuntimeError> {
        set_up(&mut *self.instance, &[&[Message::WipeKey as u8]]).map(|_| ())
    }

    /// Puts the key back.
    ///
    /// # Errors
    /// The guest does not take the message.
    pub fn install_key(&mut self) -> Result<(), RuntimeError> {
        let secret: &[u8] = self.seed.as_ref().map_or(&[], |seed| &seed[..]);
        let head = [Message::InstallKey as u8, self.signer.role as u8];
        set_up(&mut *self.instance, &[&head, &self.signer.key.0, secret]).map(|_| ())
    }

    /// The last claims as the guest remembers them: epoch and digest, oldest first.
    ///
    /// # Errors
    /// The guest does not answer, or not in the form of `spec/guest-abi.md`.
    pub fn recall(&mut self) -> Result<Vec<(u64, Digest)>, RuntimeError> {
        let output = set_up(&mut *self.instance, &[&[Message::Recall as u8]])?;
        read_recall(&output).map_err(|_| RuntimeError::SetupNonsense)
    }

    /// Takes one step. Whatever the guest does, there is a body; if it left no claim, the container is as it was before.
    ///
    /// # Errors
    /// The world failed: nothing is receipted, the epoch is not used up, and the container is as it was before; or, if it
    /// could not be put back, every later step is [`RuntimeError::Broken`].
    pub fn step(&mut self, input: &[u8]) -> Result<Stepped, RuntimeError> {
        if std::mem::replace(&mut self.broken, true) {
            return Err(RuntimeError::Broken);
        }
        let epoch = self.epoch + 1;
        let input_digest = sha256(input);
        let ended = if input.len() > INPUT_BYTES_MAX {
            self.instance.set_meter(self.meter);
            Ok(Err(Outcome::Denied(Denial::InputTooLong)))
        } else {
            self.tick(epoch, input_digest, input)
        };
        let (outcome, accepted) = match ended {
            Ok(Ok(accepted)) => (Outcome::of_completed(accepted.claim.completed), Some(accepted)),
            Ok(Err(outcome)) => (outcome, None),
            Err(error) => {
                self.roll_back()?;
                self.broken = false;
                return Err(error);
            }
        };
        let meter_used = (self.meter - self.instance.meter()).clamp(0, self.meter) as u64;
        let stepped = self.receipt(epoch, input_digest, outcome, meter_used, accepted)?;
        match stepped.body.frame().claim {
            None => self.roll_back()?,
            Some(claim) => {
                let good = GoodStep { epoch, previous: self.previous, claim, input: input.to_vec() };
                if self.restore_point.remember(good) {
                    self.save_restore_point()?;
                }
            }
        }
        self.epoch = epoch;
        self.previous = stepped.body.digest();
        self.broken = false;
        Ok(stepped)
    }

    /// Runs the guest: a claim that holds, or the outcome of a step without one.
    fn tick(
        &mut self,
        epoch: u64,
        input_digest: Digest,
        input: &[u8],
    ) -> Result<Result<AcceptedClaim, Outcome>, RuntimeError> {
        let reply = match send_step(&mut *self.instance, self.meter, epoch, self.previous, input) {
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
                    && claim.previous == self.previous
                    && claim.input == input_digest
                    && claim.signer == self.signer
                    && accepted.signature.is_some() == (self.signer.role == Role::Guest)
            })
            .ok_or(Outcome::Denied(Denial::BadClaim)))
    }

    fn receipt(
        &self,
        epoch: u64,
        input: Digest,
        outcome: Outcome,
        meter_used: u64,
        accepted: Option<AcceptedClaim>,
    ) -> Result<Stepped, RuntimeError> {
        let statement = self.plan.genesis.statement();
        let (claim, signature) = accepted.map(|accepted| (accepted.bytes, accepted.signature)).unzip();
        let frame = Frame {
            epoch,
            previous: self.previous,
            input,
            outcome,
            meter_used,
            module: statement.module,
            configuration: statement.configuration,
            cost_table: statement.cost_table,
            claim: claim.as_deref().map(sha256),
            key_mode: statement.key_mode,
        };
        let body = Body::new(frame, claim.as_deref())?;
        let receipt = match &self.runtime_key {
            Some(key) => Some(Receipt::sign(body.clone(), signature.flatten(), key)?),
            None => None,
        };
        Ok(Stepped { body, receipt })
    }

    /// Saves the state, without the key, and puts the key (back) in.
    fn save_restore_point(&mut self) -> Result<(), RuntimeError> {
        self.wipe_key()?;
        self.instance.save(&mut self.restore_point.state);
        self.restore_point.saved();
        self.install_key()
    }

    /// Makes a fresh instance and brings it to where the last good step left it.
    fn roll_back(&mut self) -> Result<(), RuntimeError> {
        self.instance = self.module.instantiate()?;
        self.instance.restore(&self.restore_point.state)?;
        self.install_key()?;
        for step in self.restore_point.since() {
            match send_step(&mut *self.instance, self.meter, step.epoch, step.previous, &step.input) {
                Ok(Reply::Output(output)) if read_output(&output).is_some_and(|a| sha256(&a.bytes) == step.claim) => {}
                Err(Stop::World(error)) => return Err(error.into()),
                Ok(_) | Err(Stop::Trap(_)) => return Err(RuntimeError::NotDeterministic { epoch: step.epoch }),
            }
        }
        self.save_restore_point()
    }
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
