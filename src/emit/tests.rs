//! Tests of the stage: order, secrets and what is refused.

use super::*;
use crate::secret::{PlainSource, SecretSlot};
use crate::tree::parse::{Reading, document};
use crate::tree::{Source, SourceKind, Value, sops};
use crate::world::MemWorld;

fn place() -> Place {
    Place::start_of(&Source::new("spec.yaml", "", SourceKind::User))
}

fn text(text: &str) -> Node {
    Node::string(text, place())
}

fn object(kind: &str, name: &str, value: Node) -> Node {
    let metadata = Node::map([("name", text(name))], place());
    let data = Node::map([("a", value)], place());
    Node::map([("apiVersion", text("v1")), ("kind", text(kind)), ("metadata", metadata), ("data", data)], place())
}

fn secret(name: &str) -> Node {
    let slot = SecretSlot::new(PlainSource::Env(format!("REGCFG_SECRET_{name}")), place());
    object("Secret", &name.to_lowercase(), Node::new(Value::Secret(slot), place()))
}

/// Renders, and returns the stream or the codes of the findings.
fn render(objects: Vec<Node>, reveal: Reveal) -> Result<String, Vec<&'static str>> {
    let (world, allowed) = (MemWorld::default().with_env("REGCFG_SECRET_A", "123"), AllowedEnv::default());
    let secrets = Secrets {
        reveal,
        allowed: &allowed,
        identities: &Identities::default(),
        world: &world,
        decrypted_by: DecryptedBy::Engine,
    };
    let mut findings = Findings::new();
    let cluster = manifests("c", objects, &place(), &secrets, &mut findings);
    cluster
        .map(|cluster| stream::join([&cluster]).to_string())
        .ok_or_else(|| findings.iter().map(|finding| finding.code.id).collect())
}

#[test]
fn manifests_come_in_order_with_secrets_filled_in() {
    let expected = "\
apiVersion: v1
kind: Secret
metadata:
  name: a
data:
  a: MTIz
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: x
data:
  a: b
";
    let objects = vec![object("ConfigMap", "x", text("b")), secret("A")];
    assert_eq!(render(objects, Reveal::Reveal).unwrap(), expected);
}

#[test]
fn there_is_no_output_where_anything_is_wrong() {
    let map = || object("ConfigMap", "x", text("b"));
    assert_eq!(render(vec![map(), secret("A")], Reveal::Refuse), Err(vec!["RC0701"]));
    assert_eq!(render(vec![map(), secret("B"), secret("C")], Reveal::Reveal), Err(vec!["RC0703", "RC0703"]));
    assert_eq!(render(vec![], Reveal::Refuse), Err(vec!["RC0707"]));
    assert_eq!(render(vec![secret("A")], Reveal::Omit), Err(vec!["RC0705", "RC0707"]));
    let infinite = Node::new(Value::Float(f64::INFINITY), place());
    assert_eq!(render(vec![object("ConfigMap", "x", infinite)], Reveal::Refuse), Err(vec!["RC0708"]));
}

#[test]
fn secrets_are_bounded_as_often_as_they_are_named() {
    let world = MemWorld::default().with_env("REGCFG_SECRET_A", &"x".repeat(12 << 20));
    let secrets = Secrets {
        reveal: Reveal::Reveal,
        allowed: &AllowedEnv::default(),
        identities: &Identities::default(),
        world: &world,
        decrypted_by: DecryptedBy::Engine,
    };
    for (n_named, expected) in [(3, &[][..]), (4, &["RC0105"])] {
        let mut findings = Findings::new();
        let made = manifests("c", (0..n_named).map(|_| secret("A")).collect(), &place(), &secrets, &mut findings);
        assert_eq!(made.is_some(), expected.is_empty());
        assert_eq!(findings.iter().map(|finding| finding.code.id).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_cluster_is_private_when_a_plain_secret_is_in_it() {
    let (world, allowed) = (MemWorld::default().with_env("REGCFG_SECRET_A", "123"), AllowedEnv::default());
    let render = |objects, reveal| {
        let secrets = Secrets {
            reveal,
            allowed: &allowed,
            identities: &Identities::default(),
            world: &world,
            decrypted_by: DecryptedBy::Engine,
        };
        manifests("c", objects, &place(), &secrets, &mut Findings::new()).unwrap()
    };
    let map = || object("ConfigMap", "x", text("b"));
    assert!(render(vec![map(), secret("A")], Reveal::Reveal).private);
    assert!(!render(vec![map(), secret("A")], Reveal::Omit).private);
    assert!(!render(vec![map(), encrypted().0], Reveal::Reveal).private);
}

/// A Secret that SOPS encrypted, as it comes from its file.
fn encrypted() -> (Node, &'static str) {
    const TEXT: &str = "# as it is\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\nstringData: {a: 'ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]'}\nsops: {mac: m}";
    let source = Source::new("b.enc.yaml", TEXT, SourceKind::User);
    let mut object = document(&source, Reading::AsKubectl, &mut Findings::new()).unwrap();
    assert!(sops::open(&mut object));
    (object, TEXT)
}

#[test]
fn what_sops_encrypted_is_passed_on_whatever_the_invoker_says() {
    for reveal in [Reveal::Refuse, Reveal::Reveal, Reveal::Omit] {
        let (object, text) = encrypted();
        assert_eq!(render(vec![object], reveal).as_deref(), Ok(text));
    }
}

#[test]
fn what_nobody_would_decrypt_is_refused() {
    let (world, allowed) = (MemWorld::default(), AllowedEnv::default());
    let (reveal, identities) = (Reveal::Reveal, Identities::default());
    let secrets = Secrets {
        reveal,
        allowed: &allowed,
        identities: &identities,
        world: &world,
        decrypted_by: DecryptedBy::Nobody,
    };
    let mut findings = Findings::new();
    assert!(manifests("c", vec![encrypted().0], &place(), &secrets, &mut findings).is_none());
    assert_eq!(findings.iter().map(|finding| finding.code.id).collect::<Vec<_>>(), ["RC0726"]);
}
