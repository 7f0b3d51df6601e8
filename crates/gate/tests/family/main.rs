//! The family of minimum cuts against brute force, in any order, through histories, and at full size.

mod histories;
mod large;
mod model;
mod small;
