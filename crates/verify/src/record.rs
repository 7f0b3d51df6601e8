//! A journal as a whole: its chain, its log, its checkpoints and snapshots, held against trust and pin.
//!
//! The checks, in their order; the first that fails ends the verification and is the fault:
//!
//! 1. genesis statement, module, configuration and second key fit one another;
//! 2. the base, where steps before it were dropped or stayed behind on another machine;
//! 3. every receipt and input, as a chain ([`receipt::ChainVerifier`], batches of signatures);
//! 4. every node of the tree over the receipts;
//! 5. every checkpoint: signed by the log's key, over the root that the tree has at its size, ending with a signed receipt;
//! 6. every snapshot: signed by the runtime's key, of a body and a root that the chain has, all of its pages there;
//! 7. the pin;
//! 8. who signed the genesis statement, and what the trust store says of that key.

use std::collections::{BTreeMap, BTreeSet};

use codec::{Digest, sha256};
use jiff::Timestamp;
use receipt::divergence::{Divergence, SignedDivergence};
use receipt::log::checkpoint::{self, SignedHead};
use receipt::log::merkle;
use receipt::snapshot::{DIRECTORY_LEN, Manifest, Snapshot};
use receipt::{
    BatchVerifier, Coverage, Genesis, KeyMode, PostQuantumKey, PostQuantumTrust, PublicKey, Receipt, Tip, Trust,
    Verdict,
};

use crate::fault::{Fault, FaultKind};
use crate::pin::Pin;
use crate::trust::{Role, Standing, TrustStore};

/// An open journal whose genesis statement is well formed and fits the module and configuration beside it.
pub struct Record {
    /// The journal.
    pub reader: journal::Reader,
    /// Its genesis statement.
    pub genesis: Genesis,
}

/// What verification found.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Receipts that were accepted.
    pub receipts: u64,
    /// Epoch of the first of them; 0 if there is none.
    pub first_epoch: u64,
    /// The chain's end after the last of them.
    pub tip: Tip,
    /// Receipts before the first that are not in the journal: dropped, or on another machine.
    pub dropped: u64,
    /// How many of them are signed or covered, and how many stand after the last signature.
    pub coverage: Coverage,
    /// The log.
    pub log: LogFindings,
    /// Snapshots that were accepted.
    pub snapshots: u64,
    /// Two engines disagreed, and the run was stopped.
    pub incident: Option<Divergence>,
    /// The pin that was held against it.
    pub pin: Option<Pin>,
    /// The key of the trust store that signed the genesis statement.
    pub operator: Option<PublicKey>,
    /// What the trust store says of it.
    pub standing: Standing,
    /// Where the instance's keys came from.
    pub key_mode: KeyMode,
    /// Whether the second signatures were checked up to a trusted ML-DSA key.
    pub post_quantum: PostQuantum,
    /// The first thing that was wrong. What is said above holds up to it.
    pub fault: Option<Fault>,
}

/// What is known of a journal's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogFindings {
    /// Leaves of the tree: receipts, those that were dropped among them.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// Checkpoints that were accepted.
    pub heads: u64,
    /// Leaves that the last of them covers; 0 without one.
    pub last_head: u64,
}

/// How far the second, post-quantum signatures reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PostQuantum {
    /// The genesis statement names no second key.
    Absent,
    /// Genesis statement and receipts carry second signatures; the operator's is by the trusted ML-DSA key.
    Checked,
    /// Receipts carry second signatures that verify, but no ML-DSA key of the operator is trusted to vouch for their key.
    SignerUnknown,
}

