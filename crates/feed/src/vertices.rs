//! Vertex ids: numbers as they stand, or names in the order of their first appearance.

use std::collections::BTreeMap;

use crate::config::Vertices;
use crate::error::Problem;
use crate::limits::NAME_BYTES_MAX;

/// What turns the text of a vertex field into an id.
pub(crate) enum VertexIds {
    Numbers { limit: u64 },
    Names { limit: u64, ids: BTreeMap<String, u64>, names: Vec<String> },
}

impl VertexIds {
    pub(crate) fn new(declared: Vertices) -> Self {
        match declared {
            Vertices::Numbers(limit) => Self::Numbers { limit },
            Vertices::Names(limit) => Self::Names { limit, ids: BTreeMap::new(), names: Vec::new() },
        }
    }

    /// The id of `text`; a new name gets the next id.
    pub(crate) fn id(&mut self, text: &str) -> Result<u64, Problem> {
        let text = text.trim();
        match self {
            Self::Numbers { limit } => {
                // A number with a sign or a fraction is refused: the id is the text.
                let id = if text.starts_with('+') { None } else { text.parse::<u64>().ok() };
                id.filter(|id| id < limit).ok_or(Problem::VertexOutOfRange { limit: *limit })
            }
            Self::Names { limit, ids, names } => {
                if let Some(id) = ids.get(text) {
                    return Ok(*id);
                }
                if text.len() > NAME_BYTES_MAX {
                    return Err(Problem::NameTooLong);
                }
                let id = names.len() as u64;
                if id >= *limit {
                    return Err(Problem::VertexOutOfRange { limit: *limit });
                }
                ids.insert(text.to_owned(), id);
                names.push(text.to_owned());
                Ok(id)
            }
        }
    }

    /// The names in the order of their ids; empty where ids are numbers.
    pub(crate) fn names(&self) -> &[String] {
        match self {
            Self::Numbers { .. } => &[],
            Self::Names { names, .. } => names,
        }
    }
}
