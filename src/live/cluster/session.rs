//! A login to one server, and the way there: made anew where the login ends before the run does.
//!
//! Programs for credentials say how long theirs hold, and files with tokens are rewritten by somebody else. Either is asked
//! again when it has run out, and once where the server refuses it: never in a circle.
//!
//! Source: kubernetes/client-go `plugin/pkg/client/auth/exec/exec.go`, `transport/token_source.go`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::access::{Access, NoAccess};
use super::answer::{Health, Line};
use super::failure::Host;
use super::pool::Pool;

/// The shortest time between a renewal that was of no use and the next.
const PAUSE: Duration = Duration::from_secs(10);

/// The login to one server.
pub(super) struct Session {
    pool: Arc<Pool>,
    login: Mutex<Login>,
}

struct Login {
    access: Access,
    line: Line,
    /// Until when it is not made anew, since that was of no use the last time.
    rests: Option<Instant>,
    /// Why it could not be made anew.
    failed: Option<NoAccess>,
}

impl Session {
    /// Makes one; no request is sent yet.
    pub(super) fn new(access: Access, pool: Arc<Pool>) -> Result<Self, NoAccess> {
        let line = line(&access, &pool)?;
        let rests = access.is_over().then(in_a_while);
        Ok(Self { pool, login: Mutex::new(Login { access, line, rests, failed: None }) })
    }

    /// Returns the way to the server, by a login that has not run out as far as anybody knows.
    pub(super) fn line(&self) -> Line {
        let mut login = self.login();
        if login.access.is_over() && login.is_rested() {
            login.renew(&self.pool);
        }
        login.line.clone()
    }

    /// Returns the way by another login than one that the server refuses; none where there is no other.
    pub(super) fn other_than(&self, refused: &Line) -> Option<Line> {
        let mut login = self.login();
        // Somebody else may have been refused as well, and was quicker.
        if Arc::ptr_eq(&login.line.host, &refused.host) {
            if !login.is_rested() || !login.renew(&self.pool) {
                return None;
            }
            // Should the new one be refused as well, a third would be no better.
            login.rests = Some(in_a_while());
        }
        Some(login.line.clone())
    }

    /// Returns why the login could not be made anew, where it could not.
    pub(super) fn failure(&self) -> Option<NoAccess> {
        self.login().failed.clone()
    }

    fn login(&self) -> MutexGuard<'_, Login> {
        self.login.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Login {
    fn is_rested(&self) -> bool {
        self.rests.is_none_or(|until| until <= Instant::now())
    }

    /// Makes the login anew; tells whether there is a new one.
    fn renew(&mut self, pool: &Pool) -> bool {
        let Some(renewed) = self.access.renewed() else { return false };
        let made = renewed.and_then(|access| line(&access, pool).map(|line| (access, line)));
        match made {
            Ok((access, line)) => (self.access, self.line, self.failed) = (access, line, None),
            Err(why) => self.failed = Some(why),
        }
        self.rests = (self.failed.is_some() || self.access.is_over()).then(in_a_while);
        self.failed.is_none()
    }
}

fn in_a_while() -> Instant {
    Instant::now() + PAUSE
}

/// Makes the way to a server.
fn line(access: &Access, pool: &Pool) -> Result<Line, NoAccess> {
    let Access { mut config, host: name, context, proxy, hide, .. } = access.clone();
    let limits = pool.limits();
    config.connect_timeout = Some(limits.connect);
    let kube = pool.within(|| kube::Client::try_from(config)).map_err(|_| {
        // What is wrong says what it quotes: a key, a certificate.
        let message = format!("the login for {name} cannot be used: its certificate, key or token is malformed");
        NoAccess::new(message, "log in anew, or correct the user in the kubeconfig")
    })?;
    Ok(Line {
        kube,
        host: Arc::new(Host { name, proxy, context, hide }),
        limits,
        permits: pool.permits(),
        for_lists: pool.permits_for_lists(),
        deadline: pool.deadline(),
        health: Arc::new(Health::default()),
    })
}
