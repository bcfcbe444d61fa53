//! `Plan` → `Report`: graph, bounded pool, read-back. Knows no kind of resource.
