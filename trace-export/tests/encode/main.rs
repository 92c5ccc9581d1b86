//! The OTLP/protobuf encoding, decoded by OpenTelemetry's own messages.

mod fields;
mod pipeline;
mod random;
mod sizes;
