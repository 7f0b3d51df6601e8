//! The program from outside: what is typed, what is printed, what it leaves behind.
//!
//! | module | what is tested |
//! | --- | --- |
//! | [`cases`] | the files under `tests/cases`: inputs, command lines, exit codes and every printed word |
//! | [`endless`] | standard input that never ends, and signals |
//! | [`examples`] | the examples from run to report |
//! | [`gate_pack`] | a gate out of a pack, from run to replay, and packs that are refused |
//! | [`kernels`] | kernels from the command line and over HTTP |
//! | [`packs`] | packs from the first source to a registry and back, and bad ones |
//! | [`page`] | the report page against hostile names |
//! | [`secrets`] | what is left behind holds no key |
//! | [`tampered`] | journals that somebody changed |
//! | [`words`] | JSON, YAML, completions, colours, progress bars, the exit table |
//!
//! [`case`] reads and writes case files, [`room`] is a folder to run the program in, [`process`] a registry.

mod case;
mod cases;
mod crash;
mod endless;
mod examples;
mod gate_pack;
mod kernels;
mod packs;
mod page;
// Shared with the depot, whose tests look into its folder too.
#[path = "../../../depot/tests/it/process.rs"]
#[allow(dead_code)]
mod process;
mod room;
mod secrets;
mod tampered;
mod words;
