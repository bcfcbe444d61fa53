//! What a start costs, against a process that does nothing.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use crate::{
    figure::{Bar, Table, best, timed},
    server::BINARY,
};

/// `--version`.
pub(crate) fn run(table: &mut Table) {
    let spawn = |program: &str, argument: &str| {
        let mut command = Command::new(program);
        command.arg(argument).stdout(Stdio::null());
        timed(|| command.status().expect("it runs"))
    };
    let measured = best(60, || spawn(BINARY, "--version"));
    let floor = best(60, || spawn("/bin/true", ""));
    table.row(
        "start (--version)",
        measured,
        (floor, "an empty process"),
        Bar::Time(Duration::from_millis(5)),
    );
}
