//! Which clusters a run may ask, and as whom: the arguments that `diff`, `status` and `import` share.
//!
//! Finds kubeconfigs, decides about contexts, and makes one client for each that is used. A kubeconfig can name programs to
//! run, so that one within a repository is refused; a spec can name a context, which the invoker has to allow.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use super::failure::Refusal;
use super::outside::{self, shown};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::live::cluster::{Access, As, Client, Kubeconfigs, Limits, NoAccess, Pool, Proxies, Terms};
use crate::shell;
use crate::tree::{Node, Place};
use crate::world::fs::variable;

/// What a kubeconfig is in messages.
const KUBECONFIG: outside::Kind = outside::Kind {
    noun: "the kubeconfig",
    within: "the repository that it would be used for",
    help: "keep it outside of every repository: whoever may write to one could have programs run here by it",
    limit: 4 << 20,
};

/// How clusters are reached, and which.
#[derive(Args, Clone, Debug)]
pub struct ClusterArgs {
    /// Reach clusters by this kubeconfig, a file outside of the repository
    ///
    /// Without it those that the variable `KUBECONFIG` names, else `~/.kube/config`, else the service account of the pod
    #[arg(long, value_name = "FILE", help_heading = "Cluster")]
    pub kubeconfig: Option<PathBuf>,

    /// Ask the cluster of this context of the kubeconfig
    ///
    /// Without it the context that the spec names in `spec.live.context`, if `--allow-context` allows it, else the current
    /// one. Several specs cannot share one
    #[arg(long, value_name = "NAME", help_heading = "Cluster")]
    pub context: Option<String>,

    /// Let specs name contexts that are called so; a `*` at its end stands for anything
    ///
    /// May be given several times
    #[arg(long, value_name = "PATTERN", help_heading = "Cluster")]
    pub allow_context: Vec<ContextPattern>,

    /// Act as this user
    #[arg(long = "as", value_name = "USER", help_heading = "Cluster")]
    pub act_as: Option<String>,

    /// Act as a member of this group
    ///
    /// May be given several times
    #[arg(long, value_name = "GROUP", requires = "act_as", help_heading = "Cluster")]
    pub as_group: Vec<String>,

    /// Ask servers whose certificates cannot be verified
    ///
    /// Whoever answers then sees the login. A kubeconfig that says so itself is refused without this
    #[arg(long, help_heading = "Cluster")]
    pub insecure_skip_tls_verify: bool,

    /// Wait no longer than this for a connection, such as 5s
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = span, help_heading = "Cluster")]
    pub connect_timeout: Duration,

    /// Wait no longer than this for an answer, or for the next part of one
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = span, help_heading = "Cluster")]
    pub request_timeout: Duration,

    /// Ask no longer than this in the whole run; what was not answered by then is said
    #[arg(long, value_name = "TIME", default_value = "2m", value_parser = span, help_heading = "Cluster")]
    pub timeout: Duration,

    /// Send no more than this many requests at once, over all clusters
    #[arg(
        long,
        value_name = "COUNT",
        default_value = "16",
        value_parser = clap::value_parser!(u16).range(1..=256),
        help_heading = "Cluster"
    )]
    pub concurrency: u16,
}

/// The name of a context, or what names begin with where it ends in `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextPattern(String);

impl FromStr for ContextPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.strip_suffix('*').unwrap_or(text);
        if text.is_empty() || name.contains('*') {
            return Err("a pattern is the name of a context, and may end in `*`".into());
        }
        Ok(Self(text.into()))
    }
}

impl ContextPattern {
    fn allows(&self, context: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => context.starts_with(start),
            None => context == self.0,
        }
    }
}

/// The clusters that a run may ask.
pub(super) struct Clusters {
    args: ClusterArgs,
    /// None in a pod without a kubeconfig.
    kubeconfigs: Option<Kubeconfigs>,
    terms: Terms,
    pool: Arc<Pool>,
    clients: Mutex<BTreeMap<Option<String>, Slot>>,
    wanted: Wanted,
}

/// Which contexts the specs of a run name.
#[derive(Default)]
struct Wanted {
    n_specs: usize,
    /// Those that the invoker does not allow, each once.
    not_allowed: Vec<String>,
    /// Where the first spec is named that names none.
    first_without: Option<Place>,
}

/// A client that is made once, by whoever comes first.
type Slot = Arc<OnceLock<Result<Arc<Client>, NoAccess>>>;

