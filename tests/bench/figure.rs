//! A figure, its floor and its bar → a line of the table.

use std::{
    io::Write,
    time::{Duration, Instant},
};

/// What a figure must reach.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// Nothing is asked of it.
    None,
    /// No more than so many times its floor.
    Ratio(f64),
    /// No longer than this.
    Time(Duration),
    /// No longer than this beyond its floor.
    Beyond(Duration),
}

impl Bar {
    fn verdict(self, measured: Duration, floor: Duration) -> String {
        let (bar, met) = match self {
            Self::None => return String::new(),
            Self::Ratio(most) => (format!("within {most}"), ratio(measured, floor) <= most),
            Self::Time(most) => (format!("under {}", span(most)), measured <= most),
            Self::Beyond(most) => (format!("under {} beyond it", span(most)), measured <= floor + most),
        };
        format!("{bar}: {}", if met { "met" } else { "MISSED" })
    }
}

/// The table, written as it grows.
pub(crate) struct Table(std::io::Stdout);

impl Table {
    /// A table that has its head.
    pub(crate) fn new() -> Self {
        let mut table = Self(std::io::stdout());
        table.line("what", "measured", "floor", "ratio", "the floor is; the bar is");
        table
    }

    /// A figure beside its floor, and what that floor is.
    pub(crate) fn row(&mut self, what: &str, measured: Duration, floor: (Duration, &str), bar: Bar) {
        let (time, name) = floor;
        let verdict = bar.verdict(measured, time);
        let told = if verdict.is_empty() { name.to_owned() } else { format!("{name}; {verdict}") };
        self.line(what, &span(measured), &span(time), &format!("{:.2}", ratio(measured, time)), &told);
    }

    /// A sentence.
    pub(crate) fn note(&mut self, text: &str) {
        writeln!(self.0, "{text}").expect("stdout");
    }

    fn line(&mut self, what: &str, measured: &str, floor: &str, ratio: &str, told: &str) {
        let line = format!("{what:<46}{measured:>11}{floor:>11}{ratio:>8}  {told}");
        self.note(line.trim_end());
    }
}

/// The shortest of some tries.
pub(crate) fn best(tries: usize, measure: impl FnMut() -> Duration) -> Duration {
    std::iter::repeat_with(measure).take(tries).min().unwrap_or_default()
}

/// How long something takes.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    let made = work();
    let taken = started.elapsed();
    drop(made);
    taken
}

fn ratio(measured: Duration, floor: Duration) -> f64 {
    measured.as_secs_f64() / floor.as_secs_f64()
}

fn span(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1e3;
    if ms < 10_000.0 { format!("{ms:.1} ms") } else { format!("{:.1} s", ms / 1e3) }
}
