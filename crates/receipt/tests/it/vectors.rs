//! The committed vectors of `spec/vectors/receipt/`, byte for byte.
//!
//! `AVOUCH_BLESS=1 cargo test -p receipt --test it vectors` writes them anew from the fixture; without it they are
//! compared. One line is one vector: words, then hexadecimal bytes. `verify_cose.py` beside them reads the same files.

use std::fmt::Write as _;
use std::path::PathBuf;

use codec::{Digest, Encoder, sha256};
use receipt::cose::{Content, Sign1};
use receipt::{
    Body, Claim, Components, DUMMY_SEED, FormatError, Frame, Genesis, KeyMode, KeyRole, Outcome, PublicKey, Receipt,
    RootSecret, Signature, SignedDivergence, SigningKey, Snapshot, State, Tip, sign_claim, verify_chain,
};

use crate::claims::widest;
use crate::fixture::{self, Instance, Signs, Terms};
use crate::statements;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/vectors/receipt")
}

pub(crate) fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

pub(crate) fn from_hex(text: &str) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).expect("a hexadecimal digit") as u8;
    text.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string");
        text
    })
}

fn compare(name: &str, made: &str) {
    if std::env::var_os("AVOUCH_BLESS").is_some() {
        std::fs::create_dir_all(folder()).expect("the folder can be made");
        std::fs::write(folder().join(name), made).expect("the vectors can be written");
    }
    let committed = read(name);
    for (index, (committed, made)) in committed.lines().zip(made.lines()).enumerate() {
        assert_eq!(committed, made, "{name}, line {}", index + 1);
    }
    assert_eq!(committed, made, "{name}");
    println!("{name}: {} lines as committed", made.lines().count());
}

fn encoded(claim: &Claim) -> Vec<u8> {
    let mut bytes = Vec::new();
    claim.encode(&mut bytes);
    bytes
}

#[test]
fn keys() {
    let name = fixture::name();
    let mut text = String::from("# Derived keys (keys.md): what, hexadecimal.\n");
    let mut line = |what: &str, bytes: &[u8]| writeln!(text, "{what} {}", hex(bytes)).expect("writing to a string");
    line("root_secret", fixture::root().expose());
    line("module", &name.module.0);
    line("configuration", &name.configuration.0);
    line("instance", &name.instance.0);
    let insecure = RootSecret::insecure_from_configuration(&name.configuration);
    line("insecure_root_secret", insecure.expose());
    for (mode, root) in [("root", fixture::root()), ("insecure", insecure)] {
        for role in [KeyRole::Runtime, KeyRole::Witness, KeyRole::Log] {
            let key = root.instance_key(role, &name);
            line(&format!("{mode}_{}_seed", role.word()), &*key.expose_seed());
            line(&format!("{mode}_{}_public", role.word()), &key.public().0);
        }
        line(&format!("{mode}_runtime-ml-dsa-44_seed"), &*root.runtime_post_quantum_seed(&name));
    }
    let operator = fixture::root().operator_key();
    line("operator_seed", &*operator.expose_seed());
    line("operator_public", &operator.public().0);
    let statement = fixture::root().statement_key();
    line("statement_seed", &*statement.expose_seed());
    line("statement_public", &statement.public().0);
    let publisher = fixture::root().publisher_key();
    line("publisher_seed", &*publisher.expose_seed());
    line("publisher_public", &publisher.public().0);
    let invocation = fixture::root().invocation_key();
    line("invocation_seed", &*invocation.expose_seed());
    line("invocation_public", &invocation.public().0);
    line("operator-ml-dsa-44_seed", &*fixture::root().operator_post_quantum_seed());
    line("dummy_seed", &DUMMY_SEED);
    compare("keys.txt", &text);
}

