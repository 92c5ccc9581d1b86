//! The layer in real servers, asked by real clients.

mod failures;
mod grpc;
mod requests;
mod setup;
mod streams;
