//! Where the bits of a NaN that arithmetic made could be told apart, and where to make them canonical.
//!
//! | module | concept |
//! | --- | --- |
//! | `values` | the graph of values: sources, merges, changes of lanes |
//! | `flow` | the walk over a function that builds the graph and notes what is observed |
//! | `places` | from observations to the places where code is inserted |
//!
//! WebAssembly lets float arithmetic make a NaN of any sign and, in part, any payload, and processors differ. What
//! arithmetic made is followed through locals, blocks, `select` and lane moves to the places where its bits are seen:
//! stores, reinterpretations, calls, returns, globals, integer operators on vectors. It is made canonical just before.
//! Values from loads, constants, parameters, calls and reinterpretations are *raw*: theirs are somebody's bits, and they
//! are never touched. Where a raw and an arithmetic value meet in one local or block result that is observed later, the
//! arithmetic one is made canonical on the edge into the merge.

mod flow;
mod places;
mod values;

pub(crate) use places::{Places, analyse};