/// Claims, bodies, receipts and genesis statements that every implementation reads, and writes again to the same bytes.
#[test]
fn accept() {
    let mut text = String::from("# To be accepted, and written again to the same bytes: kind, name, hexadecimal.\n");
    let mut line = |kind: &str, name: &str, bytes: &[u8]| {
        writeln!(text, "{kind} {name} {}", hex(bytes)).expect("writing to a string");
    };
    line("claim", "widest", &encoded(&widest()));
    for (name, signs, key_mode, terms) in chains() {
        let instance = fixture::instance_on(signs, key_mode, terms);
        line("genesis", name, &instance.genesis.to_bytes());
        for receipt in fixture::chain(&instance, 15) {
            let name = format!("{name}/{}", receipt.body().frame().epoch);
            if let Some(claim) = receipt.body().claim_bytes() {
                line("claim", &name, claim);
            }
            line("body", &name, receipt.body_bytes());
            line(if receipt.is_signed() { "receipt" } else { "unsigned" }, &name, &receipt.to_bytes());
        }
    }
    let instance = fixture::instance(Signs::Guest, KeyMode::RootSecret);
    line("state", "of-the-snapshot", &statements::state().to_bytes());
    line("snapshot", "guest-signs/5", &statements::snapshot(&instance).to_bytes());
    line("divergence", "guest-signs/1", &statements::divergence(&instance).to_bytes());
    compare("accept.txt", &text);
    let mut count = 0;
    for line in read("accept.txt").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split(' ').collect();
        let [kind, name, bytes] = columns[..] else { panic!("three columns: {line}") };
        let bytes = from_hex(bytes);
        assert_eq!(again(kind, &bytes), Ok(bytes), "{kind} {name}");
        count += 1;
    }
    println!("{count} vectors accepted");
}

/// Bytes that every implementation refuses, with what this one says.
#[test]
fn reject() {
    let mut text = String::from("# To be refused: kind, name, what this implementation says, hexadecimal.\n");
    for (kind, name, bytes) in rejected() {
        let error = again(kind, &bytes).expect_err(name);
        writeln!(text, "{kind} {name} {} {}", word(error), hex(&bytes)).expect("writing to a string");
    }
    compare("reject.txt", &text);
    let mut count = 0;
    for line in read("reject.txt").lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<_> = line.split(' ').collect();
        let [kind, name, expected, bytes] = columns[..] else { panic!("four columns: {line}") };
        assert_eq!(again(kind, &from_hex(bytes)).map_err(word), Err(expected.into()), "{kind} {name}");
        count += 1;
    }
    println!("{count} vectors refused");
}

/// Whole chains with the verdict that every verifier reaches.
#[test]
fn verdicts() {
    let mut text = String::from(
        "# Chains: `chain NAME VERDICT COVERAGE`, then its genesis statement, the operator to trust and the receipts.\n",
    );
    for (name, signs, key_mode, terms) in chains() {
        let instance = fixture::instance_on(signs, key_mode, terms);
        let good = fixture::to_bytes(&fixture::chain(&instance, 4));
        let mut one = |change: &str, receipts: &[Vec<u8>]| {
            text.push_str(&chain_lines(&format!("{name}-{change}"), &instance, receipts));
        };
        one("good", &good);
        one("empty", &[]);
        one("dropped", &[good[0].clone(), good[2].clone()]);
        one("doubled", &[good[0].clone(), good[0].clone()]);
        one("swapped", &[good[1].clone(), good[0].clone()]);
        one("not-from-the-start", &good[1..]);
        let mut signature = good.clone();
        *signature[1].last_mut().expect("not empty") ^= 1;
        one("signature", &signature);
        let start = Tip::start(&instance.genesis).epoch;
        let foreign = fixture::claimed(&instance, Tip { epoch: start + 1, digest: sha256(b"elsewhere") });
        one("link", &[good[0].clone(), foreign.to_bytes()]);
        let mut bare = fixture::chain(&instance, 4);
        bare[3] = Receipt::unsigned(bare[3].body().clone(), bare[3].witness().copied()).expect("agrees");
        one("last-unsigned", &fixture::to_bytes(&bare));
    }
    compare("chains.txt", &text);
    println!("{} chains", text.lines().filter(|line| line.starts_with("chain ")).count());
}

