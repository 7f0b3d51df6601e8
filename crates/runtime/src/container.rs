//! One instance with its chain: a step in, a body and a receipt out.

use std::sync::Arc;

use codec::Digest;
use engine::{Instance, Module};
use receipt::divergence::SignedDivergence;
use receipt::snapshot::Manifest;
use receipt::{Body, CheckedKey, DUMMY_SEED, Genesis, PostQuantumSigningKey, Receipt, SigningKey, Tip};
use zeroize::Zeroizing;

use crate::error::RuntimeError;
use crate::pages::PageImage;
use crate::rollback::{GoodStep, RestorePoint};
use crate::shadow::{Shadow, Standing};
use crate::snapshot::{RestState, Snapshot};
use crate::terms::{Taken, Terms, recall, wipe_key};

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
    /// A run: the keys that belong to the genesis statement.
    Sign {
        /// Signs bodies.
        runtime: SigningKey,
        /// Signs claims; handed to the guest if the guest signs.
        witness: Option<SigningKey>,
        /// Signs bodies a second time, if the genesis statement names such a key.
        post_quantum: Option<PostQuantumSigningKey>,
    },
    /// A replay: nothing is signed, and the guest gets a key that everybody knows.
    Replay,
}

/// Where a container goes on: a state, and the end of the chain that left it.
pub struct At {
    /// The state, without any key.
    pub state: RestState,
    /// The chain's end in that state. For a fork's first step this is [`Tip::start`].
    pub tip: Tip,
}

/// A running container and the end of its chain.
pub struct Container {
    module: Arc<dyn Module>,
    instance: Box<dyn Instance>,
    terms: Terms,
    seed: Option<Zeroizing<[u8; 32]>>,
    /// Belongs to the seed.
    guest_key: Option<CheckedKey>,
    keys: Option<RuntimeKeys>,
    tip: Tip,
    /// The last receipt, as long as it is unsigned.
    last_unsigned: Option<Receipt>,
    restore_point: RestorePoint,
    shadow: Option<Standing>,
    condition: Condition,
}

/// What a step left behind.
pub struct Stepped {
    /// The body.
    pub body: Body,
    /// The receipt, signed or not, unless this is a replay.
    pub receipt: Option<Receipt>,
}

/// The keys that sign bodies.
struct RuntimeKeys {
    runtime: SigningKey,
    post_quantum: Option<PostQuantumSigningKey>,
}

/// Whether another step may be taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Good,
    /// The instance may be in a state that no chain speaks of.
    Broken,
}

impl Container {
    /// Starts a container: instantiates it, hands it its configuration and its key.
    ///
    /// # Errors
    /// [`RuntimeError::ParentState`] if the chain is a fork, [`RuntimeError::OtherGenesis`] and [`RuntimeError::OtherKey`] if
    /// plan and secrets do not belong together, and whatever the engine and the guest's set-up may fail with.
    pub fn start(module: Arc<dyn Module>, plan: Plan, secrets: Secrets) -> Result<Self, RuntimeError> {
        if plan.genesis.statement().parent.is_some() {
            return Err(RuntimeError::ParentState);
        }
        let mut container = Self::prepare(module, plan, secrets)?;
        container.terms.configure(&mut *container.instance)?;
        container.save_restore_point()?;
        container.condition = Condition::Good;
        Ok(container)
    }

    /// Goes on after `at`: on this engine or another than the one that left the state. A fork begins so too, with its
    /// parent's state, which must be the one that its genesis statement names.
    ///
    /// Whoever calls this vouches that `at` belongs to the chain: a snapshot's manifest says so under the runtime's signature.
    ///
    /// # Errors
    /// As for [`Container::start`]; [`RuntimeError::OtherState`] and [`RuntimeError::OtherTip`] if the genesis statement
    /// shows that `at` is not of its chain.
    pub fn resume(module: Arc<dyn Module>, plan: Plan, secrets: Secrets, at: At) -> Result<Self, RuntimeError> {
        let At { state, tip } = at;
        let start = Tip::start(&plan.genesis);
        if tip.epoch < start.epoch || (tip.epoch == start.epoch && tip.digest != start.digest) {
            return Err(RuntimeError::OtherTip);
        }
        let parent = plan.genesis.statement().parent;
        if tip == start && parent.is_some_and(|parent| parent.state != state.digest()) {
            return Err(RuntimeError::OtherState);
        }
        let mut container = Self::prepare(module, plan, secrets)?;
        container.tip = tip;
        container.instance.restore(state.state())?;
        container.restore_point.state = state.into_state();
        container.install_key()?;
        container.condition = Condition::Good;
        Ok(container)
    }

