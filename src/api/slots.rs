//! The slots of a rate limit: how many are taken, and when the next one frees. Pure; times are milliseconds.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

/// The slots that requests of this process and of others take up.
///
/// The server counts when a request arrives, which is somewhere between sending and answer. So a slot is taken
/// from before the sending until one window after the answer: then no window holds more than there are slots.
#[derive(Debug, Default)]
pub(super) struct Slots {
    in_flight: usize,
    answered: BinaryHeap<Reverse<u64>>,
    foreign: HashMap<String, u64>,
}

impl Slots {
    /// Slots that are taken at `now`.
    pub(super) fn taken(&mut self, now: u64) -> usize {
        while self.answered.peek().is_some_and(|Reverse(frees)| *frees <= now) {
            self.answered.pop();
        }
        if !self.foreign.is_empty() {
            self.foreign.retain(|_, frees| *frees > now);
        }
        self.in_flight + self.answered.len() + self.foreign.len()
    }

    /// When the number of taken slots falls below `limit`, as far as that is known.
    pub(super) fn frees_at(&self, limit: usize) -> Option<u64> {
        let mut times: Vec<u64> =
            self.answered.iter().map(|Reverse(frees)| *frees).chain(self.foreign.values().copied()).collect();
        let surplus = (self.in_flight + times.len() + 1).checked_sub(limit)?;
        times.sort_unstable();
        times.get(surplus.checked_sub(1)?).copied()
    }

    /// Takes a slot for a request that is about to be sent.
    pub(super) fn take(&mut self) {
        self.in_flight += 1;
    }

    /// The answer came: the slot frees at `frees`.
    pub(super) fn answered(&mut self, frees: u64) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.answered.push(Reverse(frees));
    }

    /// Another process says when its slot `id` frees; what it says last counts.
    pub(super) fn foreign(&mut self, id: &str, frees: u64) {
        match self.foreign.get_mut(id) {
            Some(slot) => *slot = frees,
            None => {
                self.foreign.insert(id.to_owned(), frees);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_taken_until_a_window_after_its_answer() {
        let mut slots = Slots::default();
        slots.take();
        assert_eq!((slots.taken(0), slots.frees_at(1)), (1, None));
        slots.answered(1_000);
        assert_eq!((slots.taken(999), slots.frees_at(1)), (1, Some(1_000)));
        assert_eq!(slots.taken(1_000), 0);
    }

    #[test]
    fn a_lower_limit_waits_for_more_slots_to_free() {
        let mut slots = Slots::default();
        for frees in [10, 20, 30, 40] {
            slots.take();
            slots.answered(frees);
        }
        assert_eq!(slots.frees_at(4), Some(10));
        assert_eq!(slots.frees_at(2), Some(30));
        assert_eq!(slots.frees_at(5), None);
    }

    #[test]
    fn what_another_process_says_last_counts() {
        let mut slots = Slots::default();
        slots.foreign("a", 100);
        slots.foreign("a", 50);
        slots.foreign("b", 60);
        assert_eq!((slots.taken(49), slots.taken(55), slots.taken(60)), (2, 1, 0));
    }
}
