//! `avouch fork`.

use std::path::PathBuf;

use journal::Header;
use receipt::{Parent, Tip};

use crate::at_rest::AtRest;
use crate::command::snapshot::Made;
use crate::engines::EngineArguments;
use crate::exit::{Exit, Failure};
use crate::gate_pack::source_word;
use crate::identity::{Keyring, Opening};
use crate::output::{self, Format};
use crate::record::Record;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// A journal, or a snapshot's file.
    journal: PathBuf,
    /// After which step; the last one that a signature speaks for if not given.
    #[arg(long, value_name = "EPOCH")]
    at: Option<u64>,
    /// The journal to make.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The folder with the root secret that the fork's keys come from; it need not be the parent's.
    #[arg(long, value_name = "DIR", env = "AVOUCH_KEYS")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArguments,
}

/// A chain of its own, with its own instance id and keys, whose genesis statement names the state that it begins with.
pub(crate) fn run(arguments: Arguments, format: Format) -> Result<Exit, Failure> {
    let record = Record::open(&arguments.journal)?;
    let parent = record.genesis().statement();
    let at_rest = AtRest::of(&record, arguments.at, &arguments.engine)?;
    let keyring = Keyring::new_instance(arguments.keys.as_deref(), false, parent.module, parent.configuration)?;
    let (genesis, post_quantum_key) = keyring.open(Opening {
        module_name: parent.module_name.clone(),
        cost_table: parent.cost_table,
        guest_signs: parent.witness.is_some(),
        signing_interval: parent.signing_interval,
        post_quantum: parent.post_quantum.is_some(),
        parent: Some(Parent {
            instance: parent.instance,
            epoch: at_rest.tip.epoch,
            body: at_rest.tip.digest,
            state: at_rest.state.digest(),
        }),
    })?;
    let header = Header {
        genesis: genesis.to_bytes(),
        post_quantum_key,
        start: at_rest.tip.epoch,
        ..record.reader().header().clone()
    };
    if let Some(heads) = keyring.heads()? {
        heads.write(&keyring.first_pin(Tip::start(&genesis)))?;
    }
    at_rest.write(&arguments.output, &header, Vec::new(), genesis.payload_digest(), &keyring.runtime())?;
    let file = arguments.output.display().to_string();
    let source = source_word(&record.genesis().statement().module_name);
    let next = format!("avouch run {source} -o {file} --next-rows");
    output::print(&Made::new(file, &at_rest, next), format)?;
    Ok(Exit::Good)
}