fn chains() -> [(&'static str, Signs, KeyMode, Terms); 5] {
    let every_fourth = Terms { interval: 4, ..Terms::PLAIN };
    let fork = Terms { interval: 4, parent: Some(fixture::parent()), ..Terms::PLAIN };
    [
        ("guest-signs", Signs::Guest, KeyMode::RootSecret, Terms::PLAIN),
        ("host-signs", Signs::Host, KeyMode::RootSecret, Terms::PLAIN),
        ("insecure", Signs::Guest, KeyMode::InsecureFromConfiguration, Terms::PLAIN),
        ("every-fourth", Signs::Guest, KeyMode::RootSecret, every_fourth),
        ("fork", Signs::Host, KeyMode::RootSecret, fork),
    ]
}

/// A chain whose runtime and operator sign twice. It can be made with the feature `post-quantum` alone.
#[cfg(feature = "post-quantum")]
#[test]
fn post_quantum() {
    let terms = Terms { interval: 2, post_quantum: true, ..Terms::PLAIN };
    let instance = fixture::instance_on(Signs::Guest, KeyMode::RootSecret, terms);
    let mut text = String::from("# A chain with second signatures by ML-DSA-44: what, name, hexadecimal.\n");
    let mut line = |kind: &str, name: &str, bytes: &[u8]| {
        writeln!(text, "{kind} {name} {}", hex(bytes)).expect("writing to a string");
    };
    line("operator-key", "ml-dsa-44", fixture::operator_post_quantum().public().as_bytes());
    line("runtime-key", "ml-dsa-44", instance.post_quantum.as_ref().expect("it has one").public().as_bytes());
    line("genesis", "twice-signed", &instance.genesis.to_bytes());
    for receipt in fixture::chain(&instance, 4) {
        line("receipt", &format!("twice-signed/{}", receipt.body().frame().epoch), &receipt.to_bytes());
    }
    compare("post_quantum.txt", &text);
}

fn chain_lines(name: &str, instance: &Instance, receipts: &[Vec<u8>]) -> String {
    let operator: PublicKey = instance.operator.public();
    let report = verify_chain(&instance.genesis, &[operator], receipts.iter().map(|bytes| (bytes.as_slice(), None)));
    let word = |what: &dyn std::fmt::Debug| format!("{what:?}").replace(' ', "");
    let mut text = format!("chain {name} {} {}\n", word(&report.verdict), word(&report.coverage));
    writeln!(text, "genesis {}", hex(&instance.genesis.to_bytes())).expect("writing to a string");
    writeln!(text, "operator {operator}").expect("writing to a string");
    for receipt in receipts {
        writeln!(text, "receipt {}", hex(receipt)).expect("writing to a string");
    }
    text
}

/// Reads and writes again.
fn again(kind: &str, bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
    match kind {
        "claim" => Claim::decode(bytes).map(|claim| encoded(&claim)).map_err(FormatError::Claim),
        "body" => Body::decode(bytes).map(|body| body.to_bytes()),
        "receipt" | "unsigned" => {
            let receipt = Receipt::decode(bytes)?;
            assert_eq!(receipt.is_signed(), kind == "receipt");
            Ok(receipt.to_bytes())
        }
        "state" => State::decode(bytes).map(|state| state.to_bytes()),
        "snapshot" => Snapshot::decode(bytes).map(|snapshot| snapshot.to_bytes()),
        "divergence" => SignedDivergence::decode(bytes).map(|divergence| divergence.to_bytes()),
        "genesis" => Genesis::decode(bytes).map(|genesis| genesis.to_bytes()),
        other => panic!("unknown kind of vector: {other}"),
    }
}

/// An error as one word: layer, reason and offset.
pub(crate) fn word(error: FormatError) -> String {
    match error {
        FormatError::Envelope(inner) => format!("Envelope:{:?}:{}", inner.reason, inner.offset),
        FormatError::Body(inner) => format!("Body:{:?}:{}", inner.reason, inner.offset),
        FormatError::Claim(inner) => format!("Claim:{:?}:{}", inner.reason, inner.offset),
        FormatError::Statement(inner) => format!("Statement:{:?}:{}", inner.reason, inner.offset),
        FormatError::State(inner) => format!("State:{:?}:{}", inner.reason, inner.offset),
        FormatError::Genesis(inner) => format!("Genesis:{:?}:{}", inner.reason, inner.offset),
        other => format!("{other:?}"),
    }
}

fn rejected() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let instance = fixture::instance(Signs::Guest, KeyMode::RootSecret);
    let mut list = rejected_claims(&instance);
    list.extend(rejected_bodies(&instance));
    list.extend(rejected_envelopes(&instance));
    list.extend(rejected_unsigned(&instance));
    list.extend(rejected_genesis(&instance));
    list.extend(rejected_statements(&instance));
    list
}

/// Replaces the first `from` in `bytes` by `to`.
#[track_caller]
pub(crate) fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let place = bytes.windows(from.len()).position(|window| window == from).expect("the bytes are there");
    [&bytes[..place], to, &bytes[place + from.len()..]].concat()
}

