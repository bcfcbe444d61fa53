//! Progress of an apply: a bar on a terminal, plain lines elsewhere.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{Ui, quote::plain};
use crate::{
    api::Notice,
    apply::{Event, Outcome, Status},
};

/// How often a plain line says how far it is at most; but for the first one, which comes sooner.
const EVERY: Duration = Duration::from_secs(5);
const FIRST: Duration = Duration::from_secs(1);

/// Tells how an apply comes along.
pub struct Progress {
    ui: Ui,
    bar: Option<ProgressBar>,
    plain: Mutex<Plain>,
}

#[derive(Default)]
struct Plain {
    total: usize,
    ended: usize,
    failed: usize,
    started: Option<Instant>,
    told: Option<Instant>,
    /// Whether it was said how far it is.
    began_to_tell: bool,
    waits_until: Option<Instant>,
}

impl Progress {
    /// Progress on the messages' stream.
    pub fn new(ui: &Ui) -> Self {
        let bar = ui.may_move().then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()));
        if let Some(bar) = &bar {
            let template = "{bar:24} {pos}/{len} · {speed} · {eta} left{msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.with_key("speed", write_speed).progress_chars("=> "));
            }
            bar.enable_steady_tick(Duration::from_millis(250));
        }
        Self { ui: ui.clone(), bar, plain: Mutex::new(Plain::default()) }
    }

    /// Takes in what happens during the apply.
    pub fn event(&self, event: &Event<'_>) {
        self.ui.show_event(event);
        match event {
            Event::Started(total) => self.start(*total),
            Event::Begun(_) => {}
            Event::Ended(outcome) => self.end(outcome),
            Event::Proving => match &self.bar {
                Some(bar) => bar.set_message(" · reading everything again"),
                None => self.line("reading everything again to prove it"),
            },
        }
    }

    /// Takes in what the way to Descope says.
    pub fn notice(&self, notice: &Notice) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!(" · {notice}"));
        } else {
            self.ui.notice(notice);
            self.note_told();
        }
        if let (Notice::Waiting { resumes_in, .. }, Ok(mut plain)) = (notice, self.plain.lock()) {
            plain.waits_until = Some(Instant::now() + *resumes_in);
        }
    }

    /// Says how far it is, where nothing was said for a while: asked every second.
    pub fn tick(&self) {
        let Ok(mut plain) = self.plain.lock() else { return };
        let patience = if plain.began_to_tell { EVERY } else { FIRST };
        if self.bar.is_none() && plain.told.is_some_and(|told| told.elapsed() >= patience) {
            (plain.told, plain.began_to_tell) = (Some(Instant::now()), true);
            let text = plain.text();
            drop(plain);
            self.line(&text);
        }
    }

    fn note_told(&self) {
        if let Ok(mut plain) = self.plain.lock() {
            plain.told = plain.told.map(|_| Instant::now());
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Does something while the bar keeps still, such as asking a question.
    pub fn pause<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(work),
            None => work(),
        }
    }

    fn start(&self, total: usize) {
        if let Some(bar) = &self.bar {
            bar.set_length(total as u64);
        }
        if let Ok(mut plain) = self.plain.lock() {
            *plain = Plain {
                total,
                started: Some(Instant::now()),
                told: Some(Instant::now()),
                ..Plain::default()
            };
        }
    }

    fn end(&self, outcome: &Outcome) {
        let failed = matches!(outcome.status, Status::Failed | Status::Unknown);
        if failed {
            let why = outcome.fault.as_ref().map(|fault| plain(&fault.message)).unwrap_or_default();
            let mark = self.ui.err_styles().error.apply_to(format!("✗ {}", outcome.address));
            let line = format!("{mark} {}: {why}", outcome.status.word());
            if let Some(bar) = &self.bar {
                bar.println(line);
            } else {
                self.line(&line);
                self.note_told();
            }
        }
        let Ok(mut plain) = self.plain.lock() else { return };
        if let Some(bar) = &self.bar {
            // What was sent before a wait still comes in during it.
            if plain.waits_until.is_none_or(|until| Instant::now() >= until) {
                bar.set_message("");
            }
            bar.inc(1);
        }
        plain.ended += 1;
        plain.failed += usize::from(failed);
        if self.bar.is_none() && plain.told.is_none_or(|told| told.elapsed() >= EVERY) {
            plain.told = Some(Instant::now());
            let text = plain.text();
            drop(plain);
            self.line(&text);
        }
    }

    fn line(&self, text: &str) {
        if self.ui.tells_progress() {
            self.ui.note(text);
        }
    }
}

fn write_speed(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    // A bar without its speed is a bar all the same.
    let _ = write!(out, "{:.1}/s", state.per_sec());
}

impl Plain {
    /// How far it is, how fast, and how long it still takes.
    fn text(&self) -> String {
        if self.ended == 0 {
            return format!("0/{} done", self.total);
        }
        let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let seconds = self.started.map_or(0.0, |started| started.elapsed().as_secs_f64()).max(0.001);
        let rate = float(self.ended) / seconds;
        let left = float(self.total.saturating_sub(self.ended)) / rate.max(0.001);
        format!(
            "{}/{} done, {} failed, {rate:.1}/s, about {left:.0} s left",
            self.ended, self.total, self.failed
        )
    }
}
