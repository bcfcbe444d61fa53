//! Many tasks → few writes: what waits is appended at once, and each is answered when it is on the disk.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use tokio::sync::oneshot;

use super::Error;

/// At most so many entries go into one write, so that the first of them does not wait for ever.
const MOST: usize = 1024;

/// What entries are written to.
pub(super) trait Sink: Send + 'static {
    /// What is appended.
    type Entry: Send + 'static;

    /// The file, for errors.
    fn path(&self) -> &Path;

    /// Appends all of `batch`, in order, and returns when it is durable. On an error none of it counts.
    fn append(&mut self, batch: Vec<Self::Entry>) -> Result<(), Error>;
}

type Answer = oneshot::Sender<Result<(), Error>>;

/// A thread that owns a sink. Dropped, it writes what waits and ends.
#[derive(Debug)]
pub(super) struct GroupCommit<E> {
    path: PathBuf,
    queue: Sender<(E, Answer)>,
}

impl<E: Send + 'static> GroupCommit<E> {
    /// Starts the thread.
    pub(super) fn start<S: Sink<Entry = E>>(mut sink: S) -> Result<Self, Error> {
        let path = sink.path().to_owned();
        let (queue, waiting) = channel();
        thread::Builder::new()
            .name("state-writer".to_owned())
            .spawn(move || {
                while let Some((batch, answers)) = next_batch(&waiting) {
                    let result = sink.append(batch);
                    for answer in answers {
                        // Who gave up waiting needs no answer.
                        let _ = answer.send(result.clone());
                    }
                }
            })
            .map_err(|error| Error::io("start the writer of", &path, error))?;
        Ok(Self { path, queue })
    }

    /// Appends one entry and returns when it is durable.
    pub(super) async fn append(&self, entry: E) -> Result<(), Error> {
        let gone = || Error::WriterGone { path: self.path.clone() };
        let (answer, answered) = oneshot::channel();
        self.queue.send((entry, answer)).map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

/// Waits for one entry and takes along all that came meanwhile; none when nobody can send any more.
fn next_batch<E>(waiting: &Receiver<(E, Answer)>) -> Option<(Vec<E>, Vec<Answer>)> {
    let first = waiting.recv().ok()?;
    Some(std::iter::once(first).chain(waiting.try_iter().take(MOST - 1)).unzip())
}

#[cfg(test)]
mod tests {
    use std::{
        future::Future,
        sync::{Arc, Mutex, mpsc},
        task::{Context, Waker},
    };

    use futures_util::future::join_all;

    use super::*;

    type Batches = Arc<Mutex<Vec<Vec<u32>>>>;

    /// An entry that cannot be written, and one that kills the writer.
    const FAILS: u32 = 1_001;
    const KILLS: u32 = 1_002;

    /// Waits for a sign before each write and notes what was in it.
    struct Slow {
        signs: Receiver<()>,
        batches: Batches,
    }

    impl Sink for Slow {
        type Entry = u32;

        fn path(&self) -> &Path {
            Path::new("slow")
        }

        fn append(&mut self, batch: Vec<u32>) -> Result<(), Error> {
            self.signs.recv().unwrap();
            assert!(!batch.contains(&KILLS), "killed, as asked");
            let fails = batch.contains(&FAILS);
            self.batches.lock().unwrap().push(batch);
            if fails { Err(Error::WriterGone { path: "slow".into() }) } else { Ok(()) }
        }
    }

    fn slow() -> (GroupCommit<u32>, mpsc::Sender<()>, Batches) {
        let (sign, signs) = channel();
        let batches = Arc::new(Mutex::new(Vec::new()));
        (GroupCommit::start(Slow { signs, batches: batches.clone() }).unwrap(), sign, batches)
    }

    #[tokio::test]
    async fn what_waits_meanwhile_is_written_at_once_and_in_order() {
        let (commit, sign, batches) = slow();
        let all = join_all((0..256).map(|entry| commit.append(entry)));
        let signs = async {
            // By now every entry is in the queue: join_all has asked each of them once.
            for _ in 0..256 {
                sign.send(()).unwrap();
            }
        };
        let (results, ()) = tokio::join!(all, signs);
        assert!(results.iter().all(Result::is_ok));
        let batches = batches.lock().unwrap();
        assert!(batches.len() <= 2, "{} writes", batches.len());
        assert_eq!(batches.concat(), (0..256).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn nobody_is_answered_before_the_write() {
        let (commit, sign, batches) = slow();
        let mut waiting = std::pin::pin!(commit.append(1));
        let mut context = Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        assert!(batches.lock().unwrap().is_empty());
        sign.send(()).unwrap();
        waiting.await.unwrap();
        assert_eq!(*batches.lock().unwrap(), [[1]]);
    }

    #[tokio::test]
    async fn a_failed_write_fails_all_in_it_and_only_them() {
        let (commit, sign, _) = slow();
        sign.send(()).unwrap();
        sign.send(()).unwrap();
        assert!(commit.append(FAILS).await.is_err());
        assert!(commit.append(1).await.is_ok());
    }

    #[tokio::test]
    async fn a_dead_writer_is_an_error_not_a_hang() {
        let (commit, sign, _) = slow();
        sign.send(()).unwrap();
        assert_eq!(commit.append(KILLS).await.unwrap_err().code(), "state_writer_gone");
        assert_eq!(commit.append(1).await.unwrap_err().code(), "state_writer_gone");
    }

    #[test]
    fn no_write_takes_more_than_the_most_and_nothing_is_left_behind() {
        let (queue, waiting) = channel();
        for entry in 0..MOST + 2 {
            queue.send((entry, oneshot::channel().0)).unwrap();
        }
        drop(queue);
        let lengths = std::iter::from_fn(|| Some(next_batch(&waiting)?.0.len()));
        assert_eq!(lengths.collect::<Vec<_>>(), [MOST, 2]);
    }
}
