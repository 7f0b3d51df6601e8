//! Kernels on Wasmtime: what the engine adds to them.
//!
//! `cargo bench -p engine-wasmtime --bench kernels` prints three tables and runs criterion; with `-- --interruption [KERNEL]`,
//! `-- --overhead` or `-- --reset` it prints the one table.

mod cases;
mod interruption;
mod overhead;
mod reset;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.first().map(String::as_str) {
        Some("--interruption") => interruption::table(arguments.get(1).map(String::as_str)),
        Some("--overhead") => overhead::table(),
        Some("--reset") => reset::table(),
        Some(_) | None => {
            if arguments.is_empty() {
                interruption::table(None);
                overhead::table();
                reset::table();
            }
            let mut criterion = criterion::Criterion::default().configure_from_args();
            overhead::run(&mut criterion);
            criterion.final_summary();
        }
    }
}