impl ClusterArgs {
    /// Reads the kubeconfigs, which must be in none of the repositories `around`. Nothing is sent and no program is run yet;
    /// the time of the run begins.
    pub(super) fn open<P: AsRef<Path>>(&self, around: &[P]) -> Result<Clusters> {
        let kubeconfigs = self.kubeconfigs(around)?;
        let limits = Limits {
            connect: self.connect_timeout,
            request: self.request_timeout,
            overall: self.timeout,
            in_flight: self.concurrency.into(),
        };
        let terms = Terms {
            proxies: Proxies::of(|name| variable(name)?.into_string().ok()),
            act_as: As { user: self.act_as.clone(), groups: self.as_group.clone() },
            insecure: self.insecure_skip_tls_verify,
            patience: self.request_timeout.min(self.timeout),
        };
        let pool = Arc::new(Pool::start(limits).context("cannot start the thread that sends requests")?);
        Ok(Clusters {
            args: self.clone(),
            kubeconfigs,
            terms,
            pool,
            clients: Mutex::default(),
            wanted: Wanted::default(),
        })
    }

    /// Reads the kubeconfigs; none where there are none and nobody names any.
    fn kubeconfigs<P: AsRef<Path>>(&self, around: &[P]) -> Result<Option<Kubeconfigs>> {
        let read = |path: &Path| -> Result<(PathBuf, String)> {
            let bytes = outside::read(KUBECONFIG, path, around)?;
            let text = String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("it is not UTF-8"));
            let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            Ok((full, text.with_context(|| outside::cannot_read(KUBECONFIG, path))?))
        };
        let is_there = |path: &Path| path.symlink_metadata().is_ok();
        let files = if let Some(path) = &self.kubeconfig {
            vec![read(path)?]
        } else if let Some(list) = variable("KUBECONFIG").filter(|list| !list.is_empty()) {
            // As kubectl has it, those of a list that are not there are passed over.
            let paths: Vec<PathBuf> =
                std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect();
            let there: Vec<&PathBuf> = paths.iter().filter(|path| is_there(path)).collect();
            if there.is_empty() {
                let named = paths.iter().map(|path| quoted(&shown(path))).collect::<Vec<_>>().join(", ");
                let help = "correct the variable, or log in with `oc login`, which writes the file";
                return Err(Refusal::new(format!("`KUBECONFIG` names {named}, which is not there"), help).into());
            }
            there.into_iter().map(|path| read(path)).collect::<Result<_>>()?
        } else {
            let home = variable("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
            match home.map(|home| home.join(".kube/config")).filter(|path| is_there(path)) {
                Some(path) => vec![read(&path)?],
                None => return Ok(None),
            }
        };
        Ok(Some(Kubeconfigs::read(&files).map_err(refused)?))
    }
}

impl Clusters {
    /// Returns the client of the cluster that nobody but the invoker names.
    pub(super) fn client(&self) -> Result<Arc<Client>> {
        self.client_of(self.args.context.as_deref())
    }

