//! Archives: one for each set of files, and no other is read.

use depot::archive::{from_bytes, read_file, to_bytes, write_file};
use tar::{Builder, EntryType, Header};

use crate::{files, files_of, word};

#[test]
fn an_archive_gives_back_its_files_and_is_the_same_each_time() {
    let bytes = to_bytes(&files());
    assert_eq!(bytes, to_bytes(&files()));
    assert_eq!(from_bytes(&bytes, "x").expect("an archive"), files());
    assert_eq!(from_bytes(&to_bytes(&files_of(&[])), "x").expect("an archive"), files_of(&[]));
    let room = tempfile::tempdir().expect("a folder");
    let place = room.path().join("x.pack");
    write_file(&place, &files()).expect("a new file");
    assert_eq!(read_file(&place).expect("an archive"), files());
    assert_eq!(depot::read(&place).expect("an archive"), files());
    assert_eq!(word(write_file(&place, &files())), "world", "what is there is left alone");
}

/// An archive of one entry after the header was changed.
fn one(change: impl Fn(&mut Header)) -> Vec<u8> {
    let mut header = header("a.wasm");
    change(&mut header);
    header.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&header, &b"four"[..]).expect("memory");
    builder.into_inner().expect("memory")
}

fn header(path: &str) -> Header {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(EntryType::Regular);
    header.set_size(4);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_cksum();
    header
}

fn several(paths: &[&str]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for path in paths {
        builder.append(&header(path), &b"four"[..]).expect("memory");
    }
    builder.into_inner().expect("memory")
}

#[test]
fn an_archive_that_packing_would_not_write_is_refused() {
    let good = one(|_| {});
    assert_eq!(from_bytes(&good, "x").expect("an archive"), files_of(&[("a.wasm", b"four")]));
    let kind = |kind| one(move |header| header.set_entry_type(kind));
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("a symbolic link", "bad-archive", kind(EntryType::Symlink)),
        ("a hard link", "bad-archive", kind(EntryType::Link)),
        ("a folder", "bad-archive", kind(EntryType::Directory)),
        ("a device", "bad-archive", kind(EntryType::Char)),
        ("a pipe", "bad-archive", kind(EntryType::Fifo)),
        ("an extended header", "bad-archive", kind(EntryType::XHeader)),
        ("a long name of GNU", "bad-archive", kind(EntryType::GNULongName)),
        ("a sparse file of GNU", "bad-archive", kind(EntryType::GNUSparse)),
        ("a time", "bad-archive", one(|header| header.set_mtime(1))),
        ("an owner", "bad-archive", one(|header| header.set_uid(1))),
        ("a group", "bad-archive", one(|header| header.set_gid(1))),
        ("an owner's name", "bad-archive", one(|header| header.set_username("root").expect("short"))),
        ("a mode", "bad-archive", one(|header| header.set_mode(0o755))),
        ("an old header", "bad-archive", one(|header| header.as_mut_bytes()[257..265].fill(0))),
        ("bytes after the header's end", "bad-archive", one(|header| header.as_mut_bytes()[511] = 1)),
        ("an absolute path", "path-escapes", several(&["/etc/passwd"])),
        ("a path upwards", "path-escapes", several(&["a/../../b"])),
        ("a hidden file", "bad-path", several(&["./a"])),
        ("a path that stands twice", "bad-archive", several(&["a", "a"])),
        ("paths that differ in case", "path-clash", several(&["A", "a"])),
        ("paths out of order", "bad-archive", several(&["b", "a"])),
        ("a tail", "bad-archive", [good.as_slice(), &[0]].concat()),
        ("a third block at the end", "bad-archive", [good.as_slice(), &[0; 512]].concat()),
        ("one block at the end", "bad-archive", good[..good.len() - 512].to_vec()),
        ("no end", "bad-archive", good[..good.len() - 1024].to_vec()),
        ("cut in the contents", "bad-archive", good[..514].to_vec()),
        ("cut in the header", "bad-archive", good[..300].to_vec()),
        ("nothing", "bad-archive", Vec::new()),
        ("no archive", "bad-archive", b"no archive at all".repeat(100)),
        ("a gzip archive", "bad-archive", [&[0x1f, 0x8b, 8, 0][..], &[0; 1020]].concat()),
        ("a length beyond the end", "bad-archive", one(|header| header.set_size(1 << 20))),
        ("a length beyond all limits", "too-large", one(|header| header.set_size(1 << 40))),
    ];
    for (name, expected, bytes) in &cases {
        assert_eq!(word(from_bytes(bytes, "x")), *expected, "{name}");
    }
    println!("{} archives refused", cases.len());
}

#[test]
fn every_flipped_bit_is_refused_or_is_another_pack() {
    let bytes = to_bytes(&files_of(&[("a/b.wasm", b"four"), ("c", b"")]));
    let (mut refused, mut others) = (0, 0);
    for place in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[place / 8] ^= 1 << (place % 8);
        match from_bytes(&flipped, "x") {
            Err(_) => refused += 1,
            Ok(files) => {
                assert_eq!(to_bytes(&files), flipped, "bit {place}: one archive for one set of files");
                others += 1;
            }
        }
    }
    // Only what a file holds can be changed alone: a name and a length are under the header's sum.
    assert_eq!(others, 32, "the bits of four bytes of contents");
    println!("{refused} flipped bits refused, {others} are another pack's");
}
