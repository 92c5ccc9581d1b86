//! The door that expansions of the macros use. Not public interface.
