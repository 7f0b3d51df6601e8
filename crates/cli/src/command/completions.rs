//! `avouch completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::exit::{Exit, Failure};
use crate::output::Format;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The shell to complete for.
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(arguments: Arguments, _: Format) -> Result<Exit, Failure> {
    let mut command = crate::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "avouch", &mut std::io::stdout());
    Ok(Exit::Good)
}
