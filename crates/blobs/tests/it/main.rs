//! Putting and getting, in a folder and through a URL.

use blobs::Blobs;

#[test]
fn a_folder_keeps_what_is_put_there() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("log").display().to_string();
    let absent = Blobs::open(&folder, false).err().expect("no folder yet").to_string();
    assert!(absent.starts_with(&folder), "{absent}");
    let blobs = Blobs::open(&folder, true).expect("a folder");
    assert_eq!(blobs.get("tile/0/x001/234").expect("a look"), None);
    blobs.put("tile/0/x001/234", vec![1, 2, 3]).expect("room");
    blobs.put("checkpoint", b"old".to_vec()).expect("room");
    blobs.put("checkpoint", b"new".to_vec()).expect("room");
    assert_eq!(blobs.get("tile/0/x001/234").expect("a look"), Some(vec![1, 2, 3]));
    let plain = std::fs::read(scratch.path().join("log/checkpoint")).expect("a plain file");
    assert_eq!(plain, b"new", "what is put is a plain file that other tools can read");
}

#[test]
fn a_url_works_alike_and_one_of_an_unknown_kind_is_refused() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let url = format!("file://{}", scratch.path().display());
    let blobs = Blobs::open(&url, false).expect("a URL");
    blobs.put("a/b", vec![7]).expect("room");
    assert_eq!(std::fs::read(scratch.path().join("a/b")).expect("a plain file"), [7]);
    assert!(Blobs::open("gopher://there/it/is", false).is_err());
    assert!(Blobs::open("://", false).is_err());
}

#[test]
fn nothing_leaves_the_folder_and_nothing_endless_is_taken_in() {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let folder = scratch.path().join("log");
    let blobs = Blobs::open(&folder.display().to_string(), true).expect("a folder");
    assert!(blobs.put("../outside", vec![1]).is_err());
    assert!(blobs.get("../outside").is_err());
    let long = std::fs::File::create(folder.join("long")).expect("a file");
    long.set_len(blobs::BLOB_LEN_MAX + 1).expect("a sparse file");
    let refused = blobs.get("long").expect_err("too long").to_string();
    assert!(refused.contains("no blob of a log is longer"), "{refused}");
}
