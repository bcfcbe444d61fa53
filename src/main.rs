//! Arguments → exit code.
fn main() {}
