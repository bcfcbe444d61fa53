//! What holds for every limit, latency and crew.

use proptest::prelude::*;

use super::*;

fn any_trip() -> impl Strategy<Value = Trip> {
    let back = prop_oneof![19 => (0_u64..400).prop_map(|back| Some(millis(back))), 1 => Just(None)];
    (0_u64..400, back).prop_map(|(there, back)| Trip { there: millis(there), back })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_window_ever_sees_more_than_the_limit(
        requests in 1_u32..20,
        window in 50_u64..3_000,
        workers in 1_usize..40,
        trips in prop::collection::vec(any_trip(), 1..80),
    ) {
        paused(async {
            let rate = rate(requests, millis(window));
            let server = Server::new();
            let limiter = Limiter::new(limits(rate, None));
            let count = trips.len();
            run(&limiter, &server, workers, trips).await;
            prop_assert!(server.most_in(rate.window) <= requests as usize);
            prop_assert_eq!(server.seen().len(), count);
            Ok(())
        })?;
    }

    #[test]
    fn no_limiter_could_be_faster_by_more_than_five_per_cent(
        requests in 10_u32..200,
        windows in 1_u32..6,
        latency in 1_u64..200,
        rest in 0_u32..200,
    ) {
        paused(async {
            let rate = rate(requests, Duration::from_secs(60));
            let count = requests * windows + rest.min(requests);
            let server = Server::new();
            let limiter = Limiter::new(limits(rate, None));
            let workers = crate::api::pool::MOST;
            let took = run(&limiter, &server, workers, vec![trip(latency, latency); count as usize]).await;
            let last = u64::from(count - 1) / u64::from(requests) * u64::from(requests);
            let tail = (u64::from(count) - last).div_ceil(workers as u64);
            let best = rate.at_best(u64::from(count)) + millis(2 * latency * tail);
            prop_assert!(took <= best.mul_f64(1.05), "{took:?} against {best:?}");
            prop_assert!(server.most_in(rate.window) <= requests as usize);
            Ok(())
        })?;
    }

    #[test]
    fn processes_beside_and_after_each_other_stay_within_the_limit_together(
        requests in 1_u32..12,
        window in 50_u64..2_000,
        first in prop::collection::vec(any_trip(), 1..30),
        second in prop::collection::vec(any_trip(), 1..30),
        third in prop::collection::vec(any_trip(), 1..30),
    ) {
        paused(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("P1");
            let rate = rate(requests, millis(window));
            let server = Server::new();
            let make = || Limiter::with_clock(limits(rate, Some(&path)), wall(server.start));
            let (one, two) = (make(), make());
            tokio::join!(run(&one, &server, 5, first), run(&two, &server, 7, second));
            drop((one, two));
            run(&make(), &server, 5, third).await;
            prop_assert!(server.most_in(rate.window) <= requests as usize);
            Ok(())
        })?;
    }
}