    /// A fresh instance that has not been told anything yet.
    fn prepare(module: Arc<dyn Module>, plan: Plan, secrets: Secrets) -> Result<Self, RuntimeError> {
        let tip = Tip::start(&plan.genesis);
        let terms = Terms::new(plan)?;
        let (keys, seed) = match secrets {
            Secrets::Sign { runtime, witness, post_quantum } => {
                let keys = RuntimeKeys { runtime, post_quantum };
                keys.check(&terms)?;
                if terms.guest_signs() && witness.is_none() {
                    return Err(RuntimeError::OtherKey);
                }
                (Some(keys), witness.map(|key| key.expose_seed()))
            }
            Secrets::Replay => (None, Some(Zeroizing::new(DUMMY_SEED))),
        };
        Ok(Self {
            instance: module.instantiate()?,
            module,
            guest_key: seed.as_ref().and_then(|seed| terms.guest_key(seed)),
            seed: seed.filter(|_| terms.guest_signs()),
            terms,
            keys,
            tip,
            last_unsigned: None,
            restore_point: RestorePoint::new(),
            shadow: None,
            condition: Condition::Broken,
        })
    }

    /// Puts a shadow beside the container, in place of the one before it.
    ///
    /// # Errors
    /// The shadow's engine fails, or its guest's set-up.
    pub fn set_shadow(&mut self, shadow: Shadow) -> Result<(), RuntimeError> {
        self.shadow = Some(if shadow.takes_all() {
            let (module, plan) = (shadow.module(), self.terms.plan().clone());
            let engine = module.engine_name();
            let fresh = self.tip == Tip::start(&plan.genesis) && plan.genesis.statement().parent.is_none();
            let container = if fresh {
                Self::start(module, plan, Secrets::Replay)?
            } else {
                let at = At { state: self.at_rest()?, tip: self.tip };
                Self::resume(module, plan, Secrets::Replay, at)?
            };
            Standing::Lockstep { engine, container: Box::new(container) }
        } else {
            shadow.sampling()
        });
        Ok(())
    }

