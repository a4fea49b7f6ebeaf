//! The client of one cluster: what it has, one request an object, all at once over the run's pool.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::access::{Access, NoAccess};
use super::answer::{Answered, Line};
use super::failure::{Host, Obstacle};
use super::pool::Pool;
use super::request::{Proposal, Question};
use super::room::Room;
use super::session::Session;
use crate::diag::codes;
use crate::live::{Absent, Answer, Apply, DryRun, Listing, Live, ObjectId, Resource, Unknown, Why};
use crate::tree::{Node, Source, SourceKind, json};

/// The client of one cluster. It cannot change anything there.
pub struct Client {
    pool: Arc<Pool>,
    session: Session,
    host: Arc<Host>,
    called: String,
    warnings: Vec<String>,
    /// Namespaces by whether they are there, for those that were asked for or whose objects were seen.
    namespaces: Mutex<BTreeMap<String, bool>>,
}

impl Client {
    /// Makes a client; no request is sent yet.
    pub fn new(access: Access, pool: Arc<Pool>) -> Result<Self, NoAccess> {
        let warnings = access.warnings().to_vec();
        let session = Session::new(access, Arc::clone(&pool))?;
        let host = Arc::clone(&session.line().host);
        Ok(Self { pool, session, called: host.called(), host, warnings, namespaces: Mutex::default() })
    }

    /// Returns what the invoker must be told on every run, such as that TLS is not verified.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Returns the server's host and port.
    pub fn host(&self) -> &str {
        &self.host.name
    }

