//! YAML → `Desired`: locate, parse, expand, merge, check; every problem with its place.
