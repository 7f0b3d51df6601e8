//! What a sealed module says of its own sealing.

use seal::{LoopCharge, MemoryRule, NanBits, Note, Policy, SEAL_SECTION, Size, cost_table_digest, seal};

use crate::{GROWING, module, sealed};

/// A custom section of that name with those bytes, appended to a module.
fn with_section(mut bytes: Vec<u8>, name: &str, data: &[u8]) -> Vec<u8> {
    let len = 1 + name.len() + data.len();
    bytes.push(0);
    bytes.push(u8::try_from(len).expect("a short section"));
    bytes.push(u8::try_from(name.len()).expect("a short name"));
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(data);
    bytes
}

#[test]
fn the_note_says_what_the_policy_was() {
    let plain = module("(func (export \"f\"))");
    let policies = [
        Policy::STANDARD,
        GROWING,
        Policy { depth_limit: 4_096, ..Policy::STANDARD },
        Policy { loops: LoopCharge::EachTurn, ..Policy::STANDARD },
        Policy { nan: NanBits::AsMade, ..Policy::STANDARD },
    ];
    for policy in policies {
        let sealed = seal(&plain, &policy).expect("it can be sealed");
        let Policy { memory, depth_limit, loops, nan, .. } = policy;
        let expected = Note { cost_table: cost_table_digest(), depth_limit, memory, loops, nan };
        assert_eq!(Note::read(&sealed.bytes), Some(expected));
    }
    assert_eq!(GROWING.memory, MemoryRule::Capped { max_pages: 16 });
    println!("{} policies", policies.len());
}

#[test]
fn no_note_a_second_one_and_a_damaged_one_are_none() {
    let plain = module("(func (export \"f\"))");
    assert_eq!(Note::read(&plain), None, "not sealed");
    let sealed = sealed(&plain).bytes;
    assert!(Note::read(&with_section(sealed.clone(), "else", b"abc")).is_some(), "other sections are left alone");
    assert_eq!(Note::read(&with_section(sealed.clone(), SEAL_SECTION, b"")), None, "a second one, and empty");
    assert_eq!(Note::read(b"no module"), None);
    // The section stands at the end: every cut into it, and every other first byte, leaves no note.
    let at = sealed.windows(SEAL_SECTION.len()).rposition(|name| name == SEAL_SECTION.as_bytes()).expect("a section");
    let mut refused = 0;
    for end in at..sealed.len() {
        assert_eq!(Note::read(&sealed[..end]), None, "cut at {end}");
        refused += 1;
    }
    let first = at + SEAL_SECTION.len();
    for byte in (0..=u8::MAX).filter(|byte| *byte != sealed[first]) {
        let mut other = sealed.clone();
        other[first] = byte;
        assert_eq!(Note::read(&other), None, "{byte:#x}");
        refused += 1;
    }
    println!("{refused} damaged notes");
}

#[test]
fn a_module_says_what_it_begins_with() {
    let size = |text: &str| Size::read(&wat::parse_str(text).expect("the text is a module"));
    assert_eq!(size("(module)"), Some(Size { pages: 0, table_elements: 0 }));
    let text = "(module (memory 3 9) (table 5 funcref) (table 2 8 externref))";
    assert_eq!(size(text), Some(Size { pages: 3, table_elements: 7 }));
    assert_eq!(Size::read(b"no module"), None);
}
