//! The TOML sections: what is refused, and that the message says where.

use feed::StreamConfig;

use super::RunFile;

#[test]
fn wrong_keys_are_refused_with_their_line() {
    let csv = "kind='csv'\npath='-'\nvertices={names=9}\nbin={rows=1}\ncolumns={op='o',u='u'}";
    let cases: [(String, &str, &str); 18] = [
        ("kind='prices'\npath='-'\nwindow=63\nwindwo=1".into(), "line 5", "unknown field `windwo`"),
        ("kind='price'\npath='-'".into(), "line 2", "unknown variant `price`"),
        ("kind='prices'\npath='-'\nwindow='long'".into(), "line 4", "invalid type"),
        ("kind='prices'\npath='-'".into(), "line 1", "lacks `window`"),
        ("kind='prices'\npath='-'\nwindow=2".into(), "line 1", "`window` is out of range; write 3 to 4096 rows"),
        ("kind='prices'\npath='-'\nwindow=63\nmin_correlation=1.5".into(), "line 1", "`min_correlation` is out of"),
        ("kind='prices'\npath='-'\nwindow=63\nexpire=1".into(), "line 1", "`expire`, which means nothing here"),
        ("kind='prices'\npath='-'\nwindow=63\ndelimiter='é'".into(), "line 1", "`delimiter` is out of range"),
        ("path='-'".into(), "line 1", "missing field `kind`"),
        ("kind='csv'\npath='-'".into(), "line 1", "lacks `columns`"),
        ("kind='csv'\npath='-'\ncolumns={u='u',w='w'}".into(), "line 4", "unknown field `w`"),
        (format!("{csv}\non_bad_row='ignore'"), "line 7", "unknown variant `ignore`"),
        (format!("{csv}\naggregate='sum'"), "line 1", "`aggregate`, which means nothing here"),
        (format!("{csv}\nmode='set'"), "line 1", "lacks `columns.v`"),
        (csv.replace("rows=1", "seconds=60"), "line 1", "lacks `columns.time`"),
        (csv.replace("rows=1", "rows=0"), "line 1", "`bin` is out of range"),
        (csv.replace("names=9", "names=0"), "line 1", "`vertices` is out of range"),
        // Each column may bring an array as long as its line: without a limit a run file could name one a thousand times.
        (
            csv.replace("u='u'", "u='u',values=['x','x','x','x','x']"),
            "line 1",
            "`columns.values` is out of range; write at most 4 columns",
        ),
    ];
    for (keys, line, words) in &cases {
        let error = toml::from_str::<RunFile>(&format!("[stream]\n{keys}\n")).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(&format!("at {line},")) && error.contains(words), "{keys}\n{error}");
    }
    println!("{} wrong sections", cases.len());
}

#[test]
fn events_are_read() {
    let text = "[stream]\nkind='ndjson'\npath='-'\nvertices={names=9}\nbin={column='day'}\n\
        [[events]]\nat='2020-03-16'\ntitle='a fall'\n";
    let file: RunFile = toml::from_str(text).unwrap();
    assert!(matches!(file.stream, StreamConfig::Ndjson(_)));
    assert_eq!((file.events[0].at.as_str(), file.events[0].title.as_str()), ("2020-03-16", "a fall"));
    assert!(toml::from_str::<RunFile>(&text.replace("title", "name")).is_err());
}