    /// Asks questions at once, and makes each answer into what it is for as it comes. Where the login is refused and there is
    /// another, those are asked once more.
    fn ask<T>(
        &self,
        questions: &[Asked<'_>],
        room: &Arc<Room>,
        mut take: impl FnMut(usize, &Question, Result<Answered, Unknown>) -> T,
    ) -> Vec<T> {
        let mut answers: Vec<Option<T>> = questions.iter().map(|_| None).collect();
        let line = self.session.line();
        let mut refused = Vec::new();
        self.send(&line, questions, 0..questions.len(), room, |at, answered| match answered {
            Err(unknown) if unknown.why == Why::Unauthorized => refused.push((at, unknown)),
            answered => answers[at] = Some(take(at, &questions[at].0, answered)),
        });
        if !refused.is_empty() {
            if let Some(other) = self.session.other_than(&line) {
                let again: Vec<usize> = refused.drain(..).map(|(at, _)| at).collect();
                self.send(&other, questions, again, room, |at, answered| {
                    answers[at] = Some(take(at, &questions[at].0, answered));
                });
            }
            let failure = self.session.failure();
            for (at, mut unknown) in refused {
                if let Some(NoAccess { message, help }) = &failure {
                    unknown.help = format!("{message}; {help}");
                }
                answers[at] = Some(take(at, &questions[at].0, Err(unknown)));
            }
        }
        for (at, answer) in answers.iter_mut().enumerate().filter(|(_, answer)| answer.is_none()) {
            // The task panicked, which is a fault of what is linked here.
            let obstacle = Obstacle::new(Why::Malformed, "an internal error", "report what the cluster has there");
            let question = &questions[at].0;
            *answer = Some(take(at, question, Err(obstacle.unknown(question, &self.host, 1))));
        }
        answers.into_iter().flatten().collect()
    }

    /// Sends some of the questions, and hands over each answer with the place of its question.
    fn send(
        &self,
        line: &Line,
        questions: &[Asked<'_>],
        places: impl IntoIterator<Item = usize>,
        room: &Arc<Room>,
        mut take: impl FnMut(usize, Result<Answered, Unknown>),
    ) {
        let places: Vec<usize> = places.into_iter().collect();
        let tasks = places.iter().map(|at| {
            let (question, sent) = &questions[*at];
            let hide = &line.host.hide;
            let hide = sent.map_or_else(|| hide.clone(), |sent| hide.with_secrets_of(sent));
            line.clone().ask(question.clone(), hide, Arc::clone(room))
        });
        self.pool.each(tasks, |n, answered| take(places[n], answered));
    }

    /// Says that an answer is no object that was asked for.
    fn unknown(&self, question: &Question, why: Why, what: &str) -> Unknown {
        let help = "check `server` of the kubeconfig, and what stands before it: a console, a login page, a proxy";
        Obstacle::new(why, what, help).unknown(question, &self.host, 1)
    }

    /// Reads the body of an answer.
    fn parsed(&self, question: &Question, bytes: Vec<u8>, room: &Room) -> Result<Node, Unknown> {
        let text = String::from_utf8(bytes);
        let text = text.map_err(|_| self.unknown(question, Why::Malformed, "the answer is not UTF-8"))?;
        let tree = json::value(&Source::new(question.about(), text, SourceKind::User)).map_err(|fault| {
            if fault.code == &codes::TOO_LARGE {
                self.unknown(question, Why::TooLarge, "the answer has more values than are read")
            } else {
                self.unknown(question, Why::Malformed, "the answer is no JSON")
            }
        })?;
        if room.take_values(&tree) {
            Ok(tree)
        } else {
            Err(self.unknown(question, Why::TooLarge, "the answers together have more values than are kept"))
        }
    }

    /// Reads the body of an answer that is the object that was asked for.
    fn object(&self, question: &Question, bytes: Vec<u8>, room: &Room) -> Result<Node, Unknown> {
        let object = self.parsed(question, bytes, room)?;
        let text = |path: &[&str]| object.at(path).and_then(Node::as_str);
        let (resource, (namespace, name)) = (question.resource(), question.target());
        let is_it = text(&["kind"]) == Some(&*resource.kind)
            && text(&["apiVersion"]) == Some(&*resource.api_version())
            && text(&["metadata", "name"]) == name
            && text(&["metadata", "namespace"]).unwrap_or_default() == namespace;
        if is_it { Ok(object) } else { Err(self.unknown(question, Why::Malformed, "the answer is another object")) }
    }

    /// Tells of objects that are not there whether their namespaces are; each is asked for once.
    fn find_namespaces(&self, objects: &[ObjectId], answers: &mut [Answer<Node>]) {
        let mut known = self.namespaces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        for (object, answer) in objects.iter().zip(&*answers) {
            if is_namespace(&object.resource) {
                match answer {
                    Answer::There(_) => known.insert(object.name.clone(), true),
                    Answer::Absent(_) => known.insert(object.name.clone(), false),
                    Answer::Unknown(_) => None,
                };
            } else if matches!(answer, Answer::There(_)) {
                known.insert(object.namespace.clone(), true);
            } else if matches!(answer, Answer::Absent(Absent::Object)) && !object.namespace.is_empty() {
                wanted.insert(&object.namespace);
            }
        }
        wanted.retain(|namespace| !known.contains_key(*namespace));
        let ids: Vec<ObjectId> = wanted.iter().map(|name| namespace(name)).collect();
        let questions: Vec<Asked<'_>> = ids.iter().map(|id| (Question::Get(id.clone()), None)).collect();
        let found = self.ask(&questions, &Arc::default(), |_, _, answered| match answered {
            Ok(Answered::Body(..)) => Some(true),
            Ok(Answered::Absent(_)) => Some(false),
            Ok(Answered::Expired) | Err(_) => None,
        });
        for (id, is_there) in ids.into_iter().zip(found) {
            // Who may not look at namespaces is told of the object alone, which is sure.
            known.insert(id.name, is_there.unwrap_or(true));
        }
        for (object, answer) in objects.iter().zip(answers) {
            if matches!(answer, Answer::Absent(Absent::Object)) && known.get(&object.namespace) == Some(&false) {
                *answer = Answer::Absent(Absent::Namespace);
            }
        }
    }

    /// Takes one page of a list in; returns the word that goes on with it.
    fn take_page(
        &self,
        question: &Question,
        bytes: Vec<u8>,
        room: &Room,
        items: &mut Vec<Node>,
    ) -> Result<String, Unknown> {
        let page = self.parsed(question, bytes, room)?;
        let resource = question.resource();
        let is_list = page.get("kind").and_then(Node::as_str).is_some_and(|kind| kind.ends_with("List"));
        let listed = page.get("items").filter(|items| is_list && (items.is_null() || items.as_seq().is_some()));
        let Some(listed) = listed else {
            return Err(self.unknown(question, Why::Malformed, "the answer is no list"));
        };
        items.extend(listed.as_seq().into_iter().flatten().map(|item| resource.complete(item.clone())));
        let after = page.at(&["metadata", "continue"]).and_then(Node::as_str);
        Ok(after.unwrap_or_default().to_owned())
    }
}

impl Live for Client {
    fn called(&self) -> &str {
        &self.called
    }

    fn get(&self, objects: &[ObjectId]) -> Vec<Answer<Node>> {
        let questions: Vec<Asked<'_>> = objects.iter().map(|object| (Question::Get(object.clone()), None)).collect();
        let room = Arc::default();
        let mut answers = self.ask(&questions, &room, |_, question, answered| match answered {
            Ok(Answered::Body(bytes, _)) => answer(self.object(question, bytes, &room)),
            Ok(Answered::Absent(absent)) => Answer::Absent(absent),
            Ok(Answered::Expired) => Answer::Unknown(self.unknown(question, Why::Server, "the answer has expired")),
            Err(unknown) => Answer::Unknown(unknown),
        });
        self.find_namespaces(objects, &mut answers);
        answers
    }

    fn list(&self, listings: &[Listing]) -> Vec<Answer<Vec<Node>>> {
        let mut lists: Vec<List> = listings.iter().map(|_| List::default()).collect();
        let mut waiting: Vec<usize> = (0..listings.len()).collect();
        let room = Arc::default();
        while !waiting.is_empty() {
            let question = |at: &usize| Question::List(listings[*at].clone(), lists[*at].after.clone());
            let questions: Vec<Asked<'_>> = waiting.iter().map(|at| (question(at), None)).collect();
            let pages = self.ask(&questions, &room, |_, question, answered| (question.clone(), answered));
            let asked = std::mem::take(&mut waiting);
            for (at, (question, page)) in asked.into_iter().zip(pages) {
                if lists[at].take(self, &question, page, &room) {
                    waiting.push(at);
                }
            }
        }
        lists.into_iter().map(|list| list.ended.unwrap_or(Answer::There(list.items))).collect()
    }

    fn dry_run(&self, applies: &[Apply<'_>]) -> Option<Vec<Answer<DryRun>>> {
        let mut answers: Vec<Option<Answer<DryRun>>> = applies.iter().map(|_| None).collect();
        let mut asked = Vec::new();
        let mut questions = Vec::new();
        for (at, apply) in applies.iter().enumerate() {
            let question = Question::DryRun(Proposal {
                object: apply.object.clone(),
                json: apply.applied.to_json().to_string(),
                field_manager: apply.field_manager.clone(),
                force: apply.force,
            });
            if is_secret(&apply.object.resource) {
                // The audit log of a server may hold what is sent.
                let unsent = Obstacle::new(Why::NoDryRun, "a Secret is never sent", "it is compared here");
                answers[at] = Some(Answer::Unknown(unsent.unknown(&question, &self.host, 1)));
            } else {
                asked.push(at);
                questions.push((question, Some(apply.applied)));
            }
        }
        let room = Arc::default();
        let told = self.ask(&questions, &room, |_, question, answered| match answered {
            Ok(Answered::Body(bytes, warnings)) => {
                answer(self.object(question, bytes, &room).map(|object| DryRun { object, warnings }))
            }
            Ok(Answered::Absent(absent)) => Answer::Absent(absent),
            Ok(Answered::Expired) => Answer::Unknown(self.unknown(question, Why::Server, "the answer has expired")),
            Err(unknown) => Answer::Unknown(unknown),
        });
        for (at, told) in asked.into_iter().zip(told) {
            answers[at] = Some(told);
        }
        Some(answers.into_iter().flatten().collect())
    }
}

/// A question, and the object that is sent with it, of which no secret is ever shown.
type Asked<'a> = (Question, Option<&'a Node>);

/// A list that is read page by page.
#[derive(Default)]
struct List {
    items: Vec<Node>,
    after: String,
    has_begun_anew: bool,
    ended: Option<Answer<Vec<Node>>>,
}

impl List {
    /// Takes a page in; tells whether another must be asked for.
    fn take(&mut self, client: &Client, question: &Question, page: Result<Answered, Unknown>, room: &Room) -> bool {
        self.ended = Some(match page {
            Ok(Answered::Body(bytes, _)) => match client.take_page(question, bytes, room, &mut self.items) {
                Ok(after) if after.is_empty() => return false,
                Ok(after) => {
                    self.after = after;
                    return true;
                }
                Err(unknown) => Answer::Unknown(unknown),
            },
            Ok(Answered::Absent(absent)) => Answer::Absent(absent),
            Ok(Answered::Expired) if !self.has_begun_anew => {
                *self = Self { has_begun_anew: true, ..Self::default() };
                return true;
            }
            Ok(Answered::Expired) => {
                Answer::Unknown(client.unknown(question, Why::Server, "the list changes faster than it is read"))
            }
            Err(unknown) => Answer::Unknown(unknown),
        });
        false
    }
}

fn answer<T>(read: Result<T, Unknown>) -> Answer<T> {
    match read {
        Ok(there) => Answer::There(there),
        Err(unknown) => Answer::Unknown(unknown),
    }
}

fn is_namespace(resource: &Resource) -> bool {
    resource.group.is_empty() && resource.plural == "namespaces"
}

fn is_secret(resource: &Resource) -> bool {
    resource.group.is_empty() && resource.plural == "secrets"
}

fn namespace(name: &str) -> ObjectId {
    let resource = Resource {
        group: String::new(),
        version: "v1".into(),
        plural: "namespaces".into(),
        kind: "Namespace".into(),
        namespaced: false,
    };
    ObjectId { resource, namespace: String::new(), name: name.into() }
}
