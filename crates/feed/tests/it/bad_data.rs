//! Every kind of bad data is told with file, line, field and what to do; skipping loses nothing silently.

use std::io::Cursor;

use feed::Problem;

use super::open;

const PRICES: &str = "kind='prices'\npath='-'\nwindow=3\n";
const OPS: &str = "kind='csv'\npath='-'\nvertices={numbers=10}\nbin={rows=1}\n\
    columns={time='t',op='op',u='u',v='v',weight='w',values=['x']}\n";
const NAMES: &str = "kind='csv'\npath='-'\nvertices={names=2}\nbin={rows=1}\nmode='set'\n\
    columns={u='u',v='v',weight='w'}\n";
const NDJSON: &str = "kind='ndjson'\npath='-'\nvertices={numbers=10}\nbin={rows=1}\n";
const HEADER: &str = "t,op,u,v,w,x\n1,edge_add,0,1,1,\n";

/// What is fed, and the whole message that must come out of it.
fn check(toml: &str, input: &[u8], expected: &str) {
    let error = match open(toml, Cursor::new(input.to_vec())) {
        Ok(mut source) => {
            let error = source.find_map(Result::err);
            assert!(source.next().is_none(), "a stream ends with its error");
            error.unwrap_or_else(|| panic!("no error from {:?}", String::from_utf8_lossy(input)))
        }
        Err(error) => error,
    };
    assert_eq!(error.to_string(), format!("standard input, {expected}; {}", error.problem.remedy()));
}

#[test]
fn bad_rows_of_csv() {
    let cases: [(&str, &str); 23] = [
        ("1,edge_add,0,1\n", "line 3: 4 fields where the header has 6"),
        ("1,edge_add,0,1,\"1,\n", "line 3: a quote is not closed, or has text beside it"),
        ("1,edge_add,0,1,heavy,\n", "line 3, field \"w\": not a number (found \"heavy\")"),
        ("1,edge_add,0,1,NaN,\n", "line 3, field \"w\": not a finite number (found \"NaN\")"),
        ("1,edge_add,0,1,inf,\n", "line 3, field \"w\": not a finite number (found \"inf\")"),
        ("1,edge_add,0,1,1e999,\n", "line 3, field \"w\": not a finite number (found \"1e999\")"),
        ("1,edge_add,0,1,-2,\n", "line 3, field \"w\": negative (found \"-2\")"),
        ("1,edge_add,0,1,0,\n", "line 3, field \"w\": zero (found \"0\")"),
        ("1,edge_add,0,1,1e-12,\n", "line 3, field \"w\": too small for a 32.32 weight (found \"1e-12\")"),
        (
            "1,edge_add,0,1,1073741824,\n",
            "line 3, field \"w\": not below the greatest weight, 1073741824 (found \"1073741824\")",
        ),
        ("1,edge_add,0,1,,\n", "line 3, field \"w\": missing or empty"),
        ("1,edge_add,0,,1,\n", "line 3, field \"v\": missing or empty"),
        ("1,edge_add,0,10,1,\n", "line 3, field \"v\": out of the declared range of 10 vertices (found \"10\")"),
        ("1,edge_add,-1,1,1,\n", "line 3, field \"u\": out of the declared range of 10 vertices (found \"-1\")"),
        ("1,edge_add,1.5,1,1,\n", "line 3, field \"u\": out of the declared range of 10 vertices (found \"1.5\")"),
        ("1,edge_add,1,1,1,\n", "line 3, field \"v\": an edge from a vertex to itself (found \"1\")"),
        ("1,edge_ad,0,1,1,\n", "line 3, field \"op\": an unknown operation (found \"edge_ad\")"),
        ("1,,0,1,1,\n", "line 3, field \"op\": missing or empty"),
        ("0,edge_add,0,1,1,\n", "line 3, field \"t\": time goes backwards (found \"0\")"),
        ("soon,edge_add,0,1,1,\n", "line 3, field \"t\": not a point in time (found \"soon\")"),
        ("1,observation,0,,,\n", "line 3, field \"x\": missing or empty"),
        ("1,observation,0,,,nan\n", "line 3, field \"x\": not a finite number (found \"nan\")"),
        ("1,observation,0,,,1e39\n", "line 3, field \"x\": not a finite number (found \"1e39\")"),
    ];
    for (row, expected) in cases {
        check(OPS, format!("{HEADER}{row}").as_bytes(), expected);
    }
    println!("{} bad rows of CSV", cases.len());
}

