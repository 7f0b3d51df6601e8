//! Deterministic keys, claims and chains. The benches use this file too.
#![allow(unexpected_cfgs, reason = "crates that borrow this file need not know the feature post-quantum")]

use core::num::NonZeroU32;

use codec::{Digest, sha256};
use receipt::claim::{Cut, Evidence, GraphSize, Refused, RefusedDelta, Score, Work};
use receipt::{
    Body, Claim, Components, Decision, Denial, Exhaustion, Frame, Genesis, GenesisStatement, InstanceId, InstanceName,
    KeyMode, KeyRole, Outcome, Parent, Receipt, RootSecret, Signature, SigningKey, Tip, TrapCode, sign_claim,
};

/// Who signs claims.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Signs {
    Guest,
    Host,
}

/// An instance with all its keys.
pub(crate) struct Instance {
    pub(crate) operator: SigningKey,
    pub(crate) runtime: SigningKey,
    pub(crate) witness: SigningKey,
    #[allow(dead_code, reason = "only the tests of the log sign with it")]
    pub(crate) log: SigningKey,
    #[cfg(feature = "post-quantum")]
    pub(crate) post_quantum: Option<receipt::PostQuantumSigningKey>,
    pub(crate) genesis: Genesis,
}

/// What a chain may have beyond the plainest one.
#[derive(Clone, Copy)]
pub(crate) struct Terms {
    /// Every how many steps the runtime signs.
    pub(crate) interval: u32,
    /// Whether there are second signatures. Without the feature there are none.
    pub(crate) post_quantum: bool,
    /// Where it forks off.
    pub(crate) parent: Option<Parent>,
}

impl Terms {
    pub(crate) const PLAIN: Self = Self { interval: 1, post_quantum: false, parent: None };
}

/// The root secret of every fixture and vector: the bytes 0 to 31.
pub(crate) fn root() -> RootSecret {
    RootSecret::from_bytes(core::array::from_fn(|index| index as u8))
}

pub(crate) fn name() -> InstanceName {
    InstanceName {
        module: sha256(b"a sealed module"),
        configuration: sha256(b"a configuration"),
        instance: InstanceId(*b"instance-0000001"),
    }
}

pub(crate) fn instance(signs: Signs, key_mode: KeyMode) -> Instance {
    instance_on(signs, key_mode, Terms::PLAIN)
}

/// The step that the forks of the tests begin after.
pub(crate) fn parent() -> Parent {
    Parent { instance: InstanceId(*b"instance-0000000"), epoch: 1000, body: sha256(b"body"), state: sha256(b"state") }
}

pub(crate) fn instance_on(signs: Signs, key_mode: KeyMode, terms: Terms) -> Instance {
    let name = name();
    let keys = match key_mode {
        KeyMode::RootSecret => root(),
        KeyMode::InsecureFromConfiguration => RootSecret::insecure_from_configuration(&name.configuration),
    };
    let operator = root().operator_key();
    let runtime = keys.instance_key(KeyRole::Runtime, &name);
    let witness = keys.instance_key(KeyRole::Witness, &name);
    let log = keys.instance_key(KeyRole::Log, &name);
    let statement = GenesisStatement {
        instance: name.instance,
        runtime: runtime.public(),
        witness: (signs == Signs::Guest).then(|| witness.public()),
        module: name.module,
        configuration: name.configuration,
        cost_table: sha256(b"a cost table"),
        key_mode,
        module_name: "gate.wasm".into(),
        signing_interval: NonZeroU32::new(terms.interval).expect("not zero"),
        post_quantum: None,
        log: log.public(),
        parent: terms.parent,
    };
    #[cfg(feature = "post-quantum")]
    if terms.post_quantum {
        let second = receipt::PostQuantumSigningKey::from_seed(&keys.runtime_post_quantum_seed(&name));
        let statement = GenesisStatement { post_quantum: Some(second.public().digest()), ..statement };
        let genesis = statement.sign_both(&operator, &operator_post_quantum()).expect("a good statement");
        return Instance { operator, runtime, witness, log, post_quantum: Some(second), genesis };
    }
    assert!(!terms.post_quantum, "this needs the feature post-quantum");
    let genesis = statement.sign(&operator).expect("a good statement");
    Instance {
        operator,
        runtime,
        witness,
        log,
        #[cfg(feature = "post-quantum")]
        post_quantum: None,
        genesis,
    }
}

/// The operator's second key.
#[cfg(feature = "post-quantum")]
pub(crate) fn operator_post_quantum() -> receipt::PostQuantumSigningKey {
    receipt::PostQuantumSigningKey::from_seed(&root().operator_post_quantum_seed())
}

/// A body's receipt, signed if the terms of the chain ask for it.
fn receipt_of(instance: &Instance, body: Body, witness: Option<Signature>) -> Receipt {
    let interval = u64::from(instance.genesis.statement().signing_interval.get());
    let due = body.frame().epoch.is_multiple_of(interval);
    let receipt = Receipt::unsigned(body, witness).expect("the signature is there if it has to be");
    if due { signed(instance, receipt) } else { receipt }
}

