//! disk ↔ records: what lies in the state folder.