    /// Takes in the specs of the run: of each the text that names its context, and where it is named. Refuses one context for
    /// several of them, which cannot be one cluster.
    pub(super) fn expect<'s>(&mut self, specs: impl IntoIterator<Item = (Option<&'s Node>, &'s Place)>) -> Result<()> {
        let mut wanted = Wanted::default();
        for (context, name) in specs {
            wanted.n_specs += 1;
            match context.and_then(Node::as_str) {
                Some(context) if self.allows(context) || wanted.not_allowed.iter().any(|one| one == context) => {}
                Some(context) => wanted.not_allowed.push(context.to_owned()),
                None => wanted.first_without = wanted.first_without.or_else(|| Some(name.clone())),
            }
        }
        let n_specs = wanted.n_specs;
        self.wanted = wanted;
        let Some(typed) = self.args.context.as_deref().filter(|_| n_specs > 1) else { return Ok(()) };
        let message = format!("{n_specs} specs cannot all be the cluster of context {}", quoted(typed));
        let help = "name the context of each in its spec as `spec.live.context`, and allow them by `--allow-context`; or give one spec";
        Err(Refusal::new(message, help).into())
    }

    fn allows(&self, context: &str) -> bool {
        self.args.allow_context.iter().any(|pattern| pattern.allows(context))
    }

    /// Returns what the invoker must be told of the clusters that were used, such as that TLS is not verified.
    pub(super) fn warnings(&self) -> Vec<String> {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let made = clients.values().filter_map(|slot| slot.get()?.as_ref().ok());
        let all: BTreeSet<&String> = made.flat_map(|client| client.warnings()).collect();
        all.into_iter().cloned().collect()
    }

    /// Returns the client of a spec's cluster, one of those that were expected; none where a finding says why its context is not
    /// used. `named` is the text that names its context, if there is one, and `name` where the spec is named.
    pub(super) fn client_for(
        &self,
        named: Option<&Node>,
        name: &Place,
        findings: &mut Findings,
    ) -> Result<Option<Arc<Client>>> {
        match self.context_of(named, name, findings) {
            Chosen::Context(context) => self.client_of(context.as_deref()).map(Some),
            Chosen::None => Ok(None),
        }
    }

    /// Decides which context is a spec's.
    fn context_of(&self, named: Option<&Node>, name: &Place, findings: &mut Findings) -> Chosen {
        let named = named.and_then(|node| Some((node, node.as_str()?)));
        let typed = self.args.context.as_deref();
        let n_specs = self.wanted.n_specs;
        match (typed, named) {
            (Some(typed), Some((node, context))) if typed != context => {
                let message = format!("the spec names the context {}, and {} is asked", quoted(context), quoted(typed));
                let finding = Diagnostic::warning(&codes::OTHER_CONTEXT, node.place(), message);
                findings.push(finding.help("see that it is the same cluster, or leave `--context` out"));
                Chosen::Context(Some(typed.into()))
            }
            (Some(typed), _) => Chosen::Context(Some(typed.into())),
            (None, Some((_, context))) if self.allows(context) => Chosen::Context(Some(context.into())),
            (None, Some((node, context))) => {
                let message = format!("the context {} is not allowed to specs", quoted(context));
                let finding = Diagnostic::error(&codes::CONTEXT_NOT_ALLOWED, node.place(), message);
                // What to type is the same for all of them.
                let is_first = self.wanted.not_allowed.first().is_none_or(|first| first == context);
                findings.push(if is_first { finding.help(self.allow_help()) } else { finding });
                Chosen::None
            }
            (None, None) if n_specs > 1 => {
                let message =
                    format!("it is not said which context of the kubeconfig is this cluster, one of {n_specs}");
                let finding = Diagnostic::error(&codes::CONTEXT_NOT_SAID, name, message);
                let is_first = self.wanted.first_without.as_ref() == Some(name);
                let help = "write its name as `spec.live.context`, and allow it with `--allow-context`";
                findings.push(if is_first { finding.help(help) } else { finding });
                Chosen::None
            }
            (None, None) => Chosen::Context(None),
        }
    }

    /// Says what to type so that the contexts are allowed which specs name, and are not.
    fn allow_help(&self) -> String {
        let all = &self.wanted.not_allowed;
        let words: Vec<String> = all.iter().filter_map(|name| shell::word(name)).collect();
        match (&*words, all.len()) {
            ([], _) => "give it a name of letters and digits".into(),
            ([word], 1) => {
                format!("allow it with `--allow-context {word}`, or name it yourself with `--context {word}`")
            }
            _ => format!(
                "allow the {} contexts that specs name with `--allow-context {}`; a `*` at the end of a name stands for anything",
                words.len(),
                words.join(" --allow-context ")
            ),
        }
    }

    /// Returns the client of a context, or of the current one. It is made once.
    fn client_of(&self, context: Option<&str>) -> Result<Arc<Client>> {
        // The current context by its name is the same cluster.
        let name = context.or_else(|| self.kubeconfigs.as_ref()?.current()).map(str::to_owned);
        let slot = {
            let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(clients.entry(name.clone()).or_default())
        };
        let client = slot.get_or_init(|| {
            let access = match &self.kubeconfigs {
                Some(kubeconfigs) => kubeconfigs.access(name.as_deref(), &self.terms)?,
                None if context.is_some() => {
                    let help = "log in with `oc login`, or name a kubeconfig with `--kubeconfig` or `KUBECONFIG`";
                    return Err(NoAccess::new("a context was named, and there is no kubeconfig", help));
                }
                None => Access::in_cluster(&self.terms)?,
            };
            Client::new(access, Arc::clone(&self.pool)).map(Arc::new)
        });
        client.clone().map_err(refused)
    }
}

/// Which context is asked, if any.
enum Chosen {
    /// This one; none for the current one.
    Context(Option<String>),
    /// A finding says why not.
    None,
}

fn refused(why: NoAccess) -> anyhow::Error {
    Refusal::new(why.message, why.help).into()
}

/// Reads a time, such as `30s`, `500ms`, `2m` or `1h`; a number alone is one of seconds.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(24 * 3600);
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit {
        "ms" => 1,
        "" | "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("expected a time, such as 30s, 500ms or 2m".into()),
    };
    let number: u64 = number.parse().map_err(|_| "expected a time, such as 30s, 500ms or 2m".to_owned())?;
    let span = Duration::from_millis(number.saturating_mul(factor));
    if span.is_zero() || span > MOST {
        return Err("expected a time of more than nothing and at most 24h".into());
    }
    Ok(span)
}
