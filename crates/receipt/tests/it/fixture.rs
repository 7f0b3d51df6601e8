//! Deterministic keys, claims and chains. The benches use this file too.

use codec::{Digest, sha256};
use receipt::claim::{Cut, Evidence, GraphSize, Refused, RefusedDelta, Score, Work};
use receipt::{
    Body, Claim, Components, Decision, Denial, Exhaustion, Frame, Genesis, GenesisStatement, InstanceId, InstanceName,
    KeyMode, KeyRole, Outcome, Receipt, RootSecret, SigningKey, Tip, TrapCode, sign_claim,
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
    pub(crate) genesis: Genesis,
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
    let name = name();
    let keys = match key_mode {
        KeyMode::RootSecret => root(),
        KeyMode::InsecureFromConfiguration => RootSecret::insecure_from_configuration(&name.configuration),
    };
    let operator = root().operator_key();
    let runtime = keys.instance_key(KeyRole::Runtime, &name);
    let witness = keys.instance_key(KeyRole::Witness, &name);
    let statement = GenesisStatement {
        instance: name.instance,
        runtime: runtime.public(),
        witness: (signs == Signs::Guest).then(|| witness.public()),
        module: name.module,
        configuration: name.configuration,
        cost_table: sha256(b"a cost table"),
        key_mode,
        module_name: "gate.wasm".into(),
    };
    let genesis = statement.sign(&operator).expect("a good statement");
    Instance { operator, runtime, witness, genesis }
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
        work: Work { total: 1000 * epoch, ingest: 10, cut: 400, spectral: 500, evidence: 70, witness: 20 },
        graph: GraphSize { vertices: 20, edges: 190, core_vertices: 20, core_edges: 180, version: 7 * epoch },
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
        meter_used: 123_456 + epoch,
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
    Receipt::sign(body, signature, &instance.runtime).expect("the signature is there if it has to be")
}

/// A step without a claim.
pub(crate) fn unclaimed(instance: &Instance, tip: Tip, outcome: Outcome) -> Receipt {
    let body = Body::new(frame(&instance.genesis, tip, outcome, None), None).expect("no claim is needed");
    Receipt::sign(body, None, &instance.runtime).expect("no signature is needed")
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
