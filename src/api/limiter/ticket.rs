//! A ticket → what came of it.

use std::{fmt, sync::Arc, time::Duration};

use super::{Limiter, window::Pass};
use crate::api::options::Notice;

/// Leave to send one request. Dropped without a word, its slot stays held until a window after the time-out: nobody
/// knows when the server counted it.
#[must_use]
pub(crate) struct Ticket {
    limiter: Arc<Limiter>,
    pass: Pass,
}

impl Ticket {
    pub(super) fn new(limiter: Arc<Limiter>, pass: Pass) -> Self {
        Self { limiter, pass }
    }

    /// An answer came that was not about the rate.
    pub(crate) fn welcomed(self) {
        self.limiter.update(self.pass.id, |window, now| {
            window.answered(self.pass, now);
            window.welcomed(self.pass);
        });
    }

    /// The connection ended without an answer.
    pub(crate) fn ended(self) {
        self.limiter.update(self.pass.id, |window, now| window.answered(self.pass, now));
    }

    /// No byte of the request left.
    pub(crate) fn unsent(self) {
        self.limiter.update(self.pass.id, |window, _| window.unsent(self.pass));
    }

    /// The service refused for the rate, and perhaps said for how long.
    pub(crate) fn refused(self, retry_after: Option<Duration>) {
        let slowed = self.limiter.update(self.pass.id, |window, now| {
            window.answered(self.pass, now);
            window.refused(self.pass, now, retry_after).then(|| window.rate())
        });
        if let Some(rate) = slowed {
            tracing::warn!(%rate, ?retry_after, "the service limits the rate; going on slower");
            (self.limiter.observer)(Notice::Slowed { rate });
        }
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ticket").field(&self.pass).finish()
    }
}
