//! Reads the bytes that a slot stands for and hands them out as base64: the one place where bytes leave [`SecretBytes`].
//!
//! A variable of the environment is read only where the invoker allows its name. What cannot be read is a finding at
//! the place that asked for it, and no message says anything about a value but that it is missing or too large.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::compose::docker_config;
use super::{Identities, PlainSource, SecretBytes, SecretSlot};
use crate::diag::visible::quoted;
use crate::diag::{Diagnostic, Findings, codes};
use crate::sops::SopsValue;
use crate::tree::Place;
use crate::tree::sensitive::is_env_name;
use crate::world::{ProjectPath, World};

/// The bytes that a secret's file may have: what the API server takes for a whole Secret.
const MAX_BYTES: u64 = 1 << 20;

/// The names of variables that secrets may be read from.
///
/// Each is a whole name, or what names begin with when it ends in `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedEnv(Vec<String>);

impl AllowedEnv {
    /// Allows what the patterns match; none allows nothing.
    pub fn new<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> Self {
        Self(patterns.into_iter().map(Into::into).collect())
    }

    /// Tells whether a variable may be read.
    pub fn allows(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == pattern,
        })
    }

    fn in_words(&self) -> String {
        let quoted: Vec<String> = self.0.iter().map(|pattern| quoted(pattern)).collect();
        if quoted.is_empty() { "none".into() } else { quoted.join(", ") }
    }
}

impl Default for AllowedEnv {
    fn default() -> Self {
        Self::new(["REGCFG_SECRET_*"])
    }
}

/// Returns the base64 of the bytes that a slot stands for, or none where a finding says why not.
pub fn fill(
    slot: &SecretSlot,
    world: &dyn World,
    allowed: &AllowedEnv,
    identities: &Identities,
    findings: &mut Findings,
) -> Option<Zeroizing<String>> {
    let bytes = read(slot, world, allowed, identities, findings)?;
    Some(Zeroizing::new(STANDARD.encode(bytes.expose())))
}

/// Returns the bytes that a slot stands for, or none where a finding says why not.
fn read(
    slot: &SecretSlot,
    world: &dyn World,
    allowed: &AllowedEnv,
    identities: &Identities,
    findings: &mut Findings,
) -> Option<SecretBytes> {
    let bytes = match slot.source() {
        PlainSource::Env(name) => from_env(name, slot.place(), world, allowed),
        PlainSource::File(path) => from_file(path, slot.place(), world),
        PlainSource::Sops(value) => from_sops(value, slot.place(), identities),
        PlainSource::DockerConfig(config) => {
            let mut read =
                |slot: &SecretSlot, findings: &mut Findings| read(slot, world, allowed, identities, findings);
            return docker_config(config, &mut read, findings);
        }
        PlainSource::Encrypted(_) => Err(Box::new(
            Diagnostic::error(&codes::SECRET_FILE, slot.place(), "cannot read a secret that is encrypted")
                .help("decrypt the file first; regcfg holds no keys"),
        )),
    };
    match bytes {
        Ok(bytes) => Some(bytes),
        Err(finding) => {
            // What is wrong with a whole file, or with identities, is said where the first value needs it.
            let is_said =
                |said: &Diagnostic| said.is_error() && said.code == finding.code && said.message == finding.message;
            if !is_of_file(slot) || !findings.iter().any(is_said) {
                findings.push(*finding);
            }
            None
        }
    }
}

fn from_env(
    name: &str,
    place: &Place,
    world: &dyn World,
    allowed: &AllowedEnv,
) -> Result<SecretBytes, Box<Diagnostic>> {
    let shown = quoted(name);
    if !allowed.allows(name) {
        // What is no name may be the secret itself, written where its variable's name belongs.
        let subject =
            if is_env_name(name) { format!("the variable {shown}") } else { "a variable of this name".into() };
        let message = format!("{subject} may not be read for a secret");
        let finding = Diagnostic::error(&codes::ENV_NOT_ALLOWED, place, message);
        let note = format!("allowed by who runs regcfg: {}", allowed.in_words());
        return Err(Box::new(
            finding.note(note).help("give the variable an allowed name, or allow it where regcfg is run"),
        ));
    }
    match world.env(name) {
        Some(bytes) if !bytes.is_empty() => Ok(bytes),
        found => {
            let state = if found.is_some() { "empty" } else { "not set" };
            let message = format!("the variable {shown}, which holds a secret, is {state}");
            let finding = Diagnostic::error(&codes::SECRET_NOT_SET, place, message);
            Err(Box::new(finding.help("set the variable in the environment that regcfg runs in")))
        }
    }
}

