//! What those who wait are told, and what ends a wait.

use super::*;

/// Somebody who waits for a turn.
fn waiting(limiter: &Arc<Limiter>) -> tokio::task::JoinHandle<Result<Ticket, TooLate>> {
    let limiter = Arc::clone(limiter);
    tokio::spawn(async move { limiter.acquire(Instant::now() + LONG, TIMEOUT).await })
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_nobody_waits_and_what_is_free_still_goes() {
    let limiter = Limiter::new(limits(rate(1, seconds(60)), None));
    let start = Instant::now();
    limiter.acquire(start + LONG, TIMEOUT).await.unwrap().welcomed();
    let waiter = waiting(&limiter);
    sleep(seconds(10)).await;
    limiter.stop_waiting();
    let stopped = waiter.await.unwrap().unwrap_err();
    assert_eq!(stopped, TooLate { resumes_in: seconds(50), why: Why::Stopped });
    assert_eq!(start.elapsed(), seconds(10));
    sleep(seconds(50)).await;
    limiter.acquire(start + LONG, TIMEOUT).await.unwrap().unsent();
}

#[tokio::test(start_paused = true)]
async fn a_pause_of_one_limiter_is_a_pause_of_the_other() {
    let [one, other] = [(); 2].map(|()| Limiter::new(limits(rate(10, seconds(60)), None)));
    let start = Instant::now();
    other.acquire(start + LONG, TIMEOUT).await.unwrap().refused(Some(seconds(30)));
    sleep(seconds(10)).await;
    one.pause_with(&other);
    one.acquire(start + LONG, TIMEOUT).await.unwrap().unsent();
    assert_eq!(start.elapsed(), seconds(30));
}

#[tokio::test(start_paused = true)]
async fn what_is_free_is_the_limit_less_what_is_held() {
    let limiter = Limiter::new(limits(rate(3, seconds(60)), None));
    let start = Instant::now();
    assert_eq!(limiter.free(), 3);
    limiter.acquire(start + LONG, TIMEOUT).await.unwrap().welcomed();
    assert_eq!(limiter.free(), 2);
    sleep(seconds(60)).await;
    assert_eq!(limiter.free(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_wait_is_told_again_only_where_it_turns_out_longer_or_another() {
    let (observer, told) = ears();
    let limiter = Limiter::new(Limits { observer, ..limits(rate(4, seconds(10)), None) });
    let start = Instant::now();
    let mut tickets = Vec::new();
    for _ in 0..4 {
        tickets.push(limiter.acquire(start + LONG, TIMEOUT).await.unwrap());
    }
    let waiter = waiting(&limiter);
    sleep(millis(10)).await;
    // The same wait looked at once more; then a pause; a longer one by less than is worth a word; a longer one.
    limiter.changed.notify_waiters();
    sleep(millis(10)).await;
    for pause in [seconds(20), seconds(20) + millis(500), seconds(40)] {
        tickets.pop().unwrap().refused(Some(pause));
        tokio::task::yield_now().await;
    }
    waiter.await.unwrap().unwrap().unsent();
    let wait = |resumes_in, why| Notice::Waiting { resumes_in, why };
    let expected = [
        wait(seconds(10), Why::OwnLimit),
        Notice::Slowed { rate: rate(2, seconds(10)) },
        wait(seconds(20), Why::RateLimited),
        wait(seconds(40), Why::RateLimited),
        Notice::Resumed,
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_not_worth_a_word_is_not_told() {
    let (observer, told) = ears();
    let limiter = Limiter::new(Limits { observer, ..limits(rate(1, millis(499)), None) });
    for _ in 0..3 {
        limiter.acquire(Instant::now() + LONG, TIMEOUT).await.unwrap().welcomed();
    }
    assert_eq!(*told.lock().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn while_a_neighbour_has_the_file_a_request_stands_back_and_then_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("P1");
    let limiter = Limiter::new(limits(rate(1, seconds(60)), Some(&path)));
    let mut neighbour = file::SlotFile::open(&path).unwrap();
    neighbour.begin().unwrap().expect("the lock");
    let waiter = waiting(&limiter);
    sleep(millis(20)).await;
    assert!(!waiter.is_finished());
    neighbour.commit().unwrap();
    waiter.await.unwrap().unwrap().unsent();
}

#[tokio::test(start_paused = true)]
async fn a_file_that_fails_is_given_up_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("of-this-run/P1");
    std::fs::create_dir(path.parent().unwrap()).unwrap();
    let limiter = Limiter::new(limits(rate(1, seconds(60)), Some(&path)));
    std::fs::remove_dir_all(path.parent().unwrap()).unwrap();
    limiter.acquire(Instant::now() + LONG, TIMEOUT).await.unwrap().welcomed();
    assert!(limiter.state().shared.is_none());
    assert_eq!(limiter.free(), 0, "the limit holds without it");
}
