//! Endless input: ticks come out as their bins close, and no more is read than they need.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::open;

/// Rows without end; counts the bytes that were taken.
struct Endless {
    row: u64,
    waiting: Vec<u8>,
    make: fn(u64) -> String,
    taken: Arc<AtomicUsize>,
}

impl Read for Endless {
    fn read(&mut self, space: &mut [u8]) -> std::io::Result<usize> {
        if self.waiting.is_empty() {
            self.waiting = (self.make)(self.row).into_bytes();
            self.row += 1;
        }
        let len = self.waiting.len().min(space.len());
        space[..len].copy_from_slice(&self.waiting[..len]);
        self.waiting.drain(..len);
        self.taken.fetch_add(len, Ordering::Relaxed);
        Ok(len)
    }
}

fn check(toml: &str, make: fn(u64) -> String, rows_per_tick: u64, tick_count: u64) {
    let taken = Arc::new(AtomicUsize::new(0));
    let reader = Endless { row: 0, waiting: Vec::new(), make, taken: taken.clone() };
    let source = open(toml, reader).unwrap();
    let count = source.take(tick_count as usize).map(|tick| tick.unwrap().deltas.len()).filter(|len| *len > 0).count();
    assert_eq!(count as u64, tick_count);
    // The header, a filled window, and the row that closes the last bin come on top of the ticks' own rows.
    let needed: usize = (0..tick_count * rows_per_tick + 8).map(|row| make(row).len()).sum();
    let taken = taken.load(Ordering::Relaxed);
    assert!(taken <= needed, "{taken} bytes were read where {needed} hold all ticks");
    println!("{tick_count} ticks from the first {taken} bytes");
}

#[test]
fn the_first_ticks_of_endless_standard_input_come_out() {
    let csv = |row| if row == 0 { "t,u,v\n".to_owned() } else { format!("{},s{},s{}\n", row, row % 7, 7 + row % 5) };
    let toml = "kind='csv'\npath='-'\nvertices={names=12}\nbin={seconds=10}\nmode='set'\naggregate='count'\nexpire=3\n\
        columns={time='t',u='u',v='v'}";
    check(toml, csv, 10, 1000);

    let ndjson = |row| format!("{{\"op\":\"observation\",\"u\":{},\"values\":[{row}]}}\n", row % 7);
    check("kind='ndjson'\npath='-'\nvertices={numbers=7}\nbin={rows=1}", ndjson, 1, 1000);

    let prices = |row| match row {
        0 => "t,a,b,c\n".to_owned(),
        _ => format!("{row},{},{},{}\n", 9 + row % 3, 9 + row % 5, 9 + row % 7),
    };
    check("kind='prices'\npath='-'\nwindow=5", prices, 1, 1000);
}

/// A line that never ends is dropped piece by piece; nothing is kept but the limit.
#[test]
fn a_line_of_sixty_four_mebibytes_is_passed_over() {
    let make = |row| match row {
        0 => "u,v,w\n".to_owned(),
        1..=64 => "x".repeat(1 << 20),
        65 => "\n".to_owned(),
        _ => "0,1,1\n".to_owned(),
    };
    let taken = Arc::new(AtomicUsize::new(0));
    let reader = Endless { row: 0, waiting: Vec::new(), make, taken };
    let toml = "kind='csv'\npath='-'\nvertices={numbers=2}\nbin={rows=1}\nop='edge_add'\non_bad_row='skip'\n\
        columns={u='u',v='v',weight='w'}";
    let mut source = open(toml, reader).unwrap();
    assert_eq!(source.next().unwrap().unwrap().label, "line 3");
    assert_eq!(source.skipped().count(), 1);
}