fn from_file(path: &ProjectPath, place: &Place, world: &dyn World) -> Result<SecretBytes, Box<Diagnostic>> {
    let why = match world.read(path, MAX_BYTES).map(SecretBytes::new) {
        Ok(bytes) if !bytes.is_empty() => return Ok(bytes),
        Ok(_) => "it is empty".to_owned(),
        Err(error) => error.to_string(),
    };
    let message = format!("cannot read a secret from {}: {why}", quoted(&world.display(path)));
    let finding = Diagnostic::error(&codes::SECRET_FILE, place, message);
    Err(Box::new(finding.help("write the secret, and nothing else, into that file, or name another one")))
}

/// Tells whether what is wrong with one value may be wrong with all of a file.
fn is_of_file(slot: &SecretSlot) -> bool {
    matches!(slot.source(), PlainSource::Sops(_))
}

fn from_sops(value: &SopsValue, place: &Place, identities: &Identities) -> Result<SecretBytes, Box<Diagnostic>> {
    let taken = identities.opened(&value.file, place, |values| {
        let bytes = values.get(value.leaf).map(SecretBytes::expose).unwrap_or_default();
        if value.is_base64 { STANDARD.decode(bytes).ok() } else { Some(bytes.to_vec()) }
    })?;
    match taken.map(SecretBytes::new) {
        Some(bytes) if !bytes.is_empty() => Ok(bytes),
        taken => {
            let state = if taken.is_some() { "empty" } else { "not the base64 that `data` of a Secret holds" };
            let message = format!("a value of {} is {state}", quoted(value.file.source().name()));
            let finding = Diagnostic::error(&codes::SOPS_VALUE_FORM, place, message);
            Err(Box::new(finding.help("correct the value with `sops edit`; `stringData` takes it without base64")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Source, SourceKind};
    use crate::world::MemWorld;

    const VALUE: &str = "hunter2-hunter2";

    fn slot(source: PlainSource) -> SecretSlot {
        let text = Source::new("spec.yaml", "key: {valueFrom: {env: X}}", SourceKind::User);
        SecretSlot::new(source, Place::new(&text, 18..24))
    }

    fn env(name: &str) -> SecretSlot {
        slot(PlainSource::Env(name.into()))
    }

    fn file(path: &str) -> SecretSlot {
        slot(PlainSource::File(ProjectPath::new(path).unwrap()))
    }

    fn world() -> MemWorld {
        let big = format!("{VALUE}{}", "x".repeat(1 << 20));
        let files = [("s/key", VALUE), ("s/empty", ""), ("s/big", &*big)];
        MemWorld::new(files)
            .with_env("REGCFG_SECRET_A", VALUE)
            .with_env("REGCFG_SECRET_EMPTY", "")
            .with_env("HOME", VALUE)
    }

    #[track_caller]
    fn check(slot: &SecretSlot, expected: Result<&str, (&str, &str)>) {
        let mut findings = Findings::new();
        let filled = fill(slot, &world(), &AllowedEnv::default(), &Identities::default(), &mut findings);
        match expected {
            Ok(text) => assert_eq!(filled.as_deref().map(String::as_str), Some(text)),
            Err((code, words)) => {
                assert!(filled.is_none());
                let findings: Vec<Diagnostic> = findings.into_iter().collect();
                let [finding] = &*findings else { panic!("{findings:?}") };
                assert_eq!(finding.code.id, code);
                assert!(finding.message.contains(words), "{}", finding.message);
                assert_eq!(finding.place.to_string(), "spec.yaml:1:19");
                assert!(!format!("{finding:?}").contains(&VALUE[..8]), "a value is in {finding:?}");
            }
        }
    }

    #[test]
    fn bytes_come_out_as_base64() {
        check(&env("REGCFG_SECRET_A"), Ok("aHVudGVyMi1odW50ZXIy"));
        check(&file("s/key"), Ok("aHVudGVyMi1odW50ZXIy"));
    }

    #[test]
    fn what_is_missing_is_a_finding_where_it_was_asked_for() {
        check(&env("REGCFG_SECRET_B"), Err(("RC0703", "is not set")));
        check(&env("REGCFG_SECRET_EMPTY"), Err(("RC0703", "is empty")));
        check(&env("HOME"), Err(("RC0702", "`HOME` may not be read")));
        check(&env(VALUE), Err(("RC0702", "a variable of this name may not be read")));
        check(&file("s/none"), Err(("RC0704", "`s/none`: there is no such file")));
        check(&file("s/empty"), Err(("RC0704", "it is empty")));
        check(&file("s/big"), Err(("RC0704", "it is larger than 1 MiB")));
        check(&file("s"), Err(("RC0704", "it is a directory")));
    }

    #[test]
    fn only_a_star_at_the_end_stands_for_more() {
        let allowed = AllowedEnv::new(["A_*", "B", "*C"]);
        assert!(allowed.allows("A_") && allowed.allows("A_X") && allowed.allows("B") && allowed.allows("*C"));
        assert!(!allowed.allows("A") && !allowed.allows("BB") && !allowed.allows("XC"));
        assert!(!AllowedEnv::new([""; 0]).allows("REGCFG_SECRET_A"));
    }
}
