//! A question -> what the server answers to it, asked again where that may help; always within the time of the run.
//!
//! Bytes come in bounded. What an answer's object means is not looked at here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Response};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::failure::{self, Host, Obstacle};
use super::hide::Hide;
use super::pool::Limits;
use super::refusal::{self, Refusal};
use super::request::Question;
use super::room::{self, Room};
use super::warning::warnings;
use crate::live::{Absent, Unknown, Why};

/// The most bytes that are read of one answer.
pub(super) const MOST_BYTES: usize = 64 << 20;

/// A whole answer.
#[derive(Debug)]
pub(super) enum Answered {
    /// An object or a list, in JSON, and what the server warns of.
    Body(Vec<u8>, Vec<String>),
    /// What was asked for is not there.
    Absent(Absent),
    /// A list has to begin anew.
    Expired,
}

/// The way to one server.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) kube: kube::Client,
    pub(super) host: Arc<Host>,
    pub(super) limits: Limits,
    pub(super) permits: Arc<Semaphore>,
    pub(super) for_lists: Arc<Semaphore>,
    pub(super) deadline: Instant,
    pub(super) health: Arc<Health>,
}

/// What is known of the server: one that cannot be reached is not tried anew for every object.
#[derive(Default)]
pub(super) struct Health {
    has_answered: AtomicBool,
    down: Mutex<Option<Obstacle>>,
}

impl Health {
    fn down(&self) -> Option<Obstacle> {
        if self.has_answered.load(Ordering::Relaxed) {
            return None;
        }
        self.down.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, obstacle: &Obstacle) {
        if obstacle.why.is_of_the_host() {
            self.down.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| obstacle.clone());
        } else if !matches!(obstacle.why, Why::TimedOut | Why::Closed) {
            self.has_answered.store(true, Ordering::Relaxed);
        }
    }
}

impl Line {
    /// Asks a question until it is answered, or no answer is to be had. `hide` is never shown;
    /// what is kept of the answer takes room.
    pub(super) async fn ask(self, question: Question, hide: Hide, room: Arc<Room>) -> Result<Answered, Unknown> {
        let mut n_tries = 0;
        loop {
            n_tries += 1;
            let over = || failure::run_is_over(self.limits.overall);
            let tried = timeout_at(self.deadline, self.try_once(&question, &hide, &room)).await;
            let obstacle = match tried {
                Ok(Ok(answered)) => {
                    self.health.has_answered.store(true, Ordering::Relaxed);
                    return Ok(answered);
                }
                Ok(Err(obstacle)) => obstacle,
                Err(_) => over(),
            };
            self.health.note(&obstacle);
            let left = self.deadline.saturating_duration_since(Instant::now());
            match obstacle.wait(n_tries) {
                Some(wait) if wait < left => sleep(wait).await,
                _ => return Err(obstacle.unknown(&question, &self.host, n_tries)),
            }
        }
    }

    async fn try_once(&self, question: &Question, hide: &Hide, room: &Room) -> Result<Answered, Obstacle> {
        let Some(request) = question.request() else {
            let help = "correct the name: it has a character that no name on a cluster has";
            return Err(Obstacle::new(Why::Invalid, "no object can have that name", help));
        };
        let stopped = |_| Obstacle::new(Why::Interrupted, "the run was told to stop", "ask again");
        let _list = match question {
            Question::List(..) => Some(self.for_lists.acquire().await.map_err(stopped)?),
            Question::Get(_) | Question::DryRun(_) => None,
        };
        let _permit = self.permits.acquire().await.map_err(stopped)?;
        if let Some(down) = self.health.down() {
            return Err(down);
        }
        let patience = self.limits.request;
        let sent = timeout(patience, self.kube.send(request)).await.map_err(|_| failure::too_slow(patience))?;
        let response = sent.map_err(|error| failure::of(&error, &self.host, self.limits.connect))?;
        let (head, body) = response.into_parts();
        let bytes = self.read(&head.headers, body, patience, room).await?;
        let code = head.status.as_u16();
        if matches!(code, 200 | 201) {
            return Ok(Answered::Body(bytes, warnings(&head.headers, hide)));
        }
        room.give_back(bytes.len());
        match refusal::read(question, code, &head.headers, &bytes, &self.host, hide) {
            Refusal::Absent(absent) => Ok(Answered::Absent(absent)),
            Refusal::Expired => Ok(Answered::Expired),
            Refusal::Obstacle(obstacle) => Err(obstacle),
        }
    }

    /// Reads a body to its end, each part in time and no more of it than allowed.
    async fn read(
        &self,
        headers: &HeaderMap,
        body: Body,
        patience: Duration,
        room: &Room,
    ) -> Result<Vec<u8>, Obstacle> {
        let said =
            headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        if said.is_some_and(|said| said > MOST_BYTES) {
            return Err(failure::too_large(MOST_BYTES));
        }
        let mut bytes = Vec::new();
        let read = self.read_into(&mut bytes, body, patience, room).await;
        read.inspect_err(|_| room.give_back(bytes.len()))?;
        Ok(bytes)
    }

    async fn read_into(
        &self,
        bytes: &mut Vec<u8>,
        body: Body,
        patience: Duration,
        room: &Room,
    ) -> Result<(), Obstacle> {
        let mut body = Response::new(body).into_body();
        loop {
            let frame = timeout(patience, body.frame()).await.map_err(|_| failure::too_slow(patience))?;
            match frame {
                None => return Ok(()),
                Some(Err(error)) => return Err(failure::of(&error, &self.host, self.limits.connect)),
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    if bytes.len() + data.len() > MOST_BYTES {
                        return Err(failure::too_large(MOST_BYTES));
                    }
                    if !room.take_bytes(data.len()) {
                        room.give_back(data.len());
                        return Err(failure::too_large_together(room::MOST_BYTES));
                    }
                    bytes.extend_from_slice(&data);
                }
            }
        }
    }
}
