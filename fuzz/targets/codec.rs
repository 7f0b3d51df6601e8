//! Whatever the reader takes, the encoder writes again to the same bytes; whatever it refuses, it refuses without harm.
#![no_main]

use avouch_fuzz::cbor::Item;
use codec::decode::DecodeError;
use codec::{Buffer, Digest, Encoder, Hasher, Reader, sha256};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    whole(data);
    if let Some((script, bytes)) = data.split_first_chunk::<16>() {
        calls(script, bytes);
    }
    if let Ok(text) = str::from_utf8(data)
        && let Some(digest) = Digest::from_hex(text)
    {
        assert_eq!(digest.to_string(), text.to_ascii_lowercase());
    }
});

/// The bytes as a sequence of items: vector, hash and fixed buffer get what was read.
fn whole(bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    let mut items = Vec::new();
    let error = loop {
        if reader.offset() == bytes.len() {
            break None;
        }
        let start = reader.offset();
        match Item::read(&mut reader, bytes, 0) {
            Ok(item) => items.push(item),
            Err(error) => {
                assert!(error.offset <= bytes.len() && error.offset >= start, "{error} after {start}");
                break Some(start);
            }
        }
    };
    let good = &bytes[..error.unwrap_or(bytes.len())];
    let mut again = Vec::new();
    items.iter().for_each(|item| item.write(&mut Encoder::new(&mut again)));
    assert_eq!(again, good, "read and written again");
    let mut hasher = Hasher::new();
    items.iter().for_each(|item| item.write(&mut Encoder::new(&mut hasher)));
    assert_eq!(hasher.finish(), sha256(good));
    for room in [good.len(), good.len().saturating_sub(1), good.len() / 2] {
        let mut space = vec![0; room];
        let mut buffer = Buffer::new(&mut space);
        items.iter().for_each(|item| item.write(&mut Encoder::new(&mut buffer)));
        let fits = room >= good.len();
        assert_eq!(buffer.finish(), fits.then_some(good.len()));
        assert!(!fits || space == good);
    }
}

/// The bytes through the methods that the script names: each either takes exactly what the encoder writes for its
/// result, or says where the fault is.
fn calls(script: &[u8; 16], bytes: &[u8]) {
    let mut reader = Reader::new(bytes);
    for method in script {
        let start = reader.offset();
        match call(&mut reader, *method) {
            Ok(written) => assert_eq!(bytes[start..reader.offset()], written, "method {}", method % 19),
            Err(error) => {
                assert!((start..=bytes.len()).contains(&error.offset), "{error} after {start}");
                return;
            }
        }
    }
    let rest = reader.offset();
    assert_eq!(reader.finish().is_ok(), rest == bytes.len());
}

/// Calls one method and writes what it read.
fn call(reader: &mut Reader<'_>, method: u8) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::new();
    let mut out = Encoder::new(&mut bytes);
    let small = u64::from(method / 19);
    match method % 19 {
        0 => out.uint(reader.uint()?),
        1 => out.uint(reader.uint_at_most(small)?),
        2 => out.uint(reader.u32()?.into()),
        3 => out.uint(reader.u8()?.into()),
        4 => out.int(reader.int()?),
        5 => out.bytes(reader.bytes()?),
        6 => out.bytes(&reader.fixed::<0>()?),
        7 => out.bytes(&reader.fixed::<8>()?),
        8 => out.bytes(reader.digest()?.as_bytes()),
        9 => out.text(reader.text()?),
        10 => out.array(reader.array()?),
        11 => reader.array_of(small).map(|()| out.array(small))?,
        12 => out.map(reader.map()?),
        13 => reader.map_of(small).map(|()| out.map(small))?,
        14 => reader.key(small).map(|()| out.uint(small))?,
        15 => reader.version(small).map(|()| out.uint(small))?,
        16 => out.tag(reader.tag()?),
        17 => out.bool(reader.bool()?),
        _ if reader.null() => out.null(),
        _ => &mut out,
    };
    Ok(bytes)
}