impl Record {
    /// Opens a journal's parts.
    ///
    /// # Errors
    /// They are malformed or do not fit one another.
    pub fn open(reader: journal::Reader) -> Result<Self, Fault> {
        let header = reader.header();
        let genesis = Genesis::decode(&header.genesis).map_err(|error| {
            Fault::new(FaultKind::Malformed, format!("the genesis statement is malformed: {error}"))
        })?;
        let statement = genesis.statement();
        let (module, configuration) = (sha256(&header.module), sha256(&header.configuration));
        let broken = |what| Fault::new(FaultKind::BrokenChain, what);
        for (what, found, stated) in
            [("module", module, statement.module), ("configuration", configuration, statement.configuration)]
        {
            if found != stated {
                return Err(broken(format!("the {what} in the journal is not the one of the genesis statement")));
            }
        }
        let second = (!header.post_quantum_key.is_empty()).then(|| sha256(&header.post_quantum_key));
        if second != statement.post_quantum {
            return Err(broken("the ML-DSA key in the journal is not the one of the genesis statement".to_owned()));
        }
        let start = Tip::start(&genesis);
        if header.start != start.epoch {
            return Err(broken("the chain starts at another epoch than its genesis statement says".to_owned()));
        }
        let (epoch, tip) = reader.base();
        if epoch < start.epoch || (epoch == start.epoch && tip != start.digest) {
            return Err(broken("the journal's base is not where the genesis statement starts the chain".to_owned()));
        }
        Ok(Self { reader, genesis })
    }

    /// Verifies everything. `progress` is called with each epoch; `now` is the time of judgement.
    pub fn verify(&self, trust: &TrustStore, now: Timestamp, pin: Option<&Pin>, progress: impl FnMut(u64)) -> Findings {
        let (operator, standing, fault) = match judge_genesis(&self.genesis, trust, now) {
            Ok((operator, standing)) => (operator, standing, None),
            Err(fault) => (None, Standing::Unknown, Some(fault)),
        };
        let base = self.base();
        let mut findings = Findings {
            receipts: 0,
            first_epoch: 0,
            tip: base,
            dropped: base.epoch - Tip::start(&self.genesis).epoch,
            coverage: Coverage::none(base.epoch),
            log: LogFindings { size: 0, root: merkle::empty_root(), heads: 0, last_head: 0 },
            snapshots: 0,
            incident: None,
            pin: None,
            operator,
            standing,
            key_mode: self.genesis.statement().key_mode,
            post_quantum: PostQuantum::Absent,
            fault,
        };
        if findings.fault.is_none() {
            findings.fault = self.stages(trust, pin, progress, &mut findings).err();
        }
        findings
    }

    fn stages(
        &self,
        trust: &TrustStore,
        pin: Option<&Pin>,
        progress: impl FnMut(u64),
        findings: &mut Findings,
    ) -> Result<(), Fault> {
        findings.post_quantum = self.second_signature(trust, findings.operator.as_ref())?;
        let tips = self.chain(pin, progress, findings)?;
        self.tree(findings)?;
        self.heads(findings)?;
        self.snapshots(&tips, findings)?;
        self.incident(findings)?;
        if let Some(pin) = pin {
            self.against(pin, &tips, findings)?;
            findings.pin = Some(*pin);
        }
        Ok(())
    }

    /// What the operator's second signature on the genesis statement is worth.
    fn second_signature(&self, trust: &TrustStore, operator: Option<&PublicKey>) -> Result<PostQuantum, Fault> {
        let key = operator.and_then(|key| trust.signer(key)).and_then(|signer| signer.ml_dsa_44.clone());
        let is_known = key.is_some();
        match self.genesis.post_quantum_trust(&key.into_iter().collect::<Vec<_>>()) {
            PostQuantumTrust::None => Ok(PostQuantum::Absent),
            PostQuantumTrust::Operator(_) => Ok(PostQuantum::Checked),
            PostQuantumTrust::SignerUnknown if is_known => {
                let what = "the operator's ML-DSA signature on the genesis statement does not verify";
                Err(Fault::new(FaultKind::BadSignature, what))
            }
            PostQuantumTrust::SignerUnknown => Ok(PostQuantum::SignerUnknown),
            PostQuantumTrust::Unsupported => {
                Err(Fault::new(FaultKind::BadSignature, "this program was built without ML-DSA-44"))
            }
        }
    }

    /// Where the kept steps begin.
    fn base(&self) -> Tip {
        let (epoch, digest) = self.reader.base();
        Tip { epoch, digest }
    }

