//! The family of minimum cuts against brute force, in any order, through histories, and at full size.

mod model;
mod small;
