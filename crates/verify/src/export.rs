//! What a journal gives away, one file at a time: a `.tlog-proof`, a transparent receipt, a statement in a DSSE envelope
//! or in a Sigstore bundle. Each carries its genesis statement, so that a trust store is all that is needed beside it. The
//! receipt of a kernel's invocation, which belongs to no chain, is checked here too.

use jiff::Timestamp;
use receipt::cose::Content;
use receipt::log::checkpoint::{self, Checkpoint};
use receipt::log::{TlogProof, Transparent};
use receipt::{Genesis, PublicKey, Receipt, SignedInvocation};
use statement::{Refusal, Run};

use crate::fault::{Fault, FaultKind};
use crate::record::judge_genesis;
use crate::trust::{Role, Standing, TrustStore};

/// Bytes at the start of a COSE_Sign1 within which the media type stands.
const COSE_HEAD_LEN: usize = 64;

/// The kinds of file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExportKind {
    /// C2SP tlog-proof.
    TlogProof,
    /// A receipt with its COSE receipt, RFC 9942.
    Transparent,
    /// in-toto statement in a DSSE envelope.
    Statement,
    /// The same in a Sigstore bundle.
    Bundle,
    /// The receipt of a kernel's invocation.
    Invocation,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Export {
    /// What kind of file it is.
    pub kind: ExportKind,
    /// What it says, in one sentence.
    pub says: String,
    /// The epoch of its receipt, or the last one of its run; an invocation has none.
    pub epoch: Option<u64>,
    /// The trusted key that vouches for it: the operator's, or the one that signed the statement.
    pub signer: Option<PublicKey>,
    /// What the trust store says of that key.
    pub standing: Standing,
}

impl ExportKind {
    /// What the bytes look like; nothing if they look like none of these.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let text = bytes.trim_ascii_start();
        if bytes.starts_with(b"c2sp.org/tlog-proof@v1\n") {
            Some(Self::TlogProof)
        } else if bytes.first() == Some(&0xd2) {
            let media_type = Content::Invocation.media_type().as_bytes();
            let head = &bytes[..bytes.len().min(COSE_HEAD_LEN)];
            let is_invocation = head.windows(media_type.len()).any(|window| window == media_type);
            Some(if is_invocation { Self::Invocation } else { Self::Transparent })
        } else if text.starts_with(b"{") {
            let is_bundle = text.windows(11).any(|window| window == b"\"mediaType\"");
            Some(if is_bundle { Self::Bundle } else { Self::Statement })
        } else {
            None
        }
    }

    /// The kind in a few words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TlogProof => "proof of inclusion (C2SP tlog-proof)",
            Self::Transparent => "transparent receipt (COSE, RFC 9942)",
            Self::Statement => "statement (in-toto in DSSE)",
            Self::Bundle => "statement (Sigstore bundle)",
            Self::Invocation => "receipt of a kernel's invocation (COSE)",
        }
    }
}

/// Verifies a file of one of the kinds.
///
/// # Errors
/// The first fault.
pub fn export(kind: ExportKind, bytes: &[u8], trust: &TrustStore, now: Timestamp) -> Result<Export, Fault> {
    match kind {
        ExportKind::TlogProof => tlog_proof(bytes, trust, now),
        ExportKind::Transparent => transparent(bytes, trust, now),
        ExportKind::Statement | ExportKind::Bundle => signed_statement(kind, bytes, trust, now),
        ExportKind::Invocation => invocation(bytes, trust, now),
    }
}

fn tlog_proof(bytes: &[u8], trust: &TrustStore, now: Timestamp) -> Result<Export, Fault> {
    let proof = TlogProof::parse(bytes)
        .map_err(|error| Fault::new(FaultKind::Malformed, format!("the proof is malformed: {error}")))?;
    let (signer, standing) = judge_genesis(proof.genesis(), trust, now)?;
    let epoch = proof.receipt().body().frame().epoch;
    let included = proof
        .verify(proof.genesis())
        .map_err(|error| Fault::at(FaultKind::BadSignature, epoch, format!("the proof does not hold: {error}")))?;
    own_signatures(proof.genesis(), proof.receipt())?;
    let says = says_included(proof.receipt(), epoch, included.index, included.size);
    Ok(Export { kind: ExportKind::TlogProof, says, epoch: Some(epoch), signer, standing })
}

fn transparent(bytes: &[u8], trust: &TrustStore, now: Timestamp) -> Result<Export, Fault> {
    let found = Transparent::decode(bytes)
        .map_err(|error| Fault::new(FaultKind::Malformed, format!("the transparent receipt is malformed: {error}")))?;
    let (signer, standing) = judge_genesis(found.genesis(), trust, now)?;
    let epoch = found.receipt().body().frame().epoch;
    let included = found
        .verify(found.genesis())
        .map_err(|error| Fault::at(FaultKind::BadSignature, epoch, format!("the proof does not hold: {error}")))?;
    own_signatures(found.genesis(), found.receipt())?;
    let says = says_included(found.receipt(), epoch, included.index, included.size);
    Ok(Export { kind: ExportKind::Transparent, says, epoch: Some(epoch), signer, standing })
}

