//! Which slots are held, and when the next one frees. Pure: the caller brings the clock.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    str::FromStr,
    time::Duration,
};

/// A point on the limiter's own clock: the time since it was made.
pub(crate) type Moment = Duration;

/// One request's place in the window, unique across processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SlotId {
    /// Who took it: a random number for each limiter.
    pub(crate) writer: u64,
    /// The how-manieth request of that writer it is.
    pub(crate) number: u64,
}

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.writer, self.number)
    }
}

impl FromStr for SlotId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (writer, number) = text.split_once('-').ok_or(())?;
        if writer.len() != 16 {
            return Err(());
        }
        let writer = u64::from_str_radix(writer, 16).map_err(|_| ())?;
        Ok(Self { writer, number: number.parse().map_err(|_| ())? })
    }
}

/// The slots that are held now, each until its moment.
///
/// A slot is held from before its request is sent until one window after its answer. Whatever moment in between the
/// server counts, two requests of one slot are a window apart there; so `limit` slots never put more than `limit`
/// requests into any window.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    by_moment: BTreeSet<(Moment, SlotId)>,
    until: HashMap<SlotId, Moment>,
}

impl Slots {
    /// Lets go of every slot whose moment has come.
    pub(crate) fn expire(&mut self, now: Moment) {
        while let Some(&(moment, id)) = self.by_moment.first() {
            if moment > now {
                break;
            }
            self.by_moment.pop_first();
            self.until.remove(&id);
        }
    }

    /// Holds the slot `id` until `moment`, whatever was said of it before.
    pub(crate) fn hold(&mut self, id: SlotId, moment: Moment) {
        if let Some(before) = self.until.insert(id, moment) {
            self.by_moment.remove(&(before, id));
        }
        self.by_moment.insert((moment, id));
    }

    /// Holds a slot that another process told of: an answer only ever brings its moment nearer.
    pub(crate) fn hold_at_most(&mut self, id: SlotId, moment: Moment) {
        let known = self.until.get(&id).copied().unwrap_or(moment);
        self.hold(id, moment.min(known));
    }

    /// Lets go of a slot whose request never left.
    pub(crate) fn release(&mut self, id: SlotId) {
        if let Some(moment) = self.until.remove(&id) {
            self.by_moment.remove(&(moment, id));
        }
    }

    /// Until when `id` is held, if it is.
    pub(crate) fn moment_of(&self, id: SlotId) -> Option<Moment> {
        self.until.get(&id).copied()
    }

    /// How many slots are held.
    pub(crate) fn held(&self) -> usize {
        self.until.len()
    }

    /// When fewer than `limit` slots will be held, as far as known; `None` if that is so already.
    pub(crate) fn next_free(&self, limit: usize) -> Option<Moment> {
        let over = self.held().checked_sub(limit)?;
        self.by_moment.iter().nth(over).map(|(moment, _)| *moment)
    }

    /// Every held slot and its moment, the nearest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (SlotId, Moment)> {
        self.by_moment.iter().map(|&(moment, id)| (id, moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn slot(number: u64) -> SlotId {
        SlotId { writer: 7, number }
    }

    const fn at(seconds: u64) -> Moment {
        Duration::from_secs(seconds)
    }

    #[test]
    fn an_id_reads_back_as_written() {
        let id = SlotId { writer: 0xab, number: 12 };
        assert_eq!(id.to_string(), "00000000000000ab-12");
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in ["", "ab-12", "00000000000000ab", "00000000000000ab-", "00000000000000zz-1"] {
            assert!(wrong.parse::<SlotId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_slot_frees_at_its_moment_and_not_before() {
        let mut slots = Slots::default();
        slots.hold(slot(1), at(60));
        slots.expire(at(59));
        assert_eq!((slots.held(), slots.next_free(1)), (1, Some(at(60))));
        slots.expire(at(60));
        assert_eq!((slots.held(), slots.next_free(1)), (0, None));
    }

    #[test]
    fn a_halved_limit_waits_for_as_many_as_are_over_it() {
        let mut slots = Slots::default();
        for number in 1..=4 {
            slots.hold(slot(number), at(number));
        }
        assert_eq!(slots.next_free(5), None);
        assert_eq!(slots.next_free(4), Some(at(1)));
        assert_eq!(slots.next_free(2), Some(at(3)));
    }

    #[test]
    fn the_held_ones_come_the_nearest_first() {
        let mut slots = Slots::default();
        slots.hold(slot(1), at(9));
        slots.hold(slot(2), at(3));
        assert_eq!(slots.iter().collect::<Vec<_>>(), [(slot(2), at(3)), (slot(1), at(9))]);
    }

    #[test]
    fn a_later_word_replaces_an_earlier_one() {
        let mut slots = Slots::default();
        slots.hold(slot(1), at(120));
        slots.hold(slot(1), at(60));
        assert_eq!((slots.held(), slots.next_free(1)), (1, Some(at(60))));
        slots.hold_at_most(slot(1), at(90));
        assert_eq!(slots.next_free(1), Some(at(60)), "another process can't push it back");
        slots.release(slot(1));
        assert_eq!(slots.held(), 0);
    }
}
