//! The journal from outside: what it keeps, what it refuses, and what is left after a crash or damage.

mod crash;
mod damage;
mod disk;
mod faults;
mod fixture;
mod flips;
mod keeping;
mod log;
mod run;
mod snapshots;
