//! The journal from outside: what it keeps, what it refuses, and what is left after a crash or damage.

mod crash;
mod damage;
mod fixture;
mod keeping;
