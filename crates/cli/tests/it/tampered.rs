//! Journals that somebody changed, with all the means of this program: each change is named, with its epoch and a code.

use journal::{Durability, Entry, Header, Reader, Start, Writer};
use receipt::{Body, Frame, Genesis, InstanceName, KeyRole, Receipt};

use crate::room::{PUBLIC_PATH, RUN_FILE, Ran, Room, root, rows};

const TICKS: u64 = 12;

/// A room with `run.journal` of [`TICKS`] steps.
fn room_with_journal() -> Room {
    let room = Room::new();
    room.write("run.toml", RUN_FILE);
    room.write("rows.ndjson", rows(TICKS, ["a", "b", "c", "d"]));
    room.run_well(&["run", "run.toml", "-o", "run.journal"]);
    room
}

/// Reads `run.journal`, lets `change` have it, and writes what is left as `changed.journal`.
fn change(room: &Room, change: impl FnOnce(&mut Header, &mut Vec<Entry>)) {
    let reader = Reader::open(&room.path("run.journal")).expect("a whole journal");
    let mut header = reader.header().clone();
    let mut entries: Vec<Entry> = reader.entries(1, u64::MAX).map(|entry| entry.expect("a step")).collect();
    change(&mut header, &mut entries);
    let _ = std::fs::remove_file(room.path("changed.journal"));
    let (base_epoch, tip) = reader.base();
    let start = Start { base_epoch, tip, peaks: Vec::new() };
    let mut writer =
        Writer::create(&room.path("changed.journal"), &header, start, Durability::AtClose).expect("a new journal");
    for (epoch, entry) in (1..).zip(entries) {
        writer.append(Entry { epoch, ..entry }).expect("the next step");
    }
    writer.close().expect("a good end");
}

fn verify(room: &Room) -> Ran {
    room.run(&["verify", "changed.journal", "--trust", PUBLIC_PATH])
}

#[test]
fn every_change_is_named_with_its_epoch_and_its_code() {
    type Change = fn(&mut Header, &mut Vec<Entry>);
    let table: [(&str, Change, i32, &str); 12] = [
        ("nothing", |_, _| (), 0, "12 receipts, epochs 1 to 12, signed by the trusted operator"),
        (
            "the tail is gone",
            |_, entries| entries.truncate(7),
            0,
            "complete up to epoch 7; whether anything was written after",
        ),
        ("an input", |_, entries| entries[4].input[3] ^= 1, 4, "epoch 5: the input is not the one that was receipted"),
        ("an input is gone", |_, entries| entries[4].input.clear(), 4, "epoch 5: the input is not the one"),
        (
            "a signature",
            |_, entries| flip_last(&mut entries[6].receipt),
            3,
            "epoch 7: the runtime's signature does not verify",
        ),
        ("a receipt's bytes", |_, entries| entries[2].receipt.truncate(50), 8, "epoch 3: the receipt is malformed"),
        ("a receipt of nothing", |_, entries| entries[2].receipt.clear(), 8, "epoch 3: the receipt is malformed"),
        ("a step is gone", |_, entries| drop(entries.remove(3)), 4, "epoch 4 should come next, but the receipt says 5"),
        (
            "two steps changed places",
            |_, entries| entries.swap(8, 9),
            4,
            "epoch 9 should come next, but the receipt says 10",
        ),
        (
            "the module",
            |header, _| header.module[900] ^= 1,
            4,
            "the module in the journal is not the one of the genesis",
        ),
        (
            "the configuration",
            |header, _| header.configuration[9] ^= 1,
            4,
            "the configuration in the journal is not the one",
        ),
        ("the genesis", |header, _| header.genesis.truncate(9), 8, "the genesis statement is malformed"),
    ];
    let room = room_with_journal();
    for (what, changing, code, words) in &table {
        change(&room, changing);
        let ran = verify(&room);
        assert_eq!(ran.code, *code, "{what}: {ran:#?}");
        assert!((ran.stdout.clone() + &ran.stderr).contains(words), "{what}: {ran:#?}");
    }
    println!("{} changed journals", table.len());
}

fn flip_last(bytes: &mut [u8]) {
    *bytes.last_mut().expect("a receipt is not empty") ^= 1;
}

