use std::{
    fs,
    path::Path,
    sync::{Mutex as StdMutex, atomic::AtomicUsize},
};

use futures_util::future::join_all;
use tokio::time::{advance, sleep};

use super::{
    super::{Actor, Process, tests::state},
    *,
};

/// A run on another host, where nobody can ask for processes.
fn elsewhere(run: &str) -> Holder {
    let boot_id = Some(format!("boot of {run}"));
    Holder {
        run_id: run.into(),
        actor: Actor { user: "ada".into(), host: format!("host-{run}") },
        process: Process { boot_id, pid_namespace: None, pid: 7, pid_started: None },
        command: "apply".into(),
    }
}

/// A run of this process.
fn here(run: &str) -> Holder {
    Holder { process: Process::detect(), ..elsewhere(run) }
}

/// A run on this host whose process is dead.
fn killed(run: &str) -> Holder {
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let process = Process { pid: child.id(), pid_started: Some(1), ..Process::detect() };
    child.wait().unwrap();
    Holder { process, ..elsewhere(run) }
}

#[derive(Default)]
struct Heard(StdMutex<Vec<LockNotice>>);

impl Heard {
    fn note(&self, notice: LockNotice) {
        self.0.lock().unwrap().push(notice);
    }

    fn taken_over(&self) -> Vec<DeadBecause> {
        let heard = self.0.lock().unwrap();
        heard
            .iter()
            .filter_map(|notice| match notice {
                LockNotice::TakenOver { because, .. } => Some(*because),
                LockNotice::Waiting { .. } => None,
            })
            .collect()
    }
}

async fn lock(state: &State, holder: Holder, wait: u64) -> Result<Lock, Error> {
    state.lock("P1", holder, Duration::from_secs(wait), &|_| {}).await
}

fn path(state: &State) -> PathBuf {
    state.root().join("locks/P1.json")
}

/// Leaves the lock file as a killed process does: nobody beats, nobody gives it back.
fn kill(lock: Lock) {
    lock.beating.abort();
    lock.lease.given_back.store(true, Ordering::Release);
    drop(lock);
}

