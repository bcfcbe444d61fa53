//! (`Desired`, `Live`, `Baseline`) → `Plan`. Pure.
