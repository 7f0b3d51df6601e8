//! Run files, and rows as CSV, NDJSON and prices: whatever they hold, they are read or refused, in bounded memory; and what
//! comes out keeps the bounds of `spec/input.md`, so that a gate takes it.
//!
//! The first byte picks a stream, and the rest is its rows. `R` takes a run file from the input instead, and its rows after
//! a line `---`.
#![no_main]

use std::io::Cursor;
use std::path::Path;

use feed::{Delta, StreamConfig, Tick};
use gate::config::Configuration;
use libfuzzer_sys::fuzz_target;

#[path = "../../crates/cli/src/exit.rs"]
#[allow(dead_code, unreachable_pub)]
mod exit;
#[path = "../../crates/cli/src/runfile.rs"]
#[allow(dead_code, unreachable_pub)]
mod runfile;

/// The `[stream]` sections that the first byte picks from.
const STREAMS: [&str; 9] = [
    "kind='prices'\npath='-'\nwindow=3\n",
    "kind='prices'\npath='-'\nwindow=4\nmin_correlation=0.5\ndelimiter=';'\non_bad_row='skip'\n",
    "kind='csv'\npath='-'\nvertices={numbers=10}\nbin={seconds=60}\n\
        columns={time='t',op='op',u='u',v='v',weight='w',values=['x']}\n",
    "kind='csv'\npath='-'\nvertices={names=4}\nbin={column='t'}\non_bad_row='skip'\n\
        columns={time='t',u='u',v='v',weight='w'}\nmode='set'\naggregate='sum'\nexpire=2\n",
    "kind='csv'\npath='-'\nvertices={names=4}\nbin={rows=3}\non_bad_row='skip'\n\
        columns={u='u',v='v'}\nmode='set'\naggregate='count'\n",
    "kind='csv'\npath='-'\nvertices={numbers=1000000}\nbin={rows=1}\nop='observation'\non_bad_row='skip'\n\
        columns={u='u',values=['x','y','z','w']}\n",
    "kind='ndjson'\npath='-'\nvertices={names=10}\nbin={rows=2}\n",
    "kind='ndjson'\npath='-'\nvertices={numbers=100}\nbin={seconds=9000000000000000000}\non_bad_row='skip'\n",
    "kind='ndjson'\npath='-'\nvertices={names=100}\nbin={column='t'}\non_bad_row='skip'\n\
        columns={time='t',u='u',v='v',weight='w'}\nmode='set'\naggregate='last'\nexpire=9223372036854775807\n",
];

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        Some((b'R', rest)) => run_file(rest),
        Some((pick, rows)) => {
            let text = STREAMS[usize::from(*pick) % STREAMS.len()];
            let config: StreamConfig = toml::from_str(text).expect("the streams above are good");
            stream(&config, rows);
        }
        None => {}
    }
});

fn run_file(data: &[u8]) {
    const MARK: &[u8] = b"\n---\n";
    let end = data.windows(MARK.len()).position(|window| window == MARK);
    let (text, rows) = end.map_or((data, &[][..]), |end| (&data[..end], &data[end + MARK.len()..]));
    let Ok(text) = str::from_utf8(text) else { return };
    match runfile::RunFile::parse(Path::new("a.toml"), text.to_owned()) {
        Ok(file) => {
            hold_configuration(&file.configuration());
            stream(&on_stdin(&file.sections.stream), rows);
        }
        Err(failure) => {
            assert_eq!(failure.exit, exit::Exit::Usage);
            assert!(!failure.error.to_string().is_empty());
        }
    }
}

/// What a run file is taken for, the gate takes too, and in the one encoding.
fn hold_configuration(configuration: &Configuration<'_>) {
    let mut bytes = Vec::new();
    configuration.encode(&mut bytes);
    let mut space = vec![0; configuration.profile.vertices];
    let read = Configuration::decode(&bytes, &mut space).expect("the gate takes what a run file says");
    let mut again = Vec::new();
    read.encode(&mut again);
    assert_eq!(bytes, again);
}

/// The same stream from standard input: a fuzzer must not choose which files are opened.
fn on_stdin(config: &StreamConfig) -> StreamConfig {
    let mut config = config.clone();
    match &mut config {
        StreamConfig::Prices(prices) => "-".clone_into(&mut prices.path),
        StreamConfig::Csv { rows, .. } | StreamConfig::Ndjson(rows) => "-".clone_into(&mut rows.path),
    }
    config
}

fn stream(config: &StreamConfig, rows: &[u8]) {
    let mut source = match feed::open(config, Path::new("/nowhere"), Cursor::new(rows.to_vec())) {
        Ok(source) => source,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    let mut has_ended = false;
    for tick in source.by_ref() {
        assert!(!has_ended, "a stream goes on after its error");
        match tick {
            Ok(tick) => hold(&tick),
            Err(error) => {
                has_ended = true;
                assert!(!error.to_string().is_empty());
            }
        }
    }
    let skipped = source.skipped();
    assert!(skipped.first().len() as u64 <= skipped.count());
    assert!(skipped.first().iter().all(|error| !error.to_string().is_empty()));
}

fn hold(tick: &Tick) {
    for delta in &tick.deltas {
        match delta {
            Delta::EdgeAdd { u, v, weight } | Delta::WeightUpdate { u, v, weight } => {
                assert!(u < v && (1..1 << 62).contains(weight));
            }
            Delta::EdgeRemove { u, v } => assert!(u < v),
            Delta::Observation { values, .. } => {
                assert!((1..=4).contains(&values.len()) && values.iter().all(|value| value.is_finite()));
            }
            Delta::Rearm => {}
        }
    }
    let bytes = tick.encode();
    let mut reader = codec::Reader::new(&bytes);
    let item = avouch_fuzz::cbor::Item::read(&mut reader, &bytes, 0).expect("an input is one item");
    reader.finish().expect("and nothing else");
    let avouch_fuzz::cbor::Item::Array(parts) = item else { panic!("an input is an array") };
    assert_eq!(parts.len(), 2);
}