#[test]
fn bad_rows_of_other_streams() {
    let prices = "Date,A,B\n2020-01-01,1,2\n";
    let cases: [(&str, String, &str); 18] = [
        (PRICES, format!("{prices}2020-01-02,1,0\n"), "line 3, field \"B\": zero (found \"0\")"),
        (PRICES, format!("{prices}2020-01-02,-1,1\n"), "line 3, field \"A\": negative (found \"-1\")"),
        (PRICES, format!("{prices}2020-01-02,,1\n"), "line 3, field \"A\": missing or empty"),
        (PRICES, format!("{prices}2020-01-02,1\n"), "line 3: 2 fields where the header has 3"),
        (
            PRICES,
            format!("{prices}2020-01-01,1,1\n"),
            "line 3, field \"Date\": time goes backwards (found \"2020-01-01\")",
        ),
        (
            PRICES,
            format!("{prices}2020-02-30,1,1\n"),
            "line 3, field \"Date\": not a point in time (found \"2020-02-30\")",
        ),
        (PRICES, "Date,A,A\n".into(), "line 1, field \"A\": the header names this column twice"),
        (PRICES, "Date\n".into(), "line 1, field \"the first share\": the header has no such column"),
        (OPS, "t,op,u,v,w\n".into(), "line 1, field \"x\": the header has no such column"),
        (
            NAMES,
            "u,v,w\na,b,1\nb,c,1\n".into(),
            "line 3, field \"v\": out of the declared range of 2 vertices (found \"c\")",
        ),
        // A name was as long as its line, and a million of them are kept: a stream could take a terabyte of memory.
        (
            NAMES,
            format!("u,v,w\n{},b,1\n{},b,1\n", "a".repeat(256), "a".repeat(257)),
            "line 3, field \"u\": a name of more than 256 bytes (found \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\")",
        ),
        (NAMES, "u,v,w\n\na,b,-1\n".into(), "line 3, field \"w\": negative (found \"-1\")"),
        (NDJSON, "{\"op\":\n".into(), "line 1: not a JSON object, at byte 6"),
        (NDJSON, "[1]\n".into(), "line 1: not a JSON object"),
        (NDJSON, "{\"op\":true}\n".into(), "line 1, field \"op\": a JSON value of the wrong kind (found \"true\")"),
        (NDJSON, "{\"op\":\"edge_add\",\"u\":0,\"v\":1}\n".into(), "line 1, field \"w\": missing or empty"),
        (
            NDJSON,
            "{\"op\":\"edge_add\",\"u\":0,\"v\":1,\"w\":-1}".into(),
            "line 1, field \"w\": negative (found \"-1\")",
        ),
        (
            NDJSON,
            format!("{{\"op\":\"observation\",\"u\":0,\"values\":[{}0]}}", "0,".repeat(4)),
            "line 1, field \"values\": more than 4 values",
        ),
    ];
    for (toml, input, expected) in &cases {
        check(toml, input.as_bytes(), expected);
    }
    println!("{} bad rows of prices, sets and NDJSON", cases.len());
}

#[test]
fn bad_lines_and_files() {
    let mut latin = HEADER.as_bytes().to_vec();
    latin.extend(b"1,edge_add,\xe9,1,1,\n");
    check(OPS, &latin, "line 3: the line is not UTF-8");
    let long = format!("{HEADER}{}\n", "x".repeat(1 << 20));
    check(OPS, format!("{long}x").as_bytes(), "line 3: 1 fields where the header has 6");
    let longer = format!("{HEADER}{}\n", "x".repeat((1 << 20) + 1));
    check(OPS, longer.as_bytes(), "line 3: the line is longer than 1048576 bytes");
    let wide: String = (0..4097).map(|column| format!("c{column},")).collect();
    check(OPS, wide.as_bytes(), "line 1: more than 4096 columns, or prices of more than 1024 shares");
    // These name no line: it is the file that is wrong.
    for (input, expected) in [
        (&b""[..], "standard input: no header line; "),
        (b"\x1f\x8b\x08\x00broken gzip", "standard input, line 1: cannot be read: "),
    ] {
        let error = open(OPS, Cursor::new(input.to_vec())).map(|_| ()).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let missing = OPS.replace("path='-'", "path='no-such.csv'");
    let error = open(&missing, Cursor::new(Vec::new())).map(|_| ()).unwrap_err();
    assert!(error.to_string().starts_with("no-such.csv: cannot be read: "), "{error}");
}

#[test]
fn skipping_counts_and_keeps_what_was_wrong() {
    let mut input = HEADER.to_owned();
    for row in 0..100 {
        input += if row % 2 == 0 { "1,edge_add,0,1,x,\n" } else { "1,weight_update,0,1,2,\n" };
    }
    input += &format!("{}\n2,edge_remove,0,1,,\n", "y".repeat(3 << 20));
    let toml = format!("{OPS}on_bad_row='skip'\n");
    let mut source = open(&toml, Cursor::new(input.into_bytes())).unwrap();
    let good = source.by_ref().map(Result::unwrap).count();
    assert_eq!((good, source.skipped().count()), (52, 51));
    let lines: Vec<u64> = source.skipped().first().iter().map(|error| error.line).collect();
    assert_eq!(lines[..3], [3, 5, 7]);
    assert_eq!(source.skipped().first().last().unwrap().problem, Problem::LineTooLong);
    println!("{good} good rows, {} skipped", source.skipped().count());
}

#[test]
fn a_broken_file_stops_even_a_skipping_stream() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let text: String = (0..20_000).map(|row| format!("{row},weight_update,0,1,{},\n", row * 7919 % 1000 + 1)).collect();
    std::io::Write::write_all(&mut gz, format!("{HEADER}{text}").as_bytes()).unwrap();
    let mut bytes = gz.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    let source = open(&format!("{OPS}on_bad_row='skip'\n"), Cursor::new(bytes)).unwrap();
    let results: Vec<_> = source.collect();
    let (last, before) = results.split_last().unwrap();
    assert!(before.iter().all(Result::is_ok) && before.len() > 1000);
    assert!(matches!(last.as_ref().unwrap_err().problem, Problem::Unreadable(_)));
}