fn rejected_claims(instance: &Instance) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let claim = Claim { epoch: 5, ..fixture::claim(&instance.genesis, Tip::start(&instance.genesis)) };
    let good = encoded(&claim);
    let failed = encoded(&Claim { completed: Components::NONE, ..claim });
    let longer = [&good[..], &[0]].concat();
    vec![
        ("claim", "empty", Vec::new()),
        ("claim", "cut-short", good[..good.len() - 1].to_vec()),
        ("claim", "trailing-byte", longer),
        ("claim", "version-2", replaced(&good, &[0xad, 1, 1], &[0xad, 1, 2])),
        ("claim", "twelve-fields", replaced(&good, &[0xad, 1, 1], &[0xac, 1, 1])),
        ("claim", "indefinite-map", replaced(&good, &[0xad, 1, 1], &[0xbf, 1, 1])),
        ("claim", "epoch-not-shortest", replaced(&good, &[2, 5, 3], &[2, 0x18, 5, 3])),
        ("claim", "epoch-negative", replaced(&good, &[2, 5, 3], &[2, 0x20, 3])),
        ("claim", "epoch-float", replaced(&good, &[2, 5, 3], &[2, 0xf9, 0x45, 0, 3])),
        ("claim", "keys-out-of-order", replaced(&good, &[2, 5, 3], &[3, 5, 2])),
        ("claim", "role-2", replaced(&good, &[5, 0x82, 0, 0x58, 0x20], &[5, 0x82, 2, 0x58, 0x20])),
        ("claim", "decision-3", replaced(&good, &[6, 0x82, 0, 0], &[6, 0x82, 3, 0])),
        ("claim", "severity-of-a-pass", replaced(&good, &[6, 0x82, 0, 0], &[6, 0x82, 0, 1])),
        ("claim", "mask-32", replaced(&failed, &[7, 0, 8, 0x86], &[7, 0x18, 32, 8, 0x86])),
        ("claim", "cut-of-a-later-epoch", replaced(&good, &[10, 0x86, 1], &[10, 0x86, 6])),
        ("claim", "refused-without-list", replaced(&good, &[13, 0x82, 1, 0x81], &[13, 0x82, 1, 0x80])),
    ]
}

fn rejected_bodies(instance: &Instance) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let tip = Tip::start(&instance.genesis);
    let claim = fixture::claim(&instance.genesis, tip);
    let bytes = encoded(&claim);
    let good = fixture::frame(&instance.genesis, tip, Outcome::Done, Some(sha256(&bytes)));
    let other = sha256(b"other");
    let trapped = Outcome::Trapped(receipt::TrapCode::Unreachable);
    let without = raw_body(&Frame { outcome: trapped, claim: None, ..good }, None);
    let outcome = |code, detail| replaced(&without, &[5, 0x82, 2, 1, 6], &[5, 0x82, code, detail, 6]);
    vec![
        ("body", "claim-digest", raw_body(&Frame { claim: Some(other), ..good }, Some(&bytes))),
        ("body", "claim-missing", raw_body(&good, None)),
        ("body", "claim-not-named", raw_body(&Frame { claim: None, ..good }, Some(&bytes))),
        ("body", "claim-of-a-trapped-step", raw_body(&Frame { outcome: trapped, ..good }, Some(&bytes))),
        ("body", "no-claim-of-a-done-step", raw_body(&Frame { claim: None, ..good }, None)),
        ("body", "claim-epoch", raw_body(&Frame { epoch: 2, ..good }, Some(&bytes))),
        ("body", "claim-previous", raw_body(&Frame { previous: other, ..good }, Some(&bytes))),
        ("body", "claim-input", raw_body(&Frame { input: other, ..good }, Some(&bytes))),
        (
            "body",
            "claim-components",
            raw_body(&Frame { outcome: Outcome::Partial(Components::CUT), ..good }, Some(&bytes)),
        ),
        ("body", "outcome-5", outcome(5, 0)),
        ("body", "done-with-detail", outcome(0, 1)),
        ("body", "trap-0", outcome(2, 0)),
        ("body", "trap-9", outcome(2, 9)),
        ("body", "exhausted-2", outcome(3, 2)),
        ("body", "denied-0", outcome(4, 0)),
        ("body", "denied-8", outcome(4, 8)),
        ("body", "partial-31", replaced(&without, &[5, 0x82, 2, 1, 6], &[5, 0x82, 1, 0x18, 31, 6])),
        ("body", "key-mode-2", replaced(&without, &[10, 0xf6, 11, 0], &[10, 0xf6, 11, 2])),
        ("body", "undefined-claim", replaced(&without, &[10, 0xf6, 11, 0, 0xf6], &[10, 0xf6, 11, 0, 0xf7])),
        ("body", "array-of-3", replaced(&without, &[0x82, 0xab], &[0x83, 0xab])),
    ]
}

