//! Request → answer: the other side of the wire.
