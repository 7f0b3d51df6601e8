//! What the tests share: sealed guests, plans, a native witness, generated streams.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use codec::{Digest, Encoder, sha256};
use engine::{Engine, Module};
use engine_wasmi::WasmiEngine;
use engine_wasmtime::{Options, WasmtimeEngine};
use gate::config::{Configuration, ContainerEpochBudget, Core, Statistic};
use gate::evidence::EvidencePolicy;
use gate::profile::Profile;
use receipt::{GenesisStatement, InstanceId, InstanceName, KeyMode, KeyRole, RootSecret, Signer, SigningKey};
use runtime::{Container, Plan, Secrets};
use witness::{Refusal, Witness};

/// A sealed guest, compiled for both engines.
pub(crate) struct Sealed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) wasmtime: Arc<dyn Module>,
    pub(crate) wasmi: Arc<dyn Module>,
}

/// The sealed guests of these profiles.
pub(crate) fn sealed(profiles: &[Profile]) -> BTreeMap<&'static str, Sealed> {
    let wasmtime = WasmtimeEngine::new(&Options::PLAIN).expect("the pool fits");
    let wasmi = WasmiEngine::new();
    let one = |profile: &Profile| {
        let guest = shipped::gate(profile.name).expect("every profile has a guest");
        let sealed = seal::seal(guest.bytes, &seal::Policy::STANDARD).expect("shipped guests can be sealed");
        let wasmtime = Arc::from(wasmtime.compile(&sealed.bytes).expect("sealed modules are valid"));
        let wasmi = Arc::from(wasmi.compile(&sealed.bytes).expect("sealed modules are valid"));
        (profile.name, Sealed { bytes: sealed.bytes, digest: sealed.digest, wasmtime, wasmi })
    };
    profiles.iter().map(one).collect()
}

/// A plan and the keys that belong to it. The root secret is fixed: tests are repeatable.
pub(crate) fn plan(
    module: Digest,
    configuration: &Configuration<'_>,
    guest_signs: bool,
) -> (Plan, SigningKey, Option<SigningKey>) {
    plan_with(module, configuration, guest_signs, |_| ())
}

/// A plan whose genesis statement is changed before it is signed.
pub(crate) fn plan_with(
    module: Digest,
    configuration: &Configuration<'_>,
    guest_signs: bool,
    change: impl FnOnce(&mut GenesisStatement),
) -> (Plan, SigningKey, Option<SigningKey>) {
    let mut bytes = Vec::new();
    configuration.encode(&mut bytes);
    let root = RootSecret::from_bytes([7; 32]);
    let name = InstanceName { module, configuration: sha256(&bytes), instance: InstanceId([9; 16]) };
    let runtime = root.instance_key(KeyRole::Runtime, &name);
    let witness = guest_signs.then(|| root.instance_key(KeyRole::Witness, &name));
    let mut statement = GenesisStatement {
        instance: name.instance,
        runtime: runtime.public(),
        witness: witness.as_ref().map(SigningKey::public),
        module,
        configuration: name.configuration,
        cost_table: seal::cost_table_digest(),
        key_mode: KeyMode::RootSecret,
        module_name: "test".to_owned(),
        signing_interval: std::num::NonZeroU32::MIN,
        post_quantum: None,
        log: root.instance_key(KeyRole::Log, &name).public(),
        parent: None,
    };
    change(&mut statement);
    let genesis = statement.sign(&root.operator_key()).expect("the statement is well formed");
    (Plan { genesis, configuration: bytes }, runtime, witness)
}

/// Ed25519 keys alone.
pub(crate) fn signing(runtime: SigningKey, witness: Option<SigningKey>) -> Secrets {
    Secrets::Sign { runtime, witness, post_quantum: None }
}

/// A container that signs, on this module.
pub(crate) fn container(
    module: &Arc<dyn Module>,
    digest: Digest,
    configuration: &Configuration<'_>,
    guest: bool,
) -> Container {
    let (plan, runtime, witness) = plan(digest, configuration, guest);
    Container::start(Arc::clone(module), plan, signing(runtime, witness)).expect("the container starts")
}

