//! Runs the real binary and reads the files that it leaves, with nothing but a JSON parser.

mod interruption;
mod run;
mod trace;
mod transfers;
mod usage;
