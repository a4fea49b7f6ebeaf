//! Work on many things at once, whose answers come in the order of the things.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Maps things on all cores, keeping their order. Few are not worth a thread.
pub(in crate::cli) fn in_order<I: Sync, T: Send>(things: &[I], one: impl Fn(&I) -> T + Sync) -> Vec<T> {
    const FEW: usize = 4;
    let n_useful = things.len() / FEW;
    // Asked only where it matters: the answer is read from files of the system.
    let n_threads = if n_useful < 2 { 1 } else { thread::available_parallelism().map_or(1, usize::from).min(n_useful) };
    on_threads(n_threads, things, one)
}

/// Maps things that are waited for, each on a thread of its own up to a bound; how many requests are under way is bounded
/// elsewhere.
pub(in crate::cli) fn side_by_side<I: Sync, T: Send>(things: &[I], one: impl Fn(&I) -> T + Sync) -> Vec<T> {
    const MOST: usize = 16;
    on_threads(things.len().min(MOST), things, one)
}

fn on_threads<I: Sync, T: Send>(n_threads: usize, things: &[I], one: impl Fn(&I) -> T + Sync) -> Vec<T> {
    if n_threads < 2 {
        return things.iter().map(one).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, T)>> = Mutex::new(Vec::with_capacity(things.len()));
    thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                while let Some((at, thing)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, things.get(at)?)))
                {
                    let answer = one(thing);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, answer));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, answer)| answer).collect()
}
