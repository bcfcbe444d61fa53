//! Any value → text, JSON, Markdown: the only place that prints or names a colour.
