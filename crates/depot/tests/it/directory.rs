//! Folders: what goes in comes out, and what no pack has is refused before it is read.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use depot::directory::{read, write};
use pack::limits::{FILES_MAX, TOTAL_LEN_MAX};

use crate::{files, word};

#[test]
fn a_folder_gives_back_what_was_put_there() {
    let room = tempfile::tempdir().expect("a folder");
    let place = room.path().join("pack");
    write(&place, &files()).expect("a new folder");
    assert_eq!(read(&place).expect("a pack's files"), files());
    symlink(&place, room.path().join("link")).expect("a link");
    assert_eq!(read(&room.path().join("link")).expect("the folder itself may be a link"), files());
    assert_eq!(word(write(&place, &files())), "world", "what is there is left alone");
    let names: Vec<_> = fs::read_dir(room.path()).expect("the room").map(|entry| entry.expect("an entry")).collect();
    assert_eq!(names.len(), 2, "nothing unfinished is left: {names:?}");
    assert_eq!(word(read(&room.path().join("none"))), "world");
}

#[test]
fn what_no_pack_has_is_refused_by_its_own_word() {
    type Defect = (&'static str, &'static str, fn(&Path));
    let defects: [Defect; 15] = [
        ("a link to a file", "symbolic-link", |at| symlink("kernels.json", at.join("extra")).expect("a link")),
        ("a link out of the pack", "symbolic-link", |at| symlink("/etc/hostname", at.join("extra")).expect("a link")),
        ("a link to a folder", "symbolic-link", |at| symlink("golden", at.join("extra")).expect("a link")),
        ("a link to nothing", "symbolic-link", |at| symlink("nothing", at.join("extra")).expect("a link")),
        ("a link in a subfolder", "symbolic-link", |at| symlink("/", at.join("golden/extra")).expect("a link")),
        ("a pipe", "special-file", |at| {
            rustix::fs::mkfifoat(rustix::fs::CWD, at.join("extra"), rustix::fs::Mode::RUSR).expect("a pipe");
        }),
        ("a socket", "special-file", |at| drop(UnixListener::bind(at.join("extra")).expect("a socket"))),
        ("a folder without files", "empty-folder", |at| fs::create_dir(at.join("extra")).expect("a folder")),
        ("an empty folder in another", "empty-folder", |at| fs::create_dir_all(at.join("a/b")).expect("folders")),
        ("a name that is not UTF-8", "bad-path", |at| {
            fs::write(at.join(OsStr::from_bytes(b"\xff.wasm")), b"").expect("a file");
        }),
        ("a hidden file", "bad-path", |at| fs::write(at.join(".hidden"), b"").expect("a file")),
        ("a name with a backslash", "bad-path", |at| fs::write(at.join("a\\b"), b"").expect("a file")),
        ("names that differ in case", "path-clash", |at| fs::write(at.join("KERNELS.json"), b"").expect("a file")),
        ("a file larger than all may be", "too-large", |at| {
            let file = fs::File::create(at.join("extra")).expect("a file");
            file.set_len(TOTAL_LEN_MAX as u64 + 1).expect("a sparse file");
        }),
        ("more files than a pack has", "too-large", |at| {
            (0..FILES_MAX).for_each(|number| fs::write(at.join(format!("f{number}")), b"").expect("a file"));
        }),
    ];
    for (name, expected, spoil) in &defects {
        let room = tempfile::tempdir().expect("a folder");
        let place = room.path().join("pack");
        write(&place, &files()).expect("a new folder");
        spoil(&place);
        assert_eq!(word(read(&place)), *expected, "{name}");
    }
    println!("{} folders refused", defects.len());
}
