//! Prints the ticks of a run file's `[stream]`: label, number of deltas, digest of the input.
//! `cargo run -p feed --example ticks -- examples/market.toml`

use std::path::Path;
use std::process::ExitCode;

#[derive(serde::Deserialize)]
struct RunFile {
    stream: feed::StreamConfig,
}

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("name a run file");
        return ExitCode::from(2);
    };
    match print(Path::new(&path)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn print(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let file: RunFile = toml::from_str(&std::fs::read_to_string(path)?)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut source = feed::open(&file.stream, folder, std::io::stdin())?;
    for tick in source.by_ref() {
        let tick = tick?;
        println!("{} {} {}", tick.label, tick.deltas.len(), codec::sha256(&tick.encode()));
    }
    for error in source.skipped().first() {
        eprintln!("skipped: {error}");
    }
    eprintln!("{} rows skipped", source.skipped().count());
    Ok(())
}