fn raw_body(frame: &Frame, claim: Option<&[u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes);
    frame.encode(encoder.array(2));
    encoder.optional_bytes(claim);
    bytes
}

fn rejected_envelopes(instance: &Instance) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let tip = Tip::start(&instance.genesis);
    let receipt = fixture::claimed(instance, tip);
    let good = receipt.to_bytes();
    let host = fixture::instance(Signs::Host, KeyMode::RootSecret);
    let unwitnessed = fixture::claimed(&host, Tip::start(&host.genesis));
    let claim = unwitnessed.body().claim_bytes().expect("a claim");
    let extra = Some(sign_claim(&instance.witness, claim));
    let header = [0xa3, 1, 0x27, 3, 0x78, 0x20];
    let witness = [0xa1, 0x3a, 0, 1, 0x11, 0x70];
    let genesis = instance.genesis.to_bytes();
    let mut small_order = instance.genesis.statement().clone();
    small_order.runtime = PublicKey(Digest::ZERO.0);
    vec![
        ("receipt", "no-tag", good[1..].to_vec()),
        ("receipt", "tag-98", [&[0xd8, 98], &good[1..]].concat()),
        ("receipt", "trailing-byte", [&good[..], &[0]].concat()),
        ("receipt", "algorithm-es256", replaced(&good, &header, &[0xa3, 1, 0x26, 3, 0x78, 0x20])),
        ("receipt", "other-media-type", replaced(&good, b"vnd.avouch.body", b"vnd.avouch.bode")),
        ("receipt", "genesis-as-receipt", genesis.clone()),
        ("receipt", "payload-as-text", replaced(&good, &[0x59], &[0x79])),
        ("receipt", "other-unprotected-header", replaced(&good, &witness, &[0xa1, 0x3a, 0, 1, 0x11, 0x71])),
        ("receipt", "witness-missing", envelope(instance, Content::Body, None, receipt.body_bytes())),
        ("receipt", "witness-of-a-host-claim", envelope(&host, Content::Body, extra, unwitnessed.body_bytes())),
        ("receipt", "too-long", vec![0; receipt::limits::RECEIPT_LEN_MAX + 1]),
        ("genesis", "receipt-as-genesis", good.clone()),
        ("genesis", "witness-header", envelope(instance, Content::Genesis, extra, &genesis_payload(&genesis))),
        ("genesis", "key-mode-2", replaced(&genesis, &[8, 0, 9, 0x69], &[8, 2, 9, 0x69])),
        ("genesis", "control-character", replaced(&genesis, b"gate.wasm", b"gate\x1bwasm")),
        ("genesis", "name-not-utf-8", replaced(&genesis, b"gate.wasm", b"gate\xffwasm")),
        ("genesis", "small-order-key", replaced(&genesis, &instance.runtime.public().0, &small_order.runtime.0)),
    ]
}

fn rejected_unsigned(instance: &Instance) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let signed = fixture::claimed(instance, Tip::start(&instance.genesis));
    let (body, witness) = (signed.body_bytes(), signed.witness().expect("the guest signs").0);
    let raw = |len: u64, body: Option<&[u8]>, witness: Option<&[u8]>| {
        let mut bytes = Vec::new();
        Encoder::new(&mut bytes).array(len).optional_bytes(body).optional_bytes(witness);
        bytes
    };
    let good = raw(2, Some(body), Some(&witness));
    assert!(Receipt::decode(&good).is_ok_and(|receipt| !receipt.is_signed()));
    vec![
        ("unsigned", "trailing-byte", [&good[..], &[0]].concat()),
        ("unsigned", "cut-short", good[..good.len() - 1].to_vec()),
        ("unsigned", "tagged", [&[0xd2], &good[..]].concat()),
        ("unsigned", "array-of-1", raw(1, Some(body), Some(&witness))),
        ("unsigned", "array-of-3", raw(3, Some(body), Some(&witness))),
        ("unsigned", "indefinite-array", [&[0x9f], &good[1..], &[0xff]].concat()),
        ("unsigned", "no-body", raw(2, None, Some(&witness))),
        ("unsigned", "empty-body", raw(2, Some(&[]), Some(&witness))),
        ("unsigned", "witness-missing", raw(2, Some(body), None)),
        ("unsigned", "witness-of-63-bytes", raw(2, Some(body), Some(&witness[1..]))),
        ("unsigned", "witness-undefined", {
            let unwitnessed = raw(2, Some(body), None);
            [&unwitnessed[..unwitnessed.len() - 1], &[0xf7]].concat()
        }),
        ("unsigned", "too-long", [&[0x82][..], &vec![0; receipt::limits::UNSIGNED_RECEIPT_LEN_MAX]].concat()),
    ]
}

