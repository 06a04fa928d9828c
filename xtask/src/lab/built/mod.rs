//! Cases that are written packet by packet or line by line.

use std::path::Path;

/// A case that needs no network.
pub struct Built {
    /// The folder under `tests/cases`.
    pub folder: &'static str,
    /// The case's name.
    pub name: &'static str,
}

impl Built {
    /// Writes the case's files.
    pub fn write(&self, _target: &Path) -> Result<(), String> {
        Err("not yet".to_owned())
    }
}

/// All of them.
pub fn all() -> Vec<Built> {
    Vec::new()
}
