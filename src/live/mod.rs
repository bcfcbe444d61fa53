//! Descope → `Live`: as few requests as possible; keeps the raw answer.
