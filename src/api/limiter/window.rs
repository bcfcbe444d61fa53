//! Who may send now, and who waits until when: slots, pauses and the halving of the rate. Pure.

use std::time::Duration;

use super::slots::{Moment, SlotId, Slots};
use crate::{
    api::{options::Why, retry::Schedule},
    units::RateLimit,
};

/// Leave to send one request, as the window keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pass {
    /// The slot it holds.
    pub(crate) id: SlotId,
    /// How many incidents there had been when it was given.
    incident: u64,
}

/// The answer to "may I send?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Yes, and a slot is held for it.
    Go(Pass),
    /// Not yet.
    Wait(Wait),
}

/// Why and how long a request has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wait {
    /// When to ask again, if nothing changes before.
    pub(crate) until: Moment,
    /// How long it will be, whatever happens. Less than `until` while all slots wait for an answer.
    pub(crate) at_least: Duration,
    /// For what.
    pub(crate) why: Why,
}

/// The state of one limiter.
#[derive(Debug)]
pub(crate) struct Window {
    rate: RateLimit,
    timeout: Duration,
    schedule: Schedule,
    slots: Slots,
    writer: u64,
    taken: u64,
    paused_until: Moment,
    incidents: u64,
    /// Incidents since the last request that was let through.
    in_a_row: u32,
}

impl Window {
    /// A window where nothing is held yet. `timeout` is when a neighbour is expected to give a request up.
    pub(crate) fn new(rate: RateLimit, timeout: Duration, schedule: Schedule, writer: u64) -> Self {
        Self {
            rate,
            timeout,
            schedule,
            slots: Slots::default(),
            writer,
            taken: 0,
            paused_until: Moment::ZERO,
            incidents: 0,
            in_a_row: 0,
        }
    }

    /// The limit now; a rate-limit answer halves it.
    pub(crate) fn rate(&self) -> RateLimit {
        self.rate
    }

    /// The longest that a neighbour can hold a slot: for a request that is never answered.
    fn longest_hold(&self) -> Duration {
        self.rate.window.saturating_add(self.timeout)
    }

    /// Gives leave to send if there is a free slot and no pause; the answer is given up after `timeout`.
    pub(crate) fn take(&mut self, now: Moment, timeout: Duration) -> Turn {
        if self.is_paused(now) {
            let until = self.paused_until;
            return Turn::Wait(Wait { until, at_least: until.saturating_sub(now), why: Why::RateLimited });
        }
        self.slots.expire(now);
        if let Some(until) = self.slots.next_free(self.limit()) {
            let at_least = self.rate.window.min(until.saturating_sub(now));
            return Turn::Wait(Wait { until, at_least, why: Why::OwnLimit });
        }
        let id = SlotId { writer: self.writer, number: self.taken };
        self.taken += 1;
        self.slots.hold(id, now.saturating_add(self.rate.window).saturating_add(timeout));
        Turn::Go(Pass { id, incident: self.incidents })
    }

    /// The answer came (or the connection ended): the slot frees one window from now.
    pub(crate) fn answered(&mut self, pass: Pass, now: Moment) {
        self.slots.hold_at_most(pass.id, now.saturating_add(self.rate.window));
    }

    /// The request was let through: a later incident starts its pauses from the shortest again.
    pub(crate) fn welcomed(&mut self, pass: Pass) {
        if pass.incident == self.incidents {
            self.in_a_row = 0;
        }
    }

    /// Nothing was sent: the slot is free at once.
    pub(crate) fn unsent(&mut self, pass: Pass) {
        self.slots.release(pass.id);
    }

    /// The server said "too many": everybody pauses. The first such answer of an incident also halves the rate;
    /// the others were on their way already and only lengthen the pause if they ask for more. Returns whether
    /// this was the first.
    pub(crate) fn refused(&mut self, pass: Pass, now: Moment, retry_after: Option<Duration>) -> bool {
        let is_new = pass.incident == self.incidents;
        if is_new {
            self.incidents += 1;
            self.in_a_row += 1;
            self.rate = self.rate.halved();
        }
        let pause = match retry_after {
            Some(asked) => asked,
            None if is_new => self.schedule.pause(self.in_a_row),
            None => Duration::ZERO,
        };
        self.paused_until = self.paused_until.max(now.saturating_add(pause));
        is_new
    }

    /// How long the pause still is.
    pub(crate) fn pause_left(&self, now: Moment) -> Duration {
        self.paused_until.saturating_sub(now)
    }

    /// Everybody pauses for so long, whoever was refused.
    pub(crate) fn pause(&mut self, now: Moment, pause: Duration) {
        self.paused_until = self.paused_until.max(now.saturating_add(pause));
    }

    /// Takes in what another process holds until `moment`, unless that is over or can't be true.
    pub(crate) fn hear(&mut self, id: SlotId, moment: Moment, now: Moment) {
        let (window, longest) = (self.rate.window, self.longest_hold());
        let is_plausible = moment <= now.saturating_add(window.saturating_add(longest));
        if id.writer == self.writer || !is_plausible {
            return;
        }
        if moment <= now {
            self.slots.release(id);
        } else {
            self.slots.hold_at_most(id, moment.min(now.saturating_add(longest)));
        }
    }

    /// Whether the service asked for a pause that isn't over.
    pub(crate) fn is_paused(&self, now: Moment) -> bool {
        now < self.paused_until
    }