/// The names in the folder of the locks.
fn names(state: &State) -> Vec<String> {
    let entries = fs::read_dir(state.root().join("locks")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_lock_says_who_holds_it_and_is_gone_when_given_back() {
    let (_folder, state) = state();
    let held = lock(&state, elsewhere("01A"), 0).await.unwrap();
    held.check().unwrap();
    let record = state.lock_record("P1").unwrap().unwrap();
    assert_eq!((record.owner.as_str(), record.user.as_str(), record.heartbeat), ("01A", "ada", 0));
    assert_eq!(names(&state), ["P1.json"]);
    held.release().unwrap();
    assert_eq!(state.lock_record("P1").unwrap(), None);
    drop(lock(&state, elsewhere("01B"), 0).await.unwrap());
    assert!(names(&state).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_held_lock_is_an_error_that_names_its_holder() {
    let (_folder, state) = state();
    let held = lock(&state, elsewhere("01A"), 0).await.unwrap();
    let heard = Heard::default();
    let begun = Instant::now();
    let wait = Duration::from_secs(10);
    let error = state.lock("P1", elsewhere("01B"), wait, &|notice| heard.note(notice)).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 10);
    assert_eq!(error.code(), "lock_held");
    assert!(error.to_string().contains("ada on host-01A"), "{error}");
    assert!(error.hint().unwrap().contains("--lock-timeout"));
    assert!(
        matches!(&heard.0.lock().unwrap()[..], [LockNotice::Waiting { patience, .. }] if *patience == wait)
    );
    held.check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_waiter_gets_the_lock_when_it_is_given_back() {
    let (_folder, state) = state();
    let held = lock(&state, elsewhere("01A"), 0).await.unwrap();
    let (waited, ()) = tokio::join!(lock(&state, elsewhere("01B"), 60), async {
        sleep(Duration::from_secs(20)).await;
        held.release().unwrap();
    });
    waited.unwrap().check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_living_holder_keeps_its_lock_however_long_another_waits() {
    let (_folder, state) = state();
    let held = lock(&state, elsewhere("01A"), 0).await.unwrap();
    let error = lock(&state, elsewhere("01B"), 200).await.unwrap_err();
    assert_eq!(error.code(), "lock_held");
    held.check().unwrap();
    let beats = state.lock_record("P1").unwrap().unwrap().heartbeat;
    assert!((18..=21).contains(&beats), "{beats}");
}

#[tokio::test(start_paused = true)]
async fn the_first_heartbeat_comes_when_it_is_due() {
    let (_folder, state) = state();
    let _held = lock(&state, elsewhere("01A"), 0).await.unwrap();
    let beats = || state.lock_record("P1").unwrap().unwrap().heartbeat;
    sleep(Duration::from_secs(9)).await;
    assert_eq!(beats(), 0);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(beats(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_that_stands_still_for_a_minute_is_taken_over_and_said() {
    let (_folder, state) = state();
    kill(lock(&state, elsewhere("01A"), 0).await.unwrap());
    assert_eq!(lock(&state, elsewhere("01B"), 59).await.unwrap_err().code(), "lock_held");
    let heard = Heard::default();
    let begun = Instant::now();
    let wait = Duration::from_secs(90);
    let taken = state.lock("P1", elsewhere("01C"), wait, &|notice| heard.note(notice)).await.unwrap();
    assert!((60..62).contains(&begun.elapsed().as_secs()));
    assert!(matches!(heard.taken_over()[..], [DeadBecause::StoodStill(_)]));
    assert!(heard.taken_over()[0].to_string().starts_with("its heartbeat stood still for 6"));
    assert_eq!(DeadBecause::ProcessEnded.to_string(), "its process has ended");
    taken.check().unwrap();
    assert_eq!(names(&state), ["P1.json"]);
}

#[tokio::test(start_paused = true)]
async fn clocks_that_are_years_apart_make_nobody_dead_and_nobody_immortal() {
    let (_folder, state) = state();
    let at = |time: &str| state.clone().with_clock(super::super::Clock::Fixed(time.parse().unwrap()));
    for (owner, waiter) in
        [("1990-01-01T00:00:00Z", "2090-01-01T00:00:00Z"), ("2090-01-01T00:00:00Z", "1990-01-01T00:00:00Z")]
    {
        let held = lock(&at(owner), elsewhere("01A"), 0).await.unwrap();
        assert_eq!(lock(&at(waiter), elsewhere("01B"), 200).await.unwrap_err().code(), "lock_held");
        kill(held);
        drop(lock(&at(waiter), elsewhere("01C"), 70).await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn on_the_same_host_and_boot_the_process_decides_at_once() {
    let (_folder, state) = state();
    if Process::detect().boot_id.is_none() {
        return;
    }
    kill(lock(&state, killed("01A"), 0).await.unwrap());
    let heard = Heard::default();
    let begun = Instant::now();
    let taken = state.lock("P1", here("01B"), Duration::ZERO, &|notice| heard.note(notice)).await.unwrap();
    assert_eq!(heard.taken_over(), [DeadBecause::ProcessEnded]);
    assert!(begun.elapsed() < Duration::from_secs(1));
    // And a living process is not dead, however still its heartbeat stands.
    kill(taken);
    assert_eq!(lock(&state, here("01C"), 300).await.unwrap_err().code(), "lock_held");
}

#[tokio::test(start_paused = true)]
async fn of_many_waiters_for_a_dead_lock_exactly_one_gets_it() {
    let (_folder, state) = state();
    kill(lock(&state, elsewhere("01A"), 0).await.unwrap());
    let taken = AtomicUsize::new(0);
    let waiters = (0..8).map(|id| {
        let (state, taken) = (&state, &taken);
        async move {
            let observer = |notice| {
                if matches!(notice, LockNotice::TakenOver { .. }) {
                    taken.fetch_add(1, Ordering::Relaxed);
                }
            };
            state.lock("P1", elsewhere(&format!("02{id}")), Duration::from_secs(70), &observer).await
        }
    });
    let results = join_all(waiters).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(taken.into_inner(), 1);
    for held in results.iter().flatten() {
        held.check().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn two_never_hold_the_lock_at_once() {
    let (_folder, state) = state();
    let inside = AtomicUsize::new(0);
    let runs = (0..6).map(|id| {
        let (state, inside) = (&state, &inside);
        async move {
            let held = lock(state, here(&format!("01{id}")), 600).await.unwrap();
            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
            sleep(Duration::from_secs(70)).await;
            held.check().unwrap();
            assert_eq!(inside.fetch_sub(1, Ordering::SeqCst), 1);
            held.release().unwrap();
        }
    });
    join_all(runs).await;
}

#[tokio::test(start_paused = true)]
async fn who_was_judged_dead_notices_and_never_touches_the_lock_of_the_next() {
    let (_folder, state) = state();
    let stopped = lock(&state, elsewhere("01A"), 0).await.unwrap();
    stopped.beating.abort();
    let next = lock(&state, elsewhere("01B"), 90).await.unwrap();
    let before = fs::read(path(&state)).unwrap();
    assert_eq!(stopped.lease.beat().unwrap_err().code(), "lock_lost");
    let error = stopped.check().unwrap_err();
    assert_eq!(error.code(), "lock_lost");
    assert!(error.hint().is_some());
    assert_eq!(stopped.release().unwrap_err().code(), "lock_lost");
    assert_eq!(fs::read(path(&state)).unwrap(), before);
    next.check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_slept_says_that_it_lives_before_it_writes() {
    let (_folder, state) = state();
    let slept = lock(&state, elsewhere("01A"), 0).await.unwrap();
    slept.beating.abort();
    advance(Duration::from_secs(50)).await;
    let before = state.lock_record("P1").unwrap().unwrap().heartbeat;
    slept.check().unwrap();
    assert_eq!(state.lock_record("P1").unwrap().unwrap().heartbeat, before + 1);
}

#[tokio::test]
async fn what_is_not_what_was_judged_is_not_taken_away() {
    let (_folder, state) = state();
    let held = lock(&state, elsewhere("01A"), 0).await.unwrap();
    let judged = fs::read(path(&state)).unwrap();
    held.lease.beat().unwrap();
    assert!(!file::take_away(&path(&state), |found| found == judged).unwrap());
    held.check().unwrap();
    // Where files cannot be locked, it may have changed just before it was moved: it is put back.
    let looks = AtomicUsize::new(0);
    let deceived = |_: &[u8]| looks.fetch_add(1, Ordering::Relaxed) == 0;
    assert!(!file::take_away(&path(&state), deceived).unwrap());
    held.check().unwrap();
    assert_eq!(names(&state), ["P1.json"]);
    assert!(!file::take_away(Path::new("/nowhere/P1.json"), |_| true).unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_unreadable_lock_counts_as_held_until_it_stood_still_or_is_broken() {
    let (_folder, state) = state();
    fs::create_dir_all(state.root().join("locks")).unwrap();
    fs::write(path(&state), "{\"format").unwrap();
    let error = lock(&state, here("01A"), 10).await.unwrap_err();
    assert_eq!(error.to_string(), "Project 'P1' is locked");
    assert_eq!(state.lock_record("P1").unwrap_err().code(), "state_file_malformed");
    drop(lock(&state, here("01A"), 70).await.unwrap());
    fs::write(path(&state), "").unwrap();
    assert!(state.break_lock("P1", None).unwrap());
    drop(lock(&state, here("01A"), 0).await.unwrap());
}

#[tokio::test]
async fn breaking_a_lock_takes_it_from_the_run_that_was_named() {
    let (_folder, state) = state();
    let held = lock(&state, elsewhere("01A"), 0).await.unwrap();
    assert!(!state.break_lock("P1", Some("01B")).unwrap());
    assert!(!state.break_lock("P1", None).unwrap());
    held.check().unwrap();
    assert!(state.break_lock("P1", Some("01A")).unwrap());
    assert_eq!(held.check().unwrap_err().code(), "lock_lost");
    assert!(!state.break_lock("P1", Some("01A")).unwrap());
}

#[tokio::test]
async fn projects_do_not_wait_for_each_other() {
    let (_folder, state) = state();
    let _one = lock(&state, here("01A"), 0).await.unwrap();
    state.lock("P2", here("01A"), Duration::ZERO, &|_| {}).await.unwrap().check().unwrap();
}
