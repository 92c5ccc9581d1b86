//! What is recorded, written as trees.

mod aborts;
mod annotated;
mod attributes;
mod carriers;
mod current;
mod events;
mod futures;
mod guards;
mod headers;
mod links;
mod nesting;
mod reuse;
mod stages;
mod tasks;
mod threads;