fn rejected_genesis(instance: &Instance) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let genesis = instance.genesis.to_bytes();
    let (interval, none) = ([10, 1, 11, 0xf6, 12], [0xa0]);
    let mut second = vec![0xa1, 0x3a, 0, 1, 0x11, 0x71, 0x59, 0x09, 0x74];
    second.extend([0; 2420]);
    // The unprotected header follows the protected one, whose length is the fourth byte.
    let place = 4 + usize::from(genesis[3]);
    assert_eq!(genesis[place..=place], none);
    let with_header = |header: &[u8]| [&genesis[..place], header, &genesis[place + 1..]].concat();
    let mut fork = instance.genesis.statement().clone();
    fork.parent = Some(fixture::parent());
    let fork = fork.sign(&instance.operator).expect("a good statement").to_bytes();
    let parent = [13, 0x84, 0x50];
    vec![
        ("genesis", "version-1", replaced(&genesis, &[0xad, 1, 2], &[0xad, 1, 1])),
        ("genesis", "interval-0", replaced(&genesis, &interval, &[10, 0, 11, 0xf6, 12])),
        ("genesis", "interval-null", replaced(&genesis, &interval, &[10, 0xf6, 11, 0xf6, 12])),
        ("genesis", "post-quantum-signature-unasked", with_header(&second)),
        ("genesis", "post-quantum-key-without-signature", {
            let digest = [&[10, 1, 11, 0x58, 0x20][..], &[7; 32], &[12]].concat();
            let payload = replaced(&genesis_payload(&genesis), &interval, &digest);
            envelope_by(&instance.operator, Content::Genesis, None, &payload)
        }),
        ("genesis", "post-quantum-signature-short", with_header(&[0xa1, 0x3a, 0, 1, 0x11, 0x71, 0x41, 0])),
        ("genesis", "small-order-log-key", replaced(&genesis, &instance.log.public().0, &[0; 32])),
        ("genesis", "parent-of-3", replaced(&fork, &parent, &[13, 0x83, 0x50])),
        ("genesis", "parent-undefined", replaced(&genesis, &[13, 0xf6, 0x58, 0x40], &[13, 0xf7, 0x58, 0x40])),
    ]
}

fn rejected_statements(instance: &Instance) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let snapshot = statements::snapshot(instance);
    let good = snapshot.to_bytes();
    let payload = Sign1::decode(&good, Content::Snapshot).expect("a snapshot").payload.to_vec();
    let state = statements::state().to_bytes();
    let divergence = statements::divergence(instance).to_bytes();
    let extra = Some(Signature([0; 64]));
    vec![
        ("state", "global-type-5", replaced(&state, &[0x85, 0x82, 0, 0x44], &[0x85, 0x82, 5, 0x44])),
        ("state", "global-too-wide", replaced(&state, &[0x85, 0x82, 0, 0x44], &[0x85, 0x82, 1, 0x44])),
        ("state", "pages-not-whole", {
            let mut short = replaced(&state, &[0x58, 64], &[0x58, 63]);
            short.pop();
            short
        }),
        ("state", "trailing-byte", [&state[..], &[0]].concat()),
        ("snapshot", "version-2", replaced(&good, &[0xa6, 1, 1], &[0xa6, 1, 2])),
        ("snapshot", "divergence-as-snapshot", divergence.clone()),
        ("snapshot", "witness-header", envelope(instance, Content::Snapshot, extra, &payload)),
        ("divergence", "snapshot-as-divergence", good),
        ("divergence", "another-field", replaced(&divergence, b"score.upper", b"score.lower")),
        ("divergence", "another-epoch", replaced(&divergence, &[3, 1, 4, 0x6b], &[3, 2, 4, 0x6b])),
        ("divergence", "control-character", replaced(&divergence, b"wasmi 2", b"wasmi\n2")),
    ]
}

fn envelope(instance: &Instance, content: Content, witness: Option<Signature>, payload: &[u8]) -> Vec<u8> {
    envelope_by(&instance.runtime, content, witness, payload)
}

fn envelope_by(key: &SigningKey, content: Content, witness: Option<Signature>, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    Sign1::sign(key, content, witness, payload).encode(&mut bytes);
    bytes
}

fn genesis_payload(genesis: &[u8]) -> Vec<u8> {
    Sign1::decode(genesis, Content::Genesis).expect("a genesis statement").payload.to_vec()
}