/// The receipt of an invocation: found by its key id, checked with that key. What no key of the store signed proves nothing.
fn invocation(bytes: &[u8], trust: &TrustStore, now: Timestamp) -> Result<Export, Fault> {
    let kind = ExportKind::Invocation;
    let signed = SignedInvocation::decode(bytes).map_err(|error| {
        Fault::new(FaultKind::Malformed, format!("the receipt of an invocation is malformed: {error}"))
    })?;
    let found = signed.invocation();
    let replayable = if found.is_replayable() { "replayable" } else { "not replayable" };
    let says = format!(
        "{} {}: {}, made by {}, {}, {replayable}; module {}, pack {}",
        found.kernel, found.direction, found.outcome, found.implementation, found.mode, found.module, found.pack
    );
    let Some(key) = trust.keys().into_iter().find(|key| key.id() == signed.key_id()) else {
        return Ok(Export { kind, says, epoch: None, signer: None, standing: Standing::Unknown });
    };
    let verified = key.check().is_ok_and(|key| signed.verify(&key).is_ok());
    if !verified {
        return Err(Fault::new(FaultKind::BadSignature, "the signature on the receipt does not verify"));
    }
    let standing = trust.judge(&key, Role::Invocation, Some(&found.module), now);
    Ok(Export { kind, says, epoch: None, signer: Some(key), standing })
}

/// The head speaks for the receipt; its own signatures must hold all the same, and speak of this genesis statement.
fn own_signatures(genesis: &Genesis, receipt: &Receipt) -> Result<(), Fault> {
    let frame = receipt.body().frame();
    let statement = genesis.statement();
    let at = |what| Fault::at(FaultKind::BadSignature, frame.epoch, what);
    if receipt.is_signed() {
        receipt
            .verify(genesis.runtime_key(), genesis.witness_key())
            .map_err(|_| at("the runtime's or the guest's signature does not verify"))?;
    }
    if frame.module != statement.module || frame.configuration != statement.configuration {
        let what = "module or configuration are not those of the genesis statement";
        return Err(Fault::at(FaultKind::BrokenChain, frame.epoch, what));
    }
    Ok(())
}

fn says_included(receipt: &Receipt, epoch: u64, index: u64, size: u64) -> String {
    let signed = if receipt.is_signed() { "signed" } else { "covered" };
    let outcome = receipt.body().frame().outcome;
    format!("epoch {epoch} ({outcome}), {signed}, is leaf {index} of the log of {size}")
}

fn signed_statement(kind: ExportKind, bytes: &[u8], trust: &TrustStore, now: Timestamp) -> Result<Export, Fault> {
    let keys: Vec<_> = trust.keys().iter().filter_map(|key| key.check().ok()).collect();
    let opened = statement::open(bytes, &keys).map_err(|refusal| {
        let is_signature = refusal == Refusal::NotVerified;
        let kind = if is_signature { FaultKind::BadSignature } else { FaultKind::Malformed };
        Fault::new(kind, format!("the statement: {refusal}"))
    })?;
    let run = opened.statement.run();
    let standing = trust.judge(&opened.key, Role::Statement, Some(&run.module.digest), now);
    let says = consistent(run, trust, now)?;
    Ok(Export { kind, says, epoch: Some(run.chain.last_epoch), signer: Some(opened.key), standing })
}

/// What the statement quotes holds too: its genesis statement, and the checkpoint under the log key that it names.
fn consistent(run: &Run, trust: &TrustStore, now: Timestamp) -> Result<String, Fault> {
    let broken = |what: String| Fault::at(FaultKind::BrokenChain, run.chain.last_epoch, what);
    let genesis = run
        .check_genesis()
        .map_err(|error| broken(format!("the statement and its genesis statement disagree: {error}")))?;
    judge_genesis(&genesis, trust, now)?;
    if let Some(log) = &run.log {
        let origin = checkpoint::origin(&genesis.statement().instance);
        let found = Checkpoint::open(log.checkpoint.as_bytes(), &origin, genesis.log_key())
            .map_err(|error| broken(format!("the checkpoint in the statement: {error}")))?;
        if (found.size, found.root) != (log.size, log.root) {
            return Err(broken("the checkpoint in the statement has another size or root than it says".to_owned()));
        }
    }
    let chain = &run.chain;
    let replay = match &run.replay {
        Some(replay) => format!("; {} bodies were the same when run again on {}", replay.steps_equal, replay.engine),
        None => String::new(),
    };
    Ok(format!(
        "{} of the instance {}, epochs {} to {}, head {}{replay}",
        run.module.name, run.instance, chain.first_epoch, chain.last_epoch, chain.head
    ))
}
