//! A loop with Descope's own Python SDK, as the author of a script would write it (`loop.py`).

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::server::Server;

const LOOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/loop.py");

/// An interpreter that has the SDK.
pub(crate) struct Python(PathBuf);

impl Python {
    /// The one that `DESCOPE_MGMT_TEST_PYTHON` names, if it has the SDK.
    pub(crate) fn of_process() -> Option<Self> {
        let program = PathBuf::from(std::env::var_os("DESCOPE_MGMT_TEST_PYTHON")?);
        let mut asked = Command::new(&program);
        asked.args(["-c", "import descope"]).stdout(Stdio::null()).stderr(Stdio::null());
        asked.status().is_ok_and(|status| status.success()).then_some(Self(program))
    }

    /// Reads both sides and compares them.
    pub(crate) fn compares(&self, server: &Server, folder: &Path) -> Command {
        self.loops(server, folder, "compare")
    }

    /// The same, and writes what differs, one after the other.
    pub(crate) fn applies(&self, server: &Server, folder: &Path) -> Command {
        self.loops(server, folder, "apply")
    }

    fn loops(&self, server: &Server, folder: &Path, word: &str) -> Command {
        let mut command = server.command(&self.0, folder);
        command.args([LOOP, word, "descope.yaml"]);
        command
    }
}
