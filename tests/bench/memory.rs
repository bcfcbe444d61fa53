//! A child process → how much memory it had at most.

use std::{
    process::{Command, Stdio},
    thread,
    time::Duration,
};

/// Between two looks. The kernel keeps the peak itself, so only what grows in the last moment before the end is missed.
const PAUSE: Duration = Duration::from_millis(1);

/// The most memory that the process had, in bytes; `None` where no `/proc` tells.
pub(crate) fn peak(command: &mut Command) -> Option<u64> {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let status = format!("/proc/{}/status", child.id());
    let mut most = None;
    loop {
        most = most.max(std::fs::read_to_string(&status).ok().and_then(|text| high_water(&text)));
        if let Some(ended) = child.try_wait().expect("a child") {
            assert!(ended.success());
            return most;
        }
        thread::sleep(PAUSE);
    }
}

fn high_water(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Bytes in MiB, for people.
pub(crate) fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
