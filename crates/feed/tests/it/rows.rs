//! What rows become: bins, names, sets, expiry; CSV and NDJSON alike.

use std::io::Cursor;

use feed::{Delta, Tick};

use super::{open, ticks};

const ONE: u64 = 1 << 32;

fn tick(label: &str, deltas: Vec<Delta>) -> Tick {
    Tick { label: label.into(), deltas }
}

fn add(u: u64, v: u64, weight: u64) -> Delta {
    Delta::EdgeAdd { u, v, weight }
}

fn update(u: u64, v: u64, weight: u64) -> Delta {
    Delta::WeightUpdate { u, v, weight }
}

#[test]
fn operations_come_through_in_order() {
    let toml = "kind='csv'\npath='-'\nvertices={names=9}\nbin={seconds=60}\ndelimiter=';'\n\
        columns={time='t',op='op',src='from',dst='to',weight='w',values=['x','y']}";
    let csv = "\u{feff}t;op;from;to;w;x;y;note\r\n\
        2024-01-01T00:00:00Z;edge_add;b;\"a;a\";0.5;;;\r\n\
        2024-01-01T00:00:59Z;observation;c;;;1.5;-2;hot\r\n\
        2024-01-01T00:01:00Z;weight_update;a;b;2;;;\r\n\
        2024-01-01T00:01:01Z;rearm;;;;;;\r\n\
        2024-01-01T03:00:00Z;edge_remove;a;b;;;;";
    let expected = [
        tick(
            "2024-01-01T00:00:00Z",
            vec![add(0, 1, ONE / 2), Delta::Observation { vertex: 2, values: vec![1.5, -2.0] }],
        ),
        tick("2024-01-01T00:01:00Z", vec![update(0, 3, 2 * ONE), Delta::Rearm]),
        tick("2024-01-01T03:00:00Z", vec![Delta::EdgeRemove { u: 0, v: 3 }]),
    ];
    assert_eq!(ticks(toml, csv), expected);
    let mut source = open(toml, Cursor::new(csv.as_bytes())).unwrap();
    source.by_ref().for_each(drop);
    assert_eq!(source.vertex_names(), ["b", "a;a", "c", "a"]);
}

#[test]
fn sets_become_additions_updates_removals() {
    let toml = "kind='csv'\npath='-'\nvertices={numbers=9}\nbin={column='day'}\nmode='set'\nexpire=2\n\
        columns={u='u',v='v',weight='w'}";
    let csv = "day,u,v,w\n\
        mon,0,1,1\nmon,1,0,2\nmon,2,3,1\n\
        tue,0,1,2\ntue,5,4,1\n\
        wed,4,5,0\nwed,7,8,0\n\
        thu,1,0,4\n";
    let expected = [
        tick("mon", vec![add(0, 1, 2 * ONE), add(2, 3, ONE)]),
        tick("tue", vec![add(4, 5, ONE)]),
        tick("wed", vec![Delta::EdgeRemove { u: 2, v: 3 }, Delta::EdgeRemove { u: 4, v: 5 }]),
        // Two days after Tuesday the edge 0-1 would expire, but is set again.
        tick("thu", vec![update(0, 1, 4 * ONE)]),
    ];
    assert_eq!(ticks(toml, csv), expected);
}

#[test]
fn counts_and_sums_per_bin_with_expiry_over_empty_spans() {
    let csv = "t,u,v,w\n0,0,1,0.25\n3,0,1,0.5\n9,1,2,1\n10,0,1,4\n45,1,2,1\n";
    let toml = |aggregate: &str| {
        format!(
            "kind='csv'\npath='-'\nvertices={{numbers=9}}\nbin={{seconds=10}}\nmode='set'\nexpire=3\n\
            aggregate='{aggregate}'\ncolumns={{time='t',u='u',v='v',weight='w'}}"
        )
    };
    let gone = |u, v| Delta::EdgeRemove { u, v };
    let count = [
        tick("0", vec![add(0, 1, 2 * ONE), add(1, 2, ONE)]),
        tick("10", vec![update(0, 1, ONE)]),
        tick("45", vec![gone(0, 1)]),
    ];
    assert_eq!(ticks(&toml("count"), csv), count);
    let sum = [
        tick("0", vec![add(0, 1, ONE / 4 * 3), add(1, 2, ONE)]),
        tick("10", vec![update(0, 1, 4 * ONE)]),
        tick("45", vec![gone(0, 1)]),
    ];
    assert_eq!(ticks(&toml("sum"), csv), sum);
}

#[test]
fn sums_stay_below_the_greatest_weight() {
    let toml = "kind='csv'\npath='-'\nvertices={numbers=9}\nbin={rows=9}\nmode='set'\naggregate='sum'\n\
        columns={u='u',v='v',weight='w'}";
    let big = f64::from((1_u32 << 30) - 1);
    let error = open(toml, Cursor::new(format!("u,v,w\n0,1,{big}\n0,1,1\n"))).unwrap().next().unwrap().unwrap_err();
    assert_eq!((error.line, error.problem), (3, feed::Problem::WeightTooLarge));
}

#[test]
fn csv_and_ndjson_of_the_same_data_give_the_same_ticks() {
    let mut csv = "t,op,u,v,w,x,y\n".to_owned();
    let mut ndjson = String::new();
    let mut state = 12345_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for row in 0..2000 {
        let (u, v) = (random(50), 50 + random(50));
        let w = (random(1 << 30) + 1) as f64 / 1e5;
        let (x, y) = (random(1 << 30) as f64 / 1e9 - 0.5, random(1 << 30) as f64 * 1e-17);
        let t = 1_000_000 + row * 7;
        let (cells, fields) = match random(4) {
            0 => (format!("edge_add,{u},{v},{w},,"), format!("\"op\":\"edge_add\",\"u\":{u},\"v\":{v},\"w\":{w}")),
            1 => (format!("edge_remove,{u},{v},,,"), format!("\"op\":\"edge_remove\",\"u\":{u},\"v\":\"{v}\"")),
            2 => (
                format!("weight_update,{u},{v},{w},,"),
                format!("\"op\":\"weight_update\",\"u\":{u},\"v\":{v},\"w\":\"{w}\",\"values\":null"),
            ),
            _ => (
                format!("observation,{u},,,{x},{y}"),
                format!("\"op\":\"observation\",\"u\":\"{u}\",\"values\":[{x:e},{y:e}]"),
            ),
        };
        csv += &format!("{t},{cells}\n");
        ndjson += &format!("{{\"t\":{t},{fields}}}\n");
    }
    let common = "path='-'\nvertices={numbers=100}\nbin={seconds=60}\n";
    let columns = "columns={time='t',op='op',u='u',v='v',weight='w',values=['x','y']}\n";
    let from_csv = ticks(&format!("kind='csv'\n{common}{columns}"), csv);
    let from_ndjson = ticks(&format!("kind='ndjson'\n{common}"), ndjson);
    assert_eq!(from_csv, from_ndjson);
    println!("{} equal ticks", from_csv.len());
}
