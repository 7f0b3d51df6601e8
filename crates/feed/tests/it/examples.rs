//! The small example streams: made here, so that where they come from is plain. `AVOUCH_BLESS=1` writes them anew.

use std::fmt::Write as _;
use std::fs;

use feed::{Delta, Tick};

use super::{blesses, read_run_file, repo};

/// Numbers from a fixed seed (the linear congruential generator of Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Calls between the services of a shop: 60 minutes, six calls in each. From minute 30 on the network between two
/// halves of the shop is broken, and hardly a call comes through.
fn traffic() -> String {
    let services = ["web", "auth", "cart", "stock", "pay", "mail"];
    let mut random = Random(1);
    let mut text = "time,src,dst,bytes\n".to_owned();
    for minute in 0..60 {
        for call in 0..6 {
            let src = random.below(6) as usize;
            let anywhere = (src + 1 + random.below(5) as usize) % 6;
            let same_half = src / 3 * 3 + (src + 1 + random.below(2) as usize) % 3;
            let dst = if minute < 30 || random.below(25) == 0 { anywhere } else { same_half };
            let bytes = 200 + random.below(4000);
            let (src, dst) = (services[src], services[dst]);
            writeln!(text, "2024-05-01T12:{minute:02}:{:02}Z,{src},{dst},{bytes}", call * 9).unwrap();
        }
    }
    text
}

/// Eight sensors in a ring, read every ten seconds, 50 times. The first lines say the graph; sensors 2, 3 and 4 drift
/// from reading 25 on, and at reading 35 the link between 4 and 5 goes.
fn sensors() -> String {
    let mut random = Random(2);
    let mut text = String::new();
    for u in 0..8 {
        let (next, across) = ((u + 1) % 8, u + 4);
        writeln!(text, r#"{{"t":0,"op":"edge_add","u":"s{u}","v":"s{next}","w":1.0}}"#).unwrap();
        if across < 8 {
            writeln!(text, r#"{{"t":0,"op":"edge_add","u":"s{u}","v":"s{across}","w":0.25}}"#).unwrap();
        }
    }
    for reading in 0..50 {
        let t = reading * 10;
        if reading == 30 {
            writeln!(text, r#"{{"t":{t},"op":"weight_update","u":"s4","v":"s5","w":0.125}}"#).unwrap();
        }
        if reading == 35 {
            writeln!(text, r#"{{"t":{t},"op":"edge_remove","u":"s4","v":"s5"}}"#).unwrap();
        }
        for sensor in 0..8 {
            let drift = if reading >= 25 && (2..5).contains(&sensor) { 1500 } else { 0 };
            let value = (random.below(401) + drift) as f64 / 1000.0;
            writeln!(text, r#"{{"t":{t},"op":"observation","u":"s{sensor}","values":[{value}]}}"#).unwrap();
        }
    }
    text
}

fn check(data: &str, made: &str, run_file: &str) -> Vec<Tick> {
    let path = repo("examples/data").join(data);
    if blesses() {
        fs::write(&path, made).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), made, "{data}");
    let config = read_run_file(run_file).stream;
    let source = feed::open(&config, &repo("examples"), std::io::empty()).unwrap();
    source.map(|tick| tick.unwrap_or_else(|error| panic!("{error}"))).collect()
}

fn count(ticks: &[Tick], is_one: fn(&Delta) -> bool) -> usize {
    ticks.iter().flat_map(|tick| &tick.deltas).filter(|delta| is_one(delta)).count()
}

#[test]
fn traffic_gives_one_tick_a_minute() {
    let ticks = check("traffic.csv", &traffic(), "examples/csv-stream.toml");
    assert_eq!(ticks.len(), 60);
    let adds = count(&ticks, |delta| matches!(delta, Delta::EdgeAdd { .. }));
    let gone = count(&ticks, |delta| matches!(delta, Delta::EdgeRemove { .. }));
    assert!(adds > gone && gone > 10);
    println!("{} ticks, {adds} edges came, {gone} went", ticks.len());
}

#[test]
fn sensors_give_one_tick_a_reading() {
    let ticks = check("sensors.ndjson", &sensors(), "examples/ndjson-stream.toml");
    assert_eq!(ticks.len(), 50);
    assert_eq!(ticks[0].deltas.len(), 12 + 8);
    assert_eq!(count(&ticks, |delta| matches!(delta, Delta::Observation { .. })), 400);
    assert_eq!(count(&ticks, |delta| matches!(delta, Delta::EdgeRemove { .. })), 1);
}
