//! The limiter beside and after other processes, which the slots file stands for.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_next_process_knows_what_a_killed_one_sent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("P1");
    let server = Server::new();
    let rate = rate(10, Duration::from_secs(10));
    let make = || Limiter::with_clock(limits(rate, Some(&path)), wall(server.start));
    run(&make(), &server, 4, vec![trip(20, 20); 6]).await;
    // Killed with four on the way: nothing is told of their answers.
    let killed = make();
    for _ in 0..4 {
        std::mem::forget(killed.acquire(Instant::now() + LONG, TIMEOUT).await.unwrap());
    }
    sleep(millis(20)).await;
    (0..4).for_each(|_| server.count());
    let next = make();
    assert_eq!(next.free(), 0);
    let took = run(&next, &server, 10, vec![trip(20, 20); 10]).await;
    assert!(server.most_in(rate.window) <= 10);
    assert!(took >= rate.window && took < rate.window + TIMEOUT + millis(200), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn without_a_usable_file_the_limit_still_holds() {
    let folder = tempfile::tempdir().unwrap();
    let limiter = Limiter::new(limits(rate(2, millis(1_000)), Some(&folder.path().join("none/P1"))));
    let server = Server::new();
    run(&limiter, &server, 4, vec![trip(5, 5); 4]).await;
    assert_eq!(server.most_in(millis(1_000)), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_jumps_makes_nobody_wait_for_more_than_a_window_and_a_time_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("P1");
    let rate = rate(1, Duration::from_secs(60));
    for jump in [-7_200_000_i64, -80_000, -5_000, 5_000, 80_000, 7_200_000] {
        let before = Limiter::with_clock(limits(rate, Some(&path)), wall(Instant::now()));
        before.acquire(Instant::now() + LONG, TIMEOUT).await.unwrap().welcomed();
        let clock = wall(Instant::now());
        let jumped: WallClock = Arc::new(move || clock().saturating_add_signed(jump));
        let after = Limiter::with_clock(limits(rate, Some(&path)), jumped);
        let start = Instant::now();
        after.acquire(start + LONG, TIMEOUT).await.unwrap().unsent();
        assert!(start.elapsed() <= rate.window + TIMEOUT, "{jump}: {:?}", start.elapsed());
        std::fs::remove_file(&path).unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_long_log_is_compacted_and_loses_nothing_that_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("P1");
    let server = Server::new();
    let rate = rate(20, millis(100));
    let [one, two] = [(); 2].map(|()| Limiter::with_clock(limits(rate, Some(&path)), wall(server.start)));
    let trips = || vec![trip(1, 1); 1_500];
    tokio::join!(run(&one, &server, 20, trips()), run(&two, &server, 20, trips()));
    assert!(std::fs::metadata(&path).unwrap().len() < 80_000);
    assert_eq!(server.seen().len(), 3_000);
    assert_eq!(server.most_in(rate.window), 20);
}

#[test]
fn threads_of_two_processes_share_one_limit_on_real_clocks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("P1");
    let rate = rate(20, millis(20));
    let server = Server::new();
    let runs = [(); 2].map(|()| {
        let (path, server) = (path.clone(), server.clone());
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
            runtime.unwrap().block_on(async {
                let limiter = Limiter::new(limits(rate, Some(&path)));
                run(&limiter, &server, 8, vec![trip(0, 0); 40]).await
            })
        })
    });
    for run in runs {
        run.join().unwrap();
    }
    assert_eq!(server.seen().len(), 80);
    assert!(server.most_in(rate.window) <= 20, "{}", server.most_in(rate.window));
}
