//! The real binary, run as a user runs it.
