//! What all requests of a run share: one thread that drives them, a bound on how many are in flight, and a deadline.
//!
//! Callers are synchronous and may be many; each waits for its own answers.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::Instant;

/// What bounds the requests of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long making a connection may take, with its TLS.
    pub connect: Duration,
    /// How long an answer, or the next part of one, may take.
    pub request: Duration,
    /// How long the whole run may ask.
    pub overall: Duration,
    /// How many requests are in flight at once, over all clusters.
    pub in_flight: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(30),
            overall: Duration::from_secs(120),
            in_flight: 16,
        }
    }
}

/// The thread that drives requests, and what bounds them.
#[derive(Debug)]
pub struct Pool {
    limits: Limits,
    handle: Handle,
    permits: Arc<Semaphore>,
    for_lists: Arc<Semaphore>,
    deadline: Instant,
    /// Dropped with the pool, which ends the thread.
    _stop: oneshot::Sender<()>,
}

impl Pool {
    /// Starts the thread; the time of the whole run begins here.
    pub fn start(limits: Limits) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        thread::Builder::new().name("requests".into()).spawn(move || {
            let _dropped_with_the_pool = runtime.block_on(stopped);
            // A look-up of a name may still hang in the system; nobody waits for it.
            runtime.shutdown_background();
        })?;
        let permits = Arc::new(Semaphore::new(limits.in_flight.max(1)));
        let for_lists = Arc::new(Semaphore::new(n_lists(limits.in_flight)));
        Ok(Self { limits, handle, permits, for_lists, deadline: Instant::now() + limits.overall, _stop: stop })
    }

    /// Returns what bounds the requests.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns when the run ends, whatever was answered until then.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Returns what a request needs in order to be sent.
    pub(super) fn permits(&self) -> Arc<Semaphore> {
        Arc::clone(&self.permits)
    }

    /// Returns what a list needs beside it.
    pub(super) fn permits_for_lists(&self) -> Arc<Semaphore> {
        Arc::clone(&self.for_lists)
    }

    /// Does something where tasks can be started.
    pub(super) fn within<T>(&self, make: impl FnOnce() -> T) -> T {
        let _entered = self.handle.enter();
        make()
    }

    /// Runs tasks, and hands each result over as it comes, with the place of its task. A task that panics gives none.
    pub(super) fn each<F>(&self, tasks: impl IntoIterator<Item = F>, mut take: impl FnMut(usize, F::Output))
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let (done, results) = mpsc::channel();
        for (at, task) in tasks.into_iter().enumerate() {
            let done = done.clone();
            self.handle.spawn(async move {
                // Whoever asked has gone; there is nobody to tell.
                let _unheard = done.send((at, task.await));
            });
        }
        drop(done);
        for (at, result) in results {
            take(at, result);
        }
    }
}

/// Returns how many of the requests in flight may be lists. Nothing waits for a list, while a dry-run waits for its object:
/// with room left for objects, a cluster's lists are answered beside them and not before them.
fn n_lists(in_flight: usize) -> usize {
    (in_flight * 5 / 8).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_with_the_place_of_their_task_and_a_panic_stops_no_other() {
        let pool = Pool::start(Limits::default()).unwrap();
        let mut seen = Vec::new();
        let tasks = [30, 0, 10].map(|wait| async move {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            assert!(wait != 0, "a task that panics");
            wait
        });
        pool.each(tasks, |at, wait| seen.push((at, wait)));
        assert_eq!(seen, [(2, 10), (0, 30)]);
    }

    #[test]
    fn many_threads_share_one_pool() {
        let pool = Pool::start(Limits { in_flight: 2, ..Limits::default() }).unwrap();
        let total = std::sync::atomic::AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let count = |_, n| {
                        total.fetch_add(n, std::sync::atomic::Ordering::Relaxed);
                    };
                    pool.each((0..50).map(|_| async { 1 }), count);
                });
            }
        });
        assert_eq!(total.into_inner(), 200);
    }
}