    /// The chain; gives the digests of the bodies at the epochs of snapshots, of the pin and of the base.
    fn chain(
        &self,
        pin: Option<&Pin>,
        mut progress: impl FnMut(u64),
        findings: &mut Findings,
    ) -> Result<BTreeMap<u64, Digest>, Fault> {
        let base = self.base();
        let start = base;
        let mut verifier = BatchVerifier::resume(&self.genesis, start);
        if let Some(key) = PostQuantumKey::from_bytes(&self.reader.header().post_quantum_key) {
            verifier = verifier.with_post_quantum_key(&key);
        }
        let mut tips = BTreeMap::from([(start.epoch, start.digest)]);
        let mut fault = None;
        let wanted = self.wanted(pin)?;
        for entry in self.reader.entries(base.epoch + 1, u64::MAX) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    fault = Some(Fault::from(error));
                    break;
                }
            };
            progress(entry.epoch);
            if verifier.push(&entry.receipt, Some(sha256(&entry.input))).is_err() {
                break;
            }
            if wanted.contains(&entry.epoch)
                && let Ok(receipt) = Receipt::decode(&entry.receipt)
            {
                tips.insert(entry.epoch, receipt.body_digest());
            }
        }
        let verdict = verifier.verdict();
        findings.tip = verifier.tip();
        findings.receipts = findings.tip.epoch - base.epoch;
        findings.first_epoch = if findings.receipts > 0 { base.epoch + 1 } else { 0 };
        findings.coverage = verifier.coverage();
        match fault_of(&verdict, base.epoch).or(fault) {
            Some(fault) => Err(fault),
            None => Ok(tips),
        }
    }

    /// Epochs whose body digests are needed after the chain has been gone through.
    fn wanted(&self, pin: Option<&Pin>) -> Result<BTreeSet<u64>, Fault> {
        let mut wanted: BTreeSet<u64> = self.reader.snapshots()?.into_iter().collect();
        wanted.extend(pin.map(|pin| pin.epoch));
        Ok(wanted)
    }

    /// Every node of the tree, and its root.
    fn tree(&self, findings: &mut Findings) -> Result<(), Fault> {
        self.reader.check_tree()?;
        let size = self.reader.tree_size();
        findings.log.size = size;
        findings.log.root = self.root(size)?;
        Ok(())
    }

    /// The root over the first `size` receipts of the chain.
    fn root(&self, size: u64) -> Result<Digest, Fault> {
        Ok(merkle::root(&self.reader, size)?)
    }

    fn heads(&self, findings: &mut Findings) -> Result<(), Fault> {
        let origin = checkpoint::origin(&self.genesis.statement().instance);
        let start = self.reader.header().start;
        let base = self.base();
        for size in self.reader.heads()? {
            let epoch = start.saturating_add(size);
            let broken =
                |what: &str| Fault::at(FaultKind::BrokenChain, epoch, format!("the checkpoint of size {size} {what}"));
            let bytes = self.reader.head(size)?.unwrap_or_default();
            let head = SignedHead::decode(&bytes).map_err(|error| {
                Fault::at(FaultKind::Malformed, epoch, format!("the checkpoint of size {size} is malformed: {error}"))
            })?;
            let checkpoint = head.verify(&origin, self.genesis.log_key()).map_err(|error| {
                Fault::at(FaultKind::BadSignature, epoch, format!("the checkpoint of size {size}: {error}"))
            })?;
            if checkpoint.size != size || size > findings.log.size {
                return Err(broken("speaks of another size"));
            }
            if checkpoint.root != self.root(size)? {
                return Err(broken("has another root than the receipts"));
            }
            if epoch > base.epoch && size > 0 && !self.is_signed(epoch)? {
                return Err(broken("ends with a receipt that nobody signed"));
            }
            findings.log.heads += 1;
            findings.log.last_head = size;
        }
        Ok(())
    }

    fn is_signed(&self, epoch: u64) -> Result<bool, Fault> {
        let entry = self.reader.entry(epoch)?;
        Ok(Receipt::decode(&entry.receipt).is_ok_and(|receipt| receipt.is_signed()))
    }

    /// Snapshots, and that a base which is not the start of the chain is vouched for.
    fn snapshots(&self, tips: &BTreeMap<u64, Digest>, findings: &mut Findings) -> Result<(), Fault> {
        let base = self.base();
        let start = self.reader.header().start;
        let mut pages = BTreeSet::new();
        let mut at_base = false;
        for epoch in self.reader.snapshots()? {
            let broken = |what: &str| Fault::at(FaultKind::BrokenChain, epoch, format!("the snapshot {what}"));
            let bytes = self.reader.snapshot(epoch)?.unwrap_or_default();
            let snapshot = Snapshot::decode(&bytes).map_err(|error| {
                Fault::at(FaultKind::Malformed, epoch, format!("the snapshot is malformed: {error}"))
            })?;
            snapshot.verify(&self.genesis).map_err(|fault| {
                Fault::at(FaultKind::BadSignature, epoch, format!("the snapshot is not the runtime's: {fault}"))
            })?;
            let manifest = snapshot.manifest();
            if manifest.epoch != epoch || Some(&manifest.tip) != tips.get(&epoch) {
                return Err(broken("is not of this chain's body"));
            }
            if manifest.log_root != self.root(epoch - start)? {
                return Err(broken("has another log root than the receipts"));
            }
            let parent = self.genesis.statement().parent.filter(|_| epoch == start);
            if parent.is_some_and(|parent| parent.state != manifest.state.digest()) {
                return Err(broken("is not the state that the genesis statement of the fork names"));
            }
            self.pages(manifest, epoch, &mut pages)?;
            at_base |= epoch == base.epoch;
            findings.snapshots += 1;
        }
        let vouched =
            base.epoch == start || at_base || (findings.receipts > 0 && findings.log.last_head >= base.epoch - start);
        if !vouched {
            let what = "neither a snapshot nor a checkpoint vouches for what was before the journal's first step";
            return Err(Fault::at(FaultKind::BrokenChain, base.epoch, what));
        }
        Ok(())
    }

    /// Every page of a snapshot is there. Reading one checks that it is what its digest says.
    fn pages(&self, manifest: &Manifest, epoch: u64, seen: &mut BTreeSet<Digest>) -> Result<(), Fault> {
        let lost = |error: journal::JournalError| Fault {
            epoch: Some(epoch),
            what: format!("epoch {epoch}: a page of the snapshot: {error}"),
            ..Fault::from(error)
        };
        for directory in &manifest.state.pages {
            if !seen.insert(*directory) {
                continue;
            }
            let entries = self.reader.page(directory).map_err(lost)?;
            if entries.len() != DIRECTORY_LEN {
                return Err(Fault::at(FaultKind::BrokenChain, epoch, "the snapshot names a page that is no directory"));
            }
            for page in entries.chunks_exact(Digest::LEN) {
                let page = Digest(page.try_into().expect("chunks of this length"));
                if seen.insert(page) {
                    self.reader.page(&page).map_err(lost)?;
                }
            }
        }
        Ok(())
    }

    fn incident(&self, findings: &mut Findings) -> Result<(), Fault> {
        let Some(bytes) = self.reader.incident()? else { return Ok(()) };
        let signed = SignedDivergence::decode(&bytes).map_err(|error| {
            Fault::new(FaultKind::Malformed, format!("the statement of a divergence is malformed: {error}"))
        })?;
        let divergence = signed.statement();
        let epoch = divergence.epoch();
        signed.verify(&self.genesis).map_err(|fault| {
            Fault::at(
                FaultKind::BadSignature,
                epoch,
                format!("the statement of a divergence is not the runtime's: {fault}"),
            )
        })?;
        if epoch != findings.tip.epoch + 1 {
            return Err(Fault::at(FaultKind::BrokenChain, epoch, "the divergence is not of the step after the last"));
        }
        findings.incident = Some(divergence.clone());
        Ok(())
    }

    fn against(&self, pin: &Pin, tips: &BTreeMap<u64, Digest>, findings: &Findings) -> Result<(), Fault> {
        if pin.instance != self.genesis.statement().instance {
            return Err(Fault::new(
                FaultKind::BrokenChain,
                format!("the head pin is of the instance {}", pin.instance),
            ));
        }
        let gone = |what: String| Err(Fault::at(FaultKind::RolledBack, pin.epoch, what));
        let other = "the journal holds another history than the head pin: somebody replaced what was signed";
        if findings.tip.epoch < pin.epoch || findings.log.size < pin.size {
            let (last, size) = (findings.tip.epoch, findings.log.size);
            let cut = "it was cut short, or is an old copy";
            return gone(format!(
                "the head pin knows receipts up to here and a log of {}, the journal ends at epoch {last} with a log of {size}: {cut}",
                pin.size
            ));
        }
        if pin.epoch >= self.base().epoch && tips.get(&pin.epoch) != Some(&pin.tip) {
            return gone(other.to_owned());
        }
        // The roots of a restored journal are known from its base on only; its snapshot vouches for what was before.
        match merkle::root(&self.reader, pin.size) {
            Ok(root) if root == pin.root => Ok(()),
            Ok(_) => gone(other.to_owned()),
            Err(_) if self.reader.header().start + pin.size < self.base().epoch => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Who signed a genesis statement, as far as the store knows the key, and what it says of that key.
pub(crate) fn judge_genesis(
    genesis: &Genesis,
    trust: &TrustStore,
    now: Timestamp,
) -> Result<(Option<PublicKey>, Standing), Fault> {
    match genesis.trust(&trust.keys()) {
        Trust::Operator(key) => {
            Ok((Some(key), trust.judge(&key, Role::Operator, Some(&genesis.statement().module), now)))
        }
        Trust::SignerUnknown => Ok((None, Standing::Unknown)),
        Trust::GenesisInvalid => {
            let what = "the genesis statement names a trusted operator who did not sign it";
            Err(Fault::new(FaultKind::BadSignature, what))
        }
    }
}

/// What a verdict of the chain is called. `base` is the epoch before the first receipt.
pub(crate) fn fault_of(verdict: &Verdict, base: u64) -> Option<Fault> {
    use FaultKind::{BadSignature, BrokenChain, Malformed};
    Some(match verdict {
        Verdict::Valid { .. } | Verdict::Empty => return None,
        Verdict::InvalidSignature { epoch } => {
            Fault::at(BadSignature, *epoch, "the runtime's signature does not verify")
        }
        Verdict::InvalidWitnessSignature { epoch } => {
            Fault::at(BadSignature, *epoch, "the guest's signature does not verify")
        }
        Verdict::PostQuantumKeyMissing | Verdict::WrongPostQuantumKey | Verdict::PostQuantumUnsupported => {
            Fault::new(BadSignature, verdict.to_string())
        }
        Verdict::InvalidPostQuantumSignature { epoch } => {
            Fault::at(BadSignature, *epoch, "the runtime's ML-DSA signature is missing or does not verify")
        }
        Verdict::SignatureMissing { epoch } => {
            Fault::at(BadSignature, *epoch, "has to be signed by the genesis statement's interval, but is not")
        }
        Verdict::Malformed { index, error } => {
            Fault::at(Malformed, base + index + 1, format!("the receipt is malformed: {error}"))
        }
        Verdict::EpochGap { expected, got } => Fault {
            kind: BrokenChain,
            epoch: Some(*expected),
            what: format!("epoch {expected} should come next, but the receipt says {got}"),
        },
        Verdict::BrokenChain { epoch } => Fault {
            kind: BrokenChain,
            epoch: Some(*epoch),
            what: format!("epoch {epoch} does not follow the receipt before it"),
        },
        Verdict::InputMismatch { epoch } => {
            Fault::at(BrokenChain, *epoch, "the input is not the one that was receipted")
        }
        Verdict::WrongModule { epoch }
        | Verdict::WrongConfiguration { epoch }
        | Verdict::WrongCostTable { epoch }
        | Verdict::WrongKeyMode { epoch }
        | Verdict::SignerMismatch { epoch } => {
            let what = "module, configuration, cost table or keys are not those of the genesis statement";
            Fault::at(BrokenChain, *epoch, what)
        }
    })
}
