//! One write that must not be cut short → its result, whoever presses Ctrl-C meanwhile.

use super::{Exit, session::interruption};
use crate::render::Ui;

/// Lets a write come to its end and be recorded; only a second interruption ends the process at once.
pub(super) async fn to_its_end<T>(work: impl Future<Output = T>, ui: &Ui) -> T {
    tokio::pin!(work);
    let mut interrupted = false;
    loop {
        tokio::select! {
            result = &mut work => return result,
            signal = interruption() => {
                tracing::info!(signal, "interrupted");
                if interrupted {
                    // Somebody means it. The audit tells what was begun.
                    std::process::exit(Exit::Interrupted.code().into());
                }
                interrupted = true;
                ui.note("interrupted: what is under way is finished and recorded first (once more: stop at once)");
            }
        }
    }
}