#[test]
fn a_genesis_signed_by_somebody_else_is_not_trusted() {
    let room = room_with_journal();
    change(&room, |header, _| {
        let genesis = Genesis::decode(&header.genesis).expect("a genesis statement");
        let thief = receipt::RootSecret::from_bytes([7; 32]).operator_key();
        header.genesis = genesis.statement().sign(&thief).expect("a statement").to_bytes();
    });
    let ran = verify(&room);
    // The receipts still belong to the old statement's chain: its digest is the first receipt's `previous`.
    assert!([4, 9].contains(&ran.code), "{ran:#?}");
    assert!(!ran.stdout.contains("(good)"), "{ran:#?}");
}

/// The step of the last epoch, receipted again by its operator with another meter reading.
fn lie(header: &Header, last: &mut Entry) {
    let statement = Genesis::decode(&header.genesis).expect("a genesis statement").statement().clone();
    let (module, configuration, instance) = (statement.module, statement.configuration, statement.instance);
    let key = root().instance_key(KeyRole::Runtime, &InstanceName { module, configuration, instance });
    let honest = Receipt::decode(&last.receipt).expect("a receipt");
    let frame = Frame { meter_used: honest.body().frame().meter_used + 1, ..*honest.body().frame() };
    let body = Body::new(frame, honest.body().claim_bytes()).expect("a body");
    last.receipt = Receipt::sign(body, honest.witness().copied(), &key).expect("a receipt").to_bytes();
}

#[test]
fn a_lie_that_is_signed_verifies_and_a_replay_finds_it() {
    let room = room_with_journal();
    change(&room, |header, entries| lie(header, entries.last_mut().expect("a step")));
    assert_eq!(verify(&room).code, 0);
    for engine in ["wasmtime", "wasmi"] {
        let ran = room.run(&["replay", "changed.journal", "--engine", engine]);
        assert_eq!(ran.code, 5, "{ran:#?}");
        assert!(ran.stdout.contains("epoch 12, field meter_used"), "{ran:#?}");
        let json = room.run(&["--format", "json", "replay", "changed.journal", "--engine", engine]).json();
        assert_eq!((&json["word"], &json["divergence"]["epoch"]), (&"divergence".into(), &12.into()));
        assert_eq!(room.run(&["replay", "changed.journal", "--engine", engine, "--to", "11"]).code, 0);
    }
}

#[test]
fn a_replay_names_the_first_epoch_and_field_of_a_changed_input() {
    let room = room_with_journal();
    change(&room, |_, entries| entries[4].input = entries[5].input.clone());
    let ran = room.run(&["replay", "changed.journal"]);
    assert_eq!(ran.code, 5, "{ran:#?}");
    assert!(ran.stdout.contains("epoch 5, field input"), "{ran:#?}");
    // What lies before is the same, and only that.
    assert_eq!(room.run(&["replay", "changed.journal", "--to", "4"]).code, 0);
    assert_eq!(room.run(&["replay", "changed.journal", "--from", "6"]).code, 5);
}

#[test]
fn a_report_of_a_refused_chain_says_so_and_shows_no_more_than_verified() {
    let room = room_with_journal();
    change(&room, |_, entries| flip_last(&mut entries[6].receipt));
    let ran = room.run(&["report", "changed.journal", "-o", "page.html", "--trust", PUBLIC_PATH]);
    assert_eq!(ran.code, 3, "{ran:#?}");
    assert!(ran.stdout.contains("refused (bad-signature)"), "{ran:#?}");
    let page = String::from_utf8(room.read("page.html")).expect("a page is text");
    assert!(page.contains("\"epoch\":[1,2,3,4,5,6]"), "the page shows what nobody vouches for");
}

#[test]
fn a_flipped_bit_in_the_file_is_refused_in_one_line_or_changes_nothing() {
    let room = room_with_journal();
    let whole = room.read("run.journal");
    let (mut state, mut refused) = (0x2545_f491_4f6c_dd1d_u64, 0);
    for round in 0..60 {
        // Xorshift (Marsaglia 2003): the same places each time; half of them where the storage steers from.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let place = state as usize % if round % 2 == 0 { whole.len() } else { 8_192 };
        let mut changed = whole.clone();
        changed[place] ^= 1 << (state >> 60 & 7);
        room.write("changed.journal", changed);
        let ran = verify(&room);
        let lines = ran.stderr.lines().count();
        match ran.code {
            0 => assert!(ran.stdout.contains("epochs 1 to 12") && lines == 0, "byte {place}: {ran:#?}"),
            1 | 3 | 4 | 8 => {
                assert!(lines <= 1 && !ran.stderr.contains("panicked"), "byte {place}: {ran:#?}");
                refused += 1;
            }
            _ => panic!("byte {place}: {ran:#?}"),
        }
    }
    println!("60 flips, {refused} refused");
}
