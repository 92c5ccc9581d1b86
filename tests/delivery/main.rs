//! What becomes of spans that have ended: on their way from threads that come and go, through exporters that fail.

mod chaos;
mod exporters;
mod installing;
mod large;
mod leaving;
mod stages;
mod volume;
