//! Garbled input never panics, and whatever comes out obeys the bounds of `spec/input.md`.

use std::io::Cursor;

use feed::{Delta, Tick};

use super::{open, repo};

fn check(tick: &Tick) {
    let edge = |u: u64, v: u64| assert!(u < v);
    let weighs = |weight: u64| assert!((1..1 << 62).contains(&weight));
    for delta in &tick.deltas {
        match delta {
            Delta::EdgeAdd { u, v, weight } | Delta::WeightUpdate { u, v, weight } => {
                edge(*u, *v);
                weighs(*weight);
            }
            Delta::EdgeRemove { u, v } => edge(*u, *v),
            Delta::Observation { values, .. } => assert!(values.iter().all(|value| value.is_finite())),
            Delta::Rearm => {}
        }
    }
}

#[test]
fn garbled_rows_never_panic() {
    let prices = "d,a,b,c\n2020-01-01,1,2,3\n2020-01-02,1.5,2,3e300\n2020-01-03,1,2e-300,3\n2020-01-04,1,3,2\n\
        2020-01-05,2,3,2\n2020-01-06,2,3,2.5\n2020-01-07,2.5,3,2.25\n";
    let ops = "t,op,u,v,w,x\n1,edge_add,0,1,1,\n2.5,weight_update,0,1,2.5,\n2024-01-01T01:02:03Z,observation,3,,,1.5\n\
        2024-01-01T01:02:04Z,edge_remove,1,0,,\n2024-01-02,rearm,,,,\n";
    let json = "{\"t\":1,\"op\":\"edge_add\",\"u\":1,\"v\":2,\"w\":1.5}\n\
        {\"t\":2,\"op\":\"observation\",\"u\":1,\"values\":[1,2.5,-3e-3]}\n{\"t\":3,\"op\":\"edge_remove\",\"u\":1,\"v\":2}\n";
    let columns = "columns={time='t',op='op',u='u',v='v',weight='w',values=['x']}\n";
    let set = "columns={time='t',u='u',v='v',weight='w'}\nmode='set'\naggregate='sum'\nexpire=2\n";
    let streams = [
        ("kind='prices'\npath='-'\nwindow=3\n".to_owned(), prices),
        (format!("kind='csv'\npath='-'\nvertices={{numbers=10}}\nbin={{seconds=60}}\n{columns}"), ops),
        (format!("kind='csv'\npath='-'\nvertices={{names=4}}\nbin={{column='t'}}\n{set}"), ops),
        ("kind='ndjson'\npath='-'\nvertices={names=10}\nbin={rows=2}\n".to_owned(), json),
    ];
    let pieces =
        ["\"", ",", "\n", "-", "1e308", "1e-308", "NaN", "\u{e9}", "9999-12-31", "{", "[", "99999999999999", "\0", "0"];
    let mut state = 7_u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut good, mut bad) = (0, 0);
    for round in 0..8000 {
        let (toml, text) = &streams[round % streams.len()];
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=random(4) {
            let at = random(bytes.len());
            let end = (at + random(4)).min(bytes.len());
            let piece = pieces[random(pieces.len())].as_bytes();
            bytes.splice(at..end, piece.iter().copied());
        }
        let toml = format!("{toml}on_bad_row='{}'\n", if round % 8 < 4 { "stop" } else { "skip" });
        let Ok(mut source) = open(&toml, Cursor::new(bytes)) else {
            bad += 1;
            continue;
        };
        for tick in source.by_ref() {
            match tick {
                Ok(tick) => {
                    check(&tick);
                    good += 1;
                }
                Err(_) => bad += 1,
            }
        }
        bad += source.skipped().count();
    }
    assert!(good > 1000 && bad > 1000);
    println!("{good} good ticks, {bad} refusals");
}

/// Every example's ticks obey the bounds too.
#[test]
fn examples_obey_the_bounds() {
    let mut count = 0;
    for name in ["market", "csv-stream", "ndjson-stream"] {
        let config = super::read_run_file(&format!("examples/{name}.toml")).stream;
        for tick in feed::open(&config, &repo("examples"), std::io::empty()).unwrap() {
            check(&tick.unwrap());
            count += 1;
        }
    }
    println!("{count} ticks");
}
