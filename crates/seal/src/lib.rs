//! w
#![no_std]
extern crate alloc;
mod body; mod cost; mod error; mod finding; mod frame; pub mod limits; mod module; mod operators; mod policy;
pub use policy::*; pub use error::*; pub use finding::*; pub use cost::*;
