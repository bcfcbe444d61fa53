//! Bytes from anywhere → what the tool makes of them: no panic, no hang, nothing that a terminal would obey, and what
//! is written reads back.
//!
//! The fuzzer makes up the bytes; the tests of the tool feed the same functions with the corpus.

mod answers;
mod flows;
mod records;
mod tell;
mod yaml;

pub use answers::answers;
pub use flows::{flow, snapshot, template};
pub use records::{audit, backup, saved_plan, state};
pub use yaml::{edit, yaml};

/// What takes an input.
pub type Target = fn(&[u8]);

/// All targets by name.
pub const TARGETS: [(&str, Target); 10] = [
    ("answers", answers),
    ("audit", audit),
    ("backup", backup),
    ("edit", edit),
    ("flow", flow),
    ("saved_plan", saved_plan),
    ("snapshot", snapshot),
    ("state", state),
    ("template", template),
    ("yaml", yaml),
];

/// The parts of an input, which a line of equals signs divides.
fn parts(data: &[u8]) -> Vec<&[u8]> {
    const BORDER: &[u8] = b"\n=====\n";
    let mut parts = Vec::new();
    let mut rest = data;
    while let Some(at) = rest.windows(BORDER.len()).position(|window| window == BORDER) {
        parts.push(&rest[..at]);
        rest = &rest[at + BORDER.len()..];
    }
    parts.push(rest);
    parts
}