    /// The epoch of the last step; before the first, 0 or the epoch of a fork's parent.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.tip.epoch
    }

    /// The digest that the next body will hold as its previous one.
    #[must_use]
    pub fn tip(&self) -> Digest {
        self.tip.digest
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
        wipe_key(&mut *self.instance)
    }

    /// Puts the key back.
    ///
    /// # Errors
    /// The guest does not take the message.
    pub fn install_key(&mut self) -> Result<(), RuntimeError> {
        self.terms.install_key(&mut *self.instance, self.seed.as_deref())
    }

    /// The last claims as the guest remembers them: epoch and digest, oldest first.
    ///
    /// # Errors
    /// The guest does not answer, or not in the form of `spec/guest-abi.md`.
    pub fn recall(&mut self) -> Result<Vec<(u64, Digest)>, RuntimeError> {
        recall(&mut *self.instance)
    }

    /// Takes one step. Whatever the guest does, there is a body; if it left no claim, the container is as it was before.
    ///
    /// The receipt is signed if the genesis statement's signing interval divides its epoch.
    ///
    /// # Errors
    /// The world failed: nothing is receipted, the epoch is not used up, and the container is as it was before; or, if it
    /// could not be put back, every later step is [`RuntimeError::Broken`]. Or the shadow disagrees
    /// ([`RuntimeError::Diverged`]): then too nothing is receipted, and every later step is [`RuntimeError::Broken`].
    pub fn step(&mut self, input: &[u8]) -> Result<Stepped, RuntimeError> {
        self.enter()?;
        let taken = match self.take(input) {
            Ok(taken) => taken,
            Err(diverged @ RuntimeError::Diverged(_)) => return Err(diverged),
            Err(error) => {
                self.roll_back()?;
                self.condition = Condition::Good;
                return Err(error);
            }
        };
        match taken.body.frame().claim {
            None => self.roll_back()?,
            Some(claim) => {
                let Tip { epoch, digest: previous } = self.tip;
                let good = GoodStep { epoch: epoch + 1, previous, claim, input: input.to_vec() };
                if self.restore_point.remember(good) {
                    self.save_restore_point()?;
                }
            }
        }
        let stepped = self.receipt(taken)?;
        self.tip = Tip::after(&stepped.body);
        self.condition = Condition::Good;
        Ok(stepped)
    }

    /// Signs the last step's receipt, if it has one that is not signed: so that a chain that is closed ends with a
    /// signature. `None` if there is nothing to sign.
    pub fn sign_last(&mut self) -> Option<Receipt> {
        let keys = self.keys.as_ref()?;
        self.last_unsigned.take().map(|receipt| keys.sign(receipt))
    }

    /// Signs what [`RuntimeError::Diverged`] told of a step: the one statement that there is of it. `None` in a replay.
    #[must_use]
    pub fn sign_divergence(&self, divergence: receipt::divergence::Divergence) -> Option<SignedDivergence> {
        self.keys.as_ref().map(|keys| divergence.sign(&keys.runtime))
    }

    /// Signs the manifest of a snapshot of this container. `log_root` is the root of the log up to the snapshot's epoch.
    /// `None` in a replay.
    #[must_use]
    pub fn sign_snapshot(&self, snapshot: &Snapshot<'_>, log_root: Digest) -> Option<receipt::snapshot::Snapshot> {
        let keys = self.keys.as_ref()?;
        let Tip { epoch, digest: tip } = snapshot.tip;
        let genesis = self.terms.plan().genesis.payload_digest();
        let manifest = Manifest { genesis, epoch, tip, log_root, state: snapshot.state.clone() };
        Some(manifest.sign(&keys.runtime))
    }

    /// The state as a snapshot would have it: the key is taken out, and put back afterwards.
    ///
    /// # Errors
    /// The guest does not take the messages; [`RuntimeError::Broken`] as for a step.
    pub fn at_rest(&mut self) -> Result<RestState, RuntimeError> {
        self.enter()?;
        self.save_restore_point()?;
        self.condition = Condition::Good;
        Ok(RestState::of(self.restore_point.state.clone()))
    }

    /// Takes a snapshot. What is new since the last snapshot of `image` comes with it; to find that out costs a comparison of
    /// the whole memory and a digest for each page that differs.
    ///
    /// # Errors
    /// The guest does not take the messages; [`RuntimeError::Broken`] as for a step.
    pub fn snapshot<'i>(&mut self, image: &'i mut PageImage) -> Result<Snapshot<'i>, RuntimeError> {
        self.enter()?;
        self.wipe_key()?;
        let mut globals = Vec::new();
        self.instance.globals(&mut globals);
        image.update(self.instance.memory());
        self.install_key()?;
        self.condition = Condition::Good;
        Ok(Snapshot::new(self.tip, &globals, image))
    }

    /// From here to where the condition is set good again, the container counts as broken.
    fn enter(&mut self) -> Result<(), RuntimeError> {
        match std::mem::replace(&mut self.condition, Condition::Broken) {
            Condition::Good => Ok(()),
            Condition::Broken => Err(RuntimeError::Broken),
        }
    }

    /// Takes the step on this instance and, if it is due, on the shadow.
    fn take(&mut self, input: &[u8]) -> Result<Taken, RuntimeError> {
        let epoch = self.tip.epoch.checked_add(1).ok_or(RuntimeError::LastEpoch)?;
        let sampled = self.shadow.as_ref().is_some_and(|shadow| shadow.wants_state(epoch));
        if sampled {
            self.save_restore_point()?;
        }
        let taken = self.terms.step(&mut *self.instance, self.tip, input, self.guest_key.as_ref())?;
        if let Some(shadow) = &mut self.shadow {
            let before = sampled.then_some(&self.restore_point.state);
            let running = (self.module.engine_name(), &taken.body);
            shadow.check(&self.terms, self.tip, before, input, running)?;
        }
        Ok(taken)
    }

    fn receipt(&mut self, taken: Taken) -> Result<Stepped, RuntimeError> {
        let Taken { body, witness } = taken;
        let Some(keys) = &self.keys else { return Ok(Stepped { body, receipt: None }) };
        let interval = u64::from(self.terms.statement().signing_interval.get());
        let unsigned = Receipt::unsigned(body.clone(), witness)?;
        let receipt = if body.frame().epoch.is_multiple_of(interval) {
            self.last_unsigned = None;
            keys.sign(unsigned)
        } else {
            self.last_unsigned = Some(unsigned.clone());
            unsigned
        };
        Ok(Stepped { body, receipt: Some(receipt) })
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
            self.terms.repeat(&mut *self.instance, step)?;
        }
        self.save_restore_point()
    }
}

impl RuntimeKeys {
    /// These are the keys that the genesis statement names.
    fn check(&self, terms: &Terms) -> Result<(), RuntimeError> {
        let statement = terms.statement();
        let post_quantum = self.post_quantum.as_ref().map(|key| key.public().digest());
        let named = self.runtime.public() == statement.runtime && post_quantum == statement.post_quantum;
        if named { Ok(()) } else { Err(RuntimeError::OtherKey) }
    }

    fn sign(&self, receipt: Receipt) -> Receipt {
        match &self.post_quantum {
            None => receipt.signed_by(&self.runtime),
            Some(post_quantum) => receipt.signed_by_both(&self.runtime, post_quantum),
        }
    }
}
