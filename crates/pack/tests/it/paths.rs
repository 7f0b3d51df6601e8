//! Which paths a pack may have, and which files can lie side by side.

use pack::limits::{FILES_MAX, TOTAL_LEN_MAX};
use pack::path::check_path;
use pack::{Files, PackError};

#[test]
fn paths_that_only_an_archive_can_have_are_refused_by_their_word() {
    let cases: [(&[u8], &str); 20] = [
        (b"..", "path-escapes"),
        (b"a/..", "path-escapes"),
        (b"a/../b", "path-escapes"),
        (b"..\\a", "path-escapes"),
        (b"/", "path-escapes"),
        (b"\\", "path-escapes"),
        (b"c:", "path-escapes"),
        (b"Z:\\a", "path-escapes"),
        (b"", "bad-path"),
        (b".", "bad-path"),
        (b"a/.", "bad-path"),
        (b"a/", "bad-path"),
        (b"a.", "bad-path"),
        (b"a \xff", "bad-path"),
        (b"a\0", "bad-path"),
        (b"a\x7f", "bad-path"),
        (b"LPT9.wasm", "bad-path"),
        (b"a/Nul.tar.gz", "bad-path"),
        (b"a~1", "bad-path"),
        (b"a%2e", "bad-path"),
    ];
    for (path, word) in cases {
        let error = check_path(path).expect_err(&String::from_utf8_lossy(path));
        assert_eq!(error.word(), word, "{path:?}: {error}");
    }
    let good = ["a", "a/b/c/d/e/f/g/h", "x.wasm", "A-b_c+d.e", "...x".trim_start_matches('.'), "com10", "nully", "0"];
    for path in good {
        assert_eq!(check_path(path.as_bytes()), Ok(path));
    }
    let long = "a".repeat(100);
    assert_eq!(check_path(long.as_bytes()), Ok(long.as_str()));
    println!("{} refused, {} accepted", cases.len(), good.len() + 1);
}

#[test]
fn files_that_cannot_lie_side_by_side_are_refused() {
    let clashes =
        [["a/b", "A/b"], ["a/b", "A/c"], ["a/B", "a/b"], ["a", "a/b"], ["a/b", "a"], ["a/b/c", "a/B"], ["a", "a"]];
    for [first, second] in clashes {
        let mut files = Files::new();
        files.insert(first, Vec::new()).expect("the first is alone");
        let refusal = files.insert(second, Vec::new()).expect_err(second);
        assert_eq!(refusal.word(), "path-clash", "{first} and {second}");
        assert_eq!(files.len(), 1);
    }
    let mut files = Files::new();
    for path in ["a/b", "a/c", "ab", "b/a", "a.b"] {
        files.insert(path, vec![0; 3]).expect(path);
    }
    let order: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    assert_eq!(order, ["a.b", "a/b", "a/c", "ab", "b/a"]);
    assert_eq!(files.total_len(), 15);
    assert_eq!(files.remove("ab"), Some(vec![0; 3]));
    assert_eq!((files.len(), files.total_len()), (4, 12));
    println!("{} pairs refused", clashes.len());
}

#[test]
fn limits_hold_before_anything_is_kept() {
    let mut files = Files::new();
    for number in 0..FILES_MAX {
        files.insert(&format!("f{number}"), Vec::new()).expect("within the limit");
    }
    assert!(matches!(files.insert("more", Vec::new()), Err(PackError::TooLarge { limit: FILES_MAX, .. })));
    assert_eq!(files.put("f0", vec![1]), Ok(()), "replacing one needs no more room");
    let empty = Files::new();
    assert_eq!(empty.check_room(TOTAL_LEN_MAX), Ok(()));
    assert!(matches!(empty.check_room(TOTAL_LEN_MAX + 1), Err(PackError::TooLarge { limit: TOTAL_LEN_MAX, .. })));
    println!("{FILES_MAX} files and no more, {TOTAL_LEN_MAX} bytes and no more");
}
