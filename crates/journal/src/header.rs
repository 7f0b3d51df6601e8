//! What a journal says once.

use redb::{ReadableTable, Table};

use crate::error::JournalErrorKind;
use crate::tables::{self, FORMAT};

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
}

const KEY_FORMAT: &str = "format";
const KEY_GENESIS: &str = "genesis";
const KEY_MODULE: &str = "module";
const KEY_CONFIGURATION: &str = "configuration";
const KEY_DESCRIPTION: &str = "description";
const KEY_SUM: &str = "sum";

impl Header {
    pub(crate) fn write(&self, table: &mut Table<'_, &str, &[u8]>) -> Result<(), redb::StorageError> {
        table.insert(KEY_FORMAT, FORMAT.to_be_bytes().as_slice())?;
        table.insert(KEY_GENESIS, self.genesis.as_slice())?;
        table.insert(KEY_MODULE, self.module.as_slice())?;
        table.insert(KEY_CONFIGURATION, self.configuration.as_slice())?;
        table.insert(KEY_DESCRIPTION, self.description.as_slice())?;
        table.insert(KEY_SUM, self.sum().as_slice())?;
        Ok(())
    }

    pub(crate) fn read(table: &impl ReadableTable<&'static str, &'static [u8]>) -> Result<Self, JournalErrorKind> {
        let part = |key: &'static str| -> Result<Vec<u8>, JournalErrorKind> {
            let found = table.get(key).map_err(crate::error::classify)?;
            Ok(found.ok_or(JournalErrorKind::Missing(key))?.value().to_vec())
        };
        let format = part(KEY_FORMAT)?.try_into().map_err(|_| JournalErrorKind::Missing(KEY_FORMAT))?;
        let format = u64::from_be_bytes(format);
        if format != FORMAT {
            return Err(JournalErrorKind::Version(format));
        }
        let header = Self {
            genesis: part(KEY_GENESIS)?,
            module: part(KEY_MODULE)?,
            configuration: part(KEY_CONFIGURATION)?,
            description: part(KEY_DESCRIPTION)?,
        };
        if part(KEY_SUM)? != header.sum() {
            return Err(JournalErrorKind::Damaged("the header is not what was written".to_owned()));
        }
        Ok(header)
    }

    /// The digest that is kept beside the parts.
    fn sum(&self) -> [u8; 32] {
        let Self { genesis, module, configuration, description } = self;
        tables::sum([genesis, module, configuration, description].map(Vec::as_slice))
    }
}