/// A configuration that every small graph finishes within.
pub(crate) fn generous(profile: Profile) -> Configuration<'static> {
    Configuration {
        meter: 2_000_000_000,
        profile,
        core: Core::All,
        statistic: Statistic::OneMinusScore,
        policy: EvidencePolicy { null_mean: 1 << 30, margin: 1 << 28, fail_bits: 6, pass_bits: 6, cool_down: 5 },
        loss_scale: 1.0,
        cut_reference: 1 << 32,
        budget: ContainerEpochBudget {
            total: 1 << 30,
            ingest: 1 << 20,
            cut: 1 << 28,
            spectral: 1 << 28,
            evidence: 1 << 20,
            witness: 1 << 20,
        },
    }
}

/// The gate compiled into this test, fed the same messages as a guest.
pub(crate) struct Native {
    witness: Option<Witness<'static>>,
    slab: Option<&'static mut [u64]>,
    profile: Profile,
    output: Vec<u8>,
}

impl Native {
    pub(crate) fn new(profile: Profile, configuration: &[u8], signer: Signer) -> Self {
        // Leaked on purpose: a witness borrows its slab for as long as it lives, and a test ends soon.
        let slab = Vec::leak(vec![0; profile.slab_words()]);
        let mut native =
            Self { witness: None, slab: Some(slab), profile, output: vec![0; gate::profile::OUTPUT_BYTES] };
        native.send(&mut [&[0], configuration].concat()).expect("the configuration is good");
        let seed: &[u8] = if signer.role == receipt::Role::Guest { &receipt::DUMMY_SEED } else { &[] };
        native.send(&mut [&[1, signer.role as u8], &signer.key.0[..], seed].concat()).expect("the key is taken");
        native
    }

    pub(crate) fn step(&mut self, epoch: u64, previous: Digest, input: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut message = [&[2], &epoch.to_le_bytes()[..], &previous.0, input].concat();
        if message.len() > self.profile.message_bytes {
            return Err(Refusal::TooLong);
        }
        let len = self.send(&mut message)?;
        let mut cbor = codec::Reader::new(&self.output[..len]);
        cbor.array_of(2).expect("the output is an array of two");
        Ok(cbor.bytes().expect("whose first item is the claim").to_vec())
    }

    fn send(&mut self, message: &mut [u8]) -> Result<usize, Refusal> {
        Witness::take(&mut self.witness, self.profile, &mut self.slab, message, &mut self.output)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A delta as the input format writes it.
pub(crate) enum Delta {
    Add(u64, u64, u64),
    Remove(u64, u64),
    Update(u64, u64, u64),
    Observe(u64, Vec<f32>),
    Rearm,
}

/// The input of one tick (`spec/input.md`), written here once more on purpose.
pub(crate) fn encode(deltas: &[Delta]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut cbor = Encoder::new(&mut bytes);
    cbor.array(2).uint(1).array(deltas.len() as u64);
    for delta in deltas {
        match delta {
            Delta::Add(u, v, w) => cbor.array(4).uint(0).uint(*u).uint(*v).uint(*w),
            Delta::Remove(u, v) => cbor.array(3).uint(1).uint(*u).uint(*v),
            Delta::Update(u, v, w) => cbor.array(4).uint(2).uint(*u).uint(*v).uint(*w),
            Delta::Observe(vertex, values) => {
                let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
                cbor.array(3).uint(3).uint(*vertex).bytes(&bytes)
            }
            Delta::Rearm => cbor.array(1).uint(4),
        };
    }
    bytes
}

/// Whether Node is installed. Says so if not.
pub(crate) fn has_node() -> bool {
    let found =
        std::process::Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: node is not installed, so V8 is not compared");
    }
    found
}

/// Runs `spec/replay.mjs` over an exported folder; panics with what it printed if a chain diverges.
pub(crate) fn replay_in_node(folder: &std::path::Path) {
    let script = repository().join("spec/replay.mjs");
    let output = std::process::Command::new("node").arg(script).arg(folder).output().expect("node starts");
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", text.chars().take(4_000).collect::<String>());
    print!("{text}");
}

pub(crate) fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A fresh folder under the target directory.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target directory can be written");
    folder
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