/// The receipt under all of the runtime's signatures.
pub(crate) fn signed(instance: &Instance, receipt: Receipt) -> Receipt {
    #[cfg(feature = "post-quantum")]
    if let Some(second) = &instance.post_quantum {
        return receipt.signed_by_both(&instance.runtime, second);
    }
    receipt.signed_by(&instance.runtime)
}

pub(crate) fn input(epoch: u64) -> Vec<u8> {
    format!("input of step {epoch}").into_bytes()
}

/// A claim with something in every field. Steps with an even number have no cut and no score.
pub(crate) fn claim(genesis: &Genesis, tip: Tip) -> Claim {
    let epoch = tip.epoch + 1;
    let odd = epoch % 2 == 1;
    let refused: Vec<_> =
        (0..epoch % 11).map(|delta| RefusedDelta { delta: delta * 300, code: delta as u8 + 1 }).collect();
    let mut all_refused = Refused::NONE;
    refused.into_iter().for_each(|delta| all_refused.push(delta));
    Claim {
        epoch,
        previous: tip.digest,
        input: sha256(&input(epoch)),
        signer: genesis.statement().signer(),
        decision: match epoch % 3 {
            0 => Decision::Inconclusive,
            1 => Decision::Pass,
            _ => Decision::Fail { severity: epoch as u8 },
        },
        completed: if odd { Components::ALL } else { Components::from_mask(9).expect("below 32") },
        work: Work { total: epoch.wrapping_mul(1000), ingest: 10, cut: 400, spectral: 500, evidence: 70, witness: 20 },
        graph: GraphSize {
            vertices: 20,
            edges: 190,
            core_vertices: 20,
            core_edges: 180,
            version: epoch.wrapping_mul(7),
        },
        cut: odd.then(|| Cut {
            epoch,
            value: 5 << 32 | epoch,
            components: 1,
            small_side: 1,
            family: 3,
            hash: sha256(&epoch.to_be_bytes()),
        }),
        score: odd.then_some(Score { epoch, score: 3 << 30, lower: 1 << 30, upper: 7 << 29, neg_log2: 1 }),
        evidence: Evidence {
            hash: sha256(b"evidence"),
            statistic: odd.then_some(0x8000_0000),
            fail_bits: -700 + epoch as i32,
            fail_threshold: 256 * 10,
            pass_bits: 300,
            pass_threshold: 256 * 5,
            episode: 1,
            latched: false,
            observations: epoch,
        },
        refused: all_refused,
    }
}

pub(crate) fn frame(genesis: &Genesis, tip: Tip, outcome: Outcome, claim: Option<Digest>) -> Frame {
    let statement = genesis.statement();
    let epoch = tip.epoch + 1;
    Frame {
        epoch,
        previous: tip.digest,
        input: sha256(&input(epoch)),
        outcome,
        meter_used: epoch.wrapping_add(123_456),
        module: statement.module,
        configuration: statement.configuration,
        cost_table: statement.cost_table,
        claim,
        key_mode: statement.key_mode,
    }
}

/// A step with a claim, as a runtime makes it.
pub(crate) fn claimed(instance: &Instance, tip: Tip) -> Receipt {
    seal(instance, tip, &claim(&instance.genesis, tip))
}

/// A receipt over any claim that agrees with the tip.
pub(crate) fn seal(instance: &Instance, tip: Tip, claim: &Claim) -> Receipt {
    let mut bytes = Vec::new();
    claim.encode(&mut bytes);
    let signature = instance.genesis.witness_key().map(|_| sign_claim(&instance.witness, &bytes));
    let outcome = Outcome::of_completed(claim.completed);
    let frame = frame(&instance.genesis, tip, outcome, Some(sha256(&bytes)));
    let body = Body::new(frame, Some(&bytes)).expect("the claim agrees with the frame");
    receipt_of(instance, body, signature)
}

/// A step without a claim.
pub(crate) fn unclaimed(instance: &Instance, tip: Tip, outcome: Outcome) -> Receipt {
    let body = Body::new(frame(&instance.genesis, tip, outcome, None), None).expect("no claim is needed");
    receipt_of(instance, body, None)
}

/// A chain with every kind of outcome: each fifth step is trapped, exhausted or denied.
pub(crate) fn chain(instance: &Instance, len: u64) -> Vec<Receipt> {
    let mut tip = Tip::start(&instance.genesis);
    (0..len)
        .map(|index| {
            let receipt = match index % 15 {
                4 => unclaimed(instance, tip, Outcome::Trapped(TrapCode::MemoryOutOfBounds)),
                9 => unclaimed(instance, tip, Outcome::Exhausted(Exhaustion::Meter)),
                14 => unclaimed(instance, tip, Outcome::Denied(Denial::BadClaim)),
                _ => claimed(instance, tip),
            };
            tip = Tip::after(receipt.body());
            receipt
        })
        .collect()
}

pub(crate) fn to_bytes(receipts: &[Receipt]) -> Vec<Vec<u8>> {
    receipts.iter().map(Receipt::to_bytes).collect()
}
