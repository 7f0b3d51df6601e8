//! What a journal says once.

use redb::{ReadableTable, Table};

use crate::error::{JournalErrorKind, classify};
use crate::limits::EPOCH_MAX;
use crate::tables::{self, FORMAT, check_size, check_stored};

/// Everything about a chain that does not change from step to step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// The genesis statement: a receipt-like envelope signed by the operator.
    pub genesis: Vec<u8>,
    /// The sealed module.
    pub module: Vec<u8>,
    /// The configuration, as the guest gets it.
    pub configuration: Vec<u8>,
    /// How the run was described: the run file's text, for people and for reports. Not trusted for anything.
    pub description: Vec<u8>,
    /// The runtime's post-quantum public key, whose digest the genesis statement names; empty if there is none.
    pub post_quantum_key: Vec<u8>,
    /// The epoch before the chain's first receipt: 0, or a fork's parent epoch.
    pub start: u64,
}

const KEY_FORMAT: &str = "format";
const KEY_GENESIS: &str = "genesis";
const KEY_MODULE: &str = "module";
const KEY_CONFIGURATION: &str = "configuration";
const KEY_DESCRIPTION: &str = "description";
const KEY_POST_QUANTUM: &str = "post-quantum-key";
const KEY_START: &str = "start";
const KEY_SUM: &str = "sum";

impl Header {
    pub(crate) fn check(&self) -> Result<(), JournalErrorKind> {
        let Self { genesis, module, configuration, description, post_quantum_key, start } = self;
        if *start > EPOCH_MAX {
            return Err(JournalErrorKind::Epoch { epoch: *start, first: 0, last: EPOCH_MAX });
        }
        [genesis, module, configuration, description, post_quantum_key]
            .into_iter()
            .try_for_each(|part| check_size(part))
    }

    pub(crate) fn write(&self, table: &mut Table<'_, &str, &[u8]>) -> Result<(), redb::StorageError> {
        table.insert(KEY_FORMAT, FORMAT.to_be_bytes().as_slice())?;
        table.insert(KEY_GENESIS, self.genesis.as_slice())?;
        table.insert(KEY_MODULE, self.module.as_slice())?;
        table.insert(KEY_CONFIGURATION, self.configuration.as_slice())?;
        table.insert(KEY_DESCRIPTION, self.description.as_slice())?;
        table.insert(KEY_POST_QUANTUM, self.post_quantum_key.as_slice())?;
        table.insert(KEY_START, self.start.to_be_bytes().as_slice())?;
        table.insert(KEY_SUM, self.sum().as_slice())?;
        Ok(())
    }

    pub(crate) fn read(table: &impl ReadableTable<&'static str, &'static [u8]>) -> Result<Self, JournalErrorKind> {
        let part = |key: &'static str| -> Result<Vec<u8>, JournalErrorKind> {
            let found = table.get(key).map_err(classify)?.ok_or(JournalErrorKind::Missing(key))?;
            check_stored(found.value())?;
            Ok(found.value().to_vec())
        };
        let number = |key: &'static str| -> Result<u64, JournalErrorKind> {
            Ok(u64::from_be_bytes(part(key)?.try_into().map_err(|_| JournalErrorKind::Missing(key))?))
        };
        let format = number(KEY_FORMAT)?;
        if format != FORMAT {
            return Err(JournalErrorKind::Version(format));
        }
        let header = Self {
            genesis: part(KEY_GENESIS)?,
            module: part(KEY_MODULE)?,
            configuration: part(KEY_CONFIGURATION)?,
            description: part(KEY_DESCRIPTION)?,
            post_quantum_key: part(KEY_POST_QUANTUM)?,
            start: number(KEY_START)?,
        };
        if part(KEY_SUM)? != header.sum() || header.check().is_err() {
            return Err(JournalErrorKind::Damaged("the header is not what was written".to_owned()));
        }
        Ok(header)
    }

    /// The digest that is kept beside the parts.
    fn sum(&self) -> [u8; 32] {
        let Self { genesis, module, configuration, description, post_quantum_key, start } = self;
        let start = start.to_be_bytes();
        tables::sum([genesis, module, configuration, description, post_quantum_key, start.as_slice()])
    }
}