    /// The held slots.
    pub(crate) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// How many requests could go at once.
    pub(crate) fn free(&mut self, now: Moment) -> usize {
        self.slots.expire(now);
        self.limit().saturating_sub(self.slots.held())
    }

    fn limit(&self) -> usize {
        usize::try_from(self.rate.requests).unwrap_or(usize::MAX).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Moment {
        Duration::from_secs(seconds)
    }

    fn window(requests: u32) -> Window {
        let rate = RateLimit { requests, window: at(60) };
        Window::new(rate, at(30), Schedule::STANDARD, 1)
    }

    fn go(window: &mut Window, now: Moment) -> Pass {
        match window.take(now, at(30)) {
            Turn::Go(pass) => pass,
            Turn::Wait(wait) => panic!("told to wait: {wait:?}"),
        }
    }

    fn wait(window: &mut Window, now: Moment) -> (Moment, Why) {
        match window.take(now, at(30)) {
            Turn::Go(_) => panic!("let through"),
            Turn::Wait(wait) => (wait.until, wait.why),
        }
    }

    #[test]
    fn a_slot_frees_a_window_after_its_answer() {
        let mut window = window(1);
        let pass = go(&mut window, at(0));
        assert_eq!(wait(&mut window, at(1)), (at(90), Why::OwnLimit), "no answer yet");
        window.answered(pass, at(2));
        assert_eq!(wait(&mut window, at(3)), (at(62), Why::OwnLimit));
        go(&mut window, at(62));
    }

    #[test]
    fn while_answers_are_awaited_the_wait_may_be_as_short_as_a_window() {
        let mut window = window(1);
        go(&mut window, at(0));
        let Turn::Wait(wait) = window.take(at(1), at(30)) else { panic!("let through") };
        assert_eq!((wait.until, wait.at_least), (at(90), at(60)));
    }

    #[test]
    fn a_request_that_never_left_gives_its_slot_back() {
        let mut window = window(1);
        let pass = go(&mut window, at(0));
        window.unsent(pass);
        go(&mut window, at(0));
    }

    #[test]
    fn a_batch_of_refusals_is_one_incident() {
        let mut window = window(200);
        let passes: Vec<Pass> = (0..100).map(|_| go(&mut window, at(0))).collect();
        let first = passes.iter().filter(|pass| window.refused(**pass, at(1), Some(at(30)))).count();
        assert_eq!((first, window.rate().requests), (1, 100));
        assert_eq!(wait(&mut window, at(2)), (at(31), Why::RateLimited));
    }

    #[test]
    fn the_longest_pause_asked_for_wins() {
        let mut window = window(4);
        let (one, two) = (go(&mut window, at(0)), go(&mut window, at(0)));
        window.refused(one, at(1), Some(at(10)));
        window.refused(two, at(1), Some(at(30)));
        assert_eq!(wait(&mut window, at(12)), (at(31), Why::RateLimited));
    }

    #[test]
    fn pauses_grow_without_a_retry_after_and_start_anew_after_a_success() {
        let mut window = window(1_000);
        let mut now = at(0);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            let pass = go(&mut window, now);
            window.refused(pass, now, None);
            let (until, _) = wait(&mut window, now);
            pauses.push(until.saturating_sub(now).as_secs());
            now = until;
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 16]);
        let pass = go(&mut window, now);
        window.welcomed(pass);
        let pass = go(&mut window, now);
        window.refused(pass, now, None);
        assert_eq!(wait(&mut window, now), (now + at(1), Why::RateLimited));
    }

    #[test]
    fn a_late_refusal_of_the_same_incident_asks_for_no_pause_of_its_own() {
        let mut window = window(8);
        let (one, two) = (go(&mut window, at(0)), go(&mut window, at(0)));
        assert!(window.refused(one, at(1), None));
        assert!(!window.refused(two, at(5), None));
        go(&mut window, at(5));
    }

    #[test]
    fn everybody_pauses_whoever_was_refused_and_a_shorter_pause_shortens_nothing() {
        let mut window = window(4);
        window.pause(at(1), at(5));
        window.pause(at(1), at(2));
        assert_eq!(wait(&mut window, at(2)), (at(6), Why::RateLimited));
        assert_eq!((window.pause_left(at(2)), window.pause_left(at(7))), (at(4), at(0)));
        go(&mut window, at(6));
    }

    #[test]
    fn what_is_free_is_the_limit_less_what_is_held() {
        let mut window = window(4);
        let pass = go(&mut window, at(0));
        assert_eq!(window.free(at(0)), 3);
        window.answered(pass, at(1));
        assert_eq!((window.free(at(60)), window.free(at(61))), (3, 4));
    }

    #[test]
    fn what_a_neighbour_holds_counts_unless_it_is_over_or_implausible() {
        let mut window = window(1);
        let slot = |number| SlotId { writer: 2, number };
        window.hear(slot(1), at(100), at(100));
        window.hear(slot(2), at(1_000), at(100));
        assert_eq!(window.slots().held(), 0);
        window.hear(slot(3), at(240), at(100));
        assert_eq!(wait(&mut window, at(100)), (at(190), Why::OwnLimit), "never over window + time-out");
        window.hear(slot(3), at(130), at(110));
        assert_eq!(wait(&mut window, at(110)), (at(130), Why::OwnLimit));
        window.hear(slot(3), at(105), at(110));
        go(&mut window, at(110));
    }
}
