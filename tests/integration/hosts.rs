//! Two hosts and the folder they share: mount, host name, process and time namespaces of their own, another boot id.
//!
//! What takes a minute of standing still is ignored here; `tests/scripts/hosts.sh` runs it.

use std::{
    fs,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};

use descope_mgmt::emulator::Options;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::common::{Service, many, skipped};

/// Tenants to make, so many that there is time to do something meanwhile.
const TENANTS: usize = 60;

/// A host of this name: it sees the shared folder at a place of its own, and its monotonic clock is far ahead of ours.
fn host(service: &Service, name: &str, arguments: &[&str]) -> Command {
    let desk = &service.desk;
    desk.write(&format!("boot-{name}"), &format!("00000000-0000-0000-0000-{name:0>12}\n"));
    for folder in ["shared".to_owned(), format!("mnt-{name}")] {
        fs::create_dir_all(desk.path(&folder)).unwrap();
    }
    let run = desk.command(arguments);
    let script = format!(
        "hostname {name} && mount --bind boot-{name} /proc/sys/kernel/random/boot_id && \
         mount --bind shared mnt-{name} && exec \"$@\" --state-dir mnt-{name}"
    );
    let mut command = Command::new("unshare");
    command.args(["--mount", "--uts", "--pid", "--fork", "--mount-proc", "--kill-child", "--time"]);
    command.args(["--monotonic", if name == "beta" { "1000000" } else { "5000" }]);
    command.args(["sh", "-c", &script, "sh"]).arg(run.get_program()).args(run.get_args());
    command.current_dir(desk.folder.path()).env_clear();
    command.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A service in which a run on alpha makes tenant after tenant, and is in the middle of it; none where there can be no
/// such hosts.
fn begun() -> Option<(Service, Child)> {
    let service = Service::start_with(Options { latency: Duration::from_millis(20), ..Options::default() });
    service.yaml(&many(TENANTS));
    let tried = host(&service, "alpha", &["version"]).output();
    if !tried.is_ok_and(|output| output.status.success()) {
        skipped("two hosts: no namespaces can be had here");
        return None;
    }
    let owner = host(&service, "alpha", &["apply", "--yes", "--parallelism", "1", "-q"]).spawn().unwrap();
    while service.tenants().len() < 3 {
        thread::sleep(Duration::from_millis(5));
    }
    Some((service, owner))
}

/// The process that `unshare` started, as this namespace numbers it.
fn inner(child: &Child) -> Pid {
    let pid = child.id();
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    Pid::from_raw(children.split_whitespace().next().unwrap().parse().unwrap())
}

/// Suspends the owner, but not in the middle of a write to a file that others append to as well.
fn suspend(owner: &Child) {
    let pid = inner(owner);
    loop {
        kill(pid, Signal::SIGSTOP).unwrap();
        let status = || fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        while !status().contains(") T ") {
            thread::yield_now();
        }
        let locks = fs::read_to_string("/proc/locks").unwrap();
        if !locks.lines().any(|lock| lock.split_whitespace().nth(4) == Some(&pid.to_string())) {
            return;
        }
        kill(pid, Signal::SIGCONT).unwrap();
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// The owner wakes up, finds its lock gone, and writes nothing more.
#[track_caller]
fn wakes_up_and_stops(service: &Service, owner: Child) {
    let writes = service.stats()["writes"].clone();
    kill(inner(&owner), Signal::SIGCONT).unwrap();
    let output = owner.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{}", text(&output));
    assert!(text(&output).contains("was lost"), "{}", text(&output));
    assert_eq!(service.stats()["writes"], writes);
    service.sh("audit verify --state-dir shared").exits(0);
    service.sh("plan --detailed-exitcode --state-dir shared").exits(0);
    assert_eq!(service.tenants().len(), TENANTS);
}

#[test]
fn a_run_on_another_host_is_told_who_holds_the_lock_and_the_broken_owner_stops_when_it_wakes_up() {
    let Some((service, owner)) = begun() else { return };
    suspend(&owner);
    let held = host(&service, "beta", &["apply", "--yes", "--lock-timeout", "100ms"]).output().unwrap();
    assert_eq!(held.status.code(), Some(6), "{}", text(&held));
    assert!(text(&held).contains("is locked by tester on alpha since"), "{}", text(&held));
    let shown = host(&service, "beta", &["lock", "show"]).output().unwrap();
    assert!(text(&shown).contains("can't be told from here: on another host"), "{}", text(&shown));
    let broken = host(&service, "beta", &["lock", "break", "--yes"]).output().unwrap();
    assert!(text(&broken).contains("held by tester on alpha"), "{}", text(&broken));
    let next = host(&service, "beta", &["apply", "--yes"]).output().unwrap();
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    assert!(text(&next).contains("never ended"), "{}", text(&next));
    wakes_up_and_stops(&service, owner);
}

#[test]
#[ignore = "takes a minute: tests/scripts/hosts.sh"]
fn a_suspended_owner_is_taken_for_dead_after_a_minute_and_stops_when_it_wakes_up() {
    let Some((service, owner)) = begun() else { return };
    suspend(&owner);
    let next = host(&service, "beta", &["apply", "--yes", "--lock-timeout", "120s"]).output().unwrap();
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    let said = "took over the lock of tester on alpha";
    assert!(text(&next).contains(said) && text(&next).contains("stood still"), "{}", text(&next));
    wakes_up_and_stops(&service, owner);
}

#[test]
#[ignore = "takes a minute: tests/scripts/hosts.sh"]
fn a_killed_owner_on_another_host_is_taken_over_from_and_settled() {
    let Some((service, mut owner)) = begun() else { return };
    kill(inner(&owner), Signal::SIGKILL).unwrap();
    owner.wait().unwrap();
    let early = host(&service, "beta", &["apply", "--yes", "--lock-timeout", "1s"]).output().unwrap();
    assert_eq!(early.status.code(), Some(6), "{}", text(&early));
    let next = host(&service, "beta", &["apply", "--yes", "--lock-timeout", "120s"]).output().unwrap();
    assert_eq!(next.status.code(), Some(0), "{}", text(&next));
    assert!(text(&next).contains("stood still") && text(&next).contains("never ended"), "{}", text(&next));
    assert_eq!(service.tenants().len(), TENANTS);
    service.sh("audit verify --state-dir shared").exits(0);
}
