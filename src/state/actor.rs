//! Environment, operating system → who runs this, on which host, as which process.

use std::{env, fs, io};

use nix::{
    errno::Errno,
    sys::signal::kill,
    unistd::{Pid, User, geteuid, gethostname},
};
use serde::{Deserialize, Serialize};

/// Who runs this, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The name of the user.
    pub user: String,
    /// The name of the host.
    pub host: String,
}

impl Actor {
    /// The user and host of this process: `USER`, else `LOGNAME`, else the name of the user id, else its number.
    pub fn detect() -> Self {
        Self::from_variables(|name| env::var(name).ok())
    }

    fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let named =
            ["USER", "LOGNAME"].into_iter().filter_map(&variable).find(|name| !name.trim().is_empty());
        Self { user: named.unwrap_or_else(user_of_process), host: host_name() }
    }
}

fn user_of_process() -> String {
    let id = geteuid();
    User::from_uid(id).ok().flatten().map_or_else(|| format!("uid {id}"), |user| user.name)
}

fn host_name() -> String {
    gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_else(|| "unknown".to_owned())
}

/// One process, told apart from every other one that ever had its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// The boot of the host that it belongs to; none where the system does not tell.
    pub boot_id: Option<String>,
    /// The namespace its number counts in (containers have their own); none where the system does not tell.
    #[serde(default)]
    pub pid_namespace: Option<String>,
    /// Its number.
    pub pid: u32,
    /// When it started, in clock ticks since the boot; none where the system does not tell.
    #[serde(default)]
    pub pid_started: Option<u64>,
}

impl Process {
    /// This process.
    pub fn detect() -> Self {
        let pid = std::process::id();
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        let namespace = fs::read_link("/proc/self/ns/pid").ok();
        Self {
            boot_id: boot_id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()),
            pid_namespace: namespace.and_then(|link| link.into_os_string().into_string().ok()),
            pid,
            pid_started: match look_up(pid) {
                Found::Running { started } => started,
                Found::Gone | Found::Unclear => None,
            },
        }
    }

    /// Whether this process is dead: certain only for one of the same boot and namespace as `observer`.
    pub(super) fn is_dead(&self, observer: &Self) -> Option<bool> {
        let comparable = self.boot_id.is_some()
            && self.boot_id == observer.boot_id
            && self.pid_namespace == observer.pid_namespace;
        if !comparable {
            return None;
        }
        match look_up(self.pid) {
            Found::Gone => Some(true),
            // The number was given away again since.
            Found::Running { started } => {
                Some(started.zip(self.pid_started).is_some_and(|(found, noted)| found != noted))
            }
            Found::Unclear => None,
        }
    }
}

/// What the system says about a process number.
enum Found {
    Running { started: Option<u64> },
    Gone,
    Unclear,
}

fn look_up(pid: u32) -> Found {
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => match state_and_start(&stat) {
            // A zombie only waits for its parent.
            Some(('Z' | 'X', _)) => Found::Gone,
            Some((_, started)) => Found::Running { started: Some(started) },
            None => Found::Running { started: None },
        },
        // No such file there also means: no /proc, or one that hides the processes of others.
        Err(error) if error.kind() == io::ErrorKind::NotFound => ask_by_signal(pid),
        Err(_) => Found::Unclear,
    }
}

fn ask_by_signal(pid: u32) -> Found {
    // Zero and what does not fit would speak to whole groups of processes.
    let Some(pid) = i32::try_from(pid).ok().filter(|pid| *pid > 0) else { return Found::Gone };
    match kill(Pid::from_raw(pid), None) {
        Err(Errno::ESRCH) => Found::Gone,
        Ok(()) | Err(Errno::EPERM) => Found::Running { started: None },
        Err(_) => Found::Unclear,
    }
}

/// The state letter and the start time in a line of `/proc/<pid>/stat`; the name before them may hold anything.
fn state_and_start(stat: &str) -> Option<(char, u64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    // Field 22 of the line; the state was field 3.
    Some((state, fields.nth(18)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_comes_from_the_variables_and_else_from_the_user_id() {
        let of = |user: &'static str, logname: &'static str| {
            Actor::from_variables(move |name| {
                Some(if name == "USER" { user } else { logname }.to_owned()).filter(|name| !name.is_empty())
            })
            .user
        };
        assert_eq!(of("ada", "bob"), "ada");
        assert_eq!(of("", "bob"), "bob");
        assert_eq!(of("", ""), user_of_process());
        assert!(!of("", "").is_empty());
    }

    #[test]
    fn a_name_with_brackets_does_not_confuse_the_start_time() {
        let stat = "7 (a) S 1) (x) R 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 9 9";
        assert_eq!(state_and_start(stat), Some(('R', 4242)));
        assert_eq!(state_and_start("7 (a"), None);
        assert_eq!(state_and_start(""), None);
    }

    #[test]
    fn this_process_is_alive_and_a_later_one_of_its_number_is_another() {
        let me = Process::detect();
        if me.boot_id.is_none() {
            assert!(!std::path::Path::new("/proc/sys/kernel/random/boot_id").exists());
            return;
        }
        assert_eq!(me.is_dead(&me), Some(false));
        let earlier = Process { pid_started: Some(1), ..me.clone() };
        assert_eq!(earlier.is_dead(&me), Some(true));
    }

    #[test]
    fn the_names_are_those_that_the_system_gives() {
        let told = |program: &str, argument: &str| {
            let output = std::process::Command::new(program).arg(argument).output().unwrap();
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        assert_eq!(host_name(), told("uname", "-n"));
        assert_eq!(user_of_process(), told("id", "-un"));
    }

    #[test]
    fn a_process_without_an_entry_is_asked_by_signal_and_groups_are_never_asked() {
        assert!(matches!(ask_by_signal(std::process::id()), Found::Running { started: None }));
        assert!(matches!(ask_by_signal(0), Found::Gone));
        assert!(matches!(ask_by_signal(u32::MAX), Found::Gone));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        assert!(matches!(ask_by_signal(child.id()), Found::Gone));
    }

    #[test]
    fn a_process_that_ended_is_dead_and_one_of_another_boot_is_unclear() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let me = Process { boot_id: Some("a".to_owned()), ..Process::detect() };
        let ended = Process { pid: child.id(), pid_started: None, ..me.clone() };
        assert_eq!(ended.is_dead(&me), Some(true));
        let elsewhere = Process { boot_id: Some("b".to_owned()), ..ended.clone() };
        assert_eq!(elsewhere.is_dead(&me), None);
        let contained = Process { pid_namespace: Some("pid:[1]".to_owned()), ..ended };
        assert_eq!(contained.is_dead(&me), None);
    }
}
