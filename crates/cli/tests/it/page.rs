//! The report page: whatever a stream calls its vertices and a run file its events, the page stays one page.

use serde_json::Value;

use crate::room::{RUN_FILE, Room, rows};

const HOSTILE: [&str; 4] = [
    "</script><script>alert(1)</script>",
    "<img src=http://evil.example/x onerror=alert(2)>",
    "{{js}}",
    "\"];\u{2028}alert(3)//",
];

fn hostile_page() -> (Room, String) {
    let room = Room::new();
    let title = "</title><script src='https://evil.example/y'></script>";
    let file = RUN_FILE
        .replace("name = \"small\"", "name = \"</title><script>alert(4)</script>{{data}}\"")
        .replace("something known", title);
    room.write("run.toml", file + &format!("\n[[events]]\nat = \"<!--\"\ntitle = \"{title}\"\n"));
    room.write("rows.ndjson", rows(8, HOSTILE));
    room.run_well(&["run", "run.toml", "-o", "run.journal"]);
    let ran = room.run_well(&["report", "run.journal", "-o", "page.html", "--epoch", "3", "--epoch", "8"]);
    assert!(ran.stdout.contains("page.html"), "{ran:#?}");
    let page = String::from_utf8(room.read("page.html")).expect("a page is text");
    (room, page)
}

#[test]
fn foreign_words_stay_words() {
    let (_room, page) = hostile_page();
    let (lower, count) = (page.to_lowercase(), |what: &str| page.matches(what).count());
    for what in
        ["<script>alert", "<script src", "<img", "<iframe", "<link", "<!--", "javascript:", "@import", "url(http"]
    {
        assert!(!lower.contains(what), "the page has {what}");
    }
    // Three scripts of its own: theme, data, drawing.
    assert_eq!((count("<script"), count("</script>")), (3, 3));
    assert_eq!((count("<title>"), count("</title>")), (1, 1));
    assert_eq!(page.split_once("<title>").and_then(|(_, rest)| rest.chars().next()), Some('&'));
    for what in ["fetch(", "XMLHttpRequest", "WebSocket", "import(", "innerHTML", "document.write", "eval("] {
        assert!(!page.contains(what), "the page's own script has {what}");
    }
    assert!(page.contains("default-src 'none'"), "the page forbids every load");
}

#[test]
fn the_data_in_the_page_is_whole() {
    let (_room, page) = hostile_page();
    let (_, rest) = page.split_once("<script type=\"application/json\" id=\"data\">").expect("a block of data");
    let (data, _) = rest.split_once("</script>").expect("the block ends");
    let data: Value = serde_json::from_str(data).expect("the data is JSON");
    assert_eq!(data["ticks"]["epoch"], serde_json::json!([1, 2, 3, 4, 5, 6, 7, 8]));
    let names: Vec<&str> = (0..4).map(|id| data["vertex_names"][id.to_string()].as_str().expect("a name")).collect();
    assert_eq!(names, HOSTILE);
    assert_eq!(data["graphs"].as_array().map(Vec::len), Some(2));
    // The edges are 0-1, 1-2, 2-3, 3-0 and 0-2, of weights 1, 2, 3, 4 and 1. Vertex 1 hangs on 3; 1 and 2 together hang on 5.
    let cut = &data["graphs"][1];
    assert_eq!((&cut["value"], &cut["small_side"]), (&3.0.into(), &serde_json::json!([1])));
    assert_eq!(cut["crossing"], serde_json::json!([[1, 2, 2.0], [1, 0, 1.0]]));
    assert_eq!(cut["next"], serde_json::json!({"kind": "exact", "value": 5.0, "side": [1, 2]}));
    assert_eq!((&cut["conductance"], &cut["weight_share"]), (&1.0.into(), &(3.0 / 22.0).into()));
    assert_eq!(
        (&cut["split_since"]["epoch"], &cut["hash_since"]["epoch"], &cut["stale"]),
        (&1.into(), &1.into(), &false.into())
    );
    let spells = data["spells"].as_array().expect("spells");
    assert_eq!(
        (spells.len(), &spells[0]["last"]["epoch"], &spells[0]["named"]),
        (1, &8.into(), &serde_json::json!([1]))
    );
    assert_eq!(data["events"][1]["at"], "<!--");
    assert_eq!(data["verdict"]["word"], "signer-unknown");
}

#[test]
fn the_page_nests_its_elements() {
    let (_room, page) = hostile_page();
    let void = ["meta", "link", "br", "hr", "img", "input"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = page.as_str();
    let mut elements = 0;
    while let Some((_, after)) = rest.split_once('<') {
        let (tag, after) = after.split_once('>').expect("every tag ends");
        rest = after;
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if tag.starts_with('!') || void.contains(&name.as_str()) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "an element ends that did not begin");
            continue;
        }
        elements += 1;
        // What stands in these is not markup.
        if let "script" | "style" = name.as_str() {
            rest = rest.split_once(&format!("</{name}>")).expect("it ends").1;
        } else {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<String>::new(), "elements that do not end");
    println!("{elements} elements, {} bytes", page.len());
}
