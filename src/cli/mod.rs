//! Flags → stages called in order. Composes, decides nothing.
