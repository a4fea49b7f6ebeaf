//! What regcfg says of certificates and keys, against what openssl says of the same files.
//!
//! `tests/certificates/make` makes them, good and bad, with openssl. Each is judged by both, and both must find the same wrong
//! with it, or nothing. Where they differ, `DIFFERENCES` says why. Without openssl the test skips and says so.

#![expect(clippy::disallowed_methods, reason = "tests read and write the disk, where the library may not")]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value as Json, json};

/// Cases of which the two say different things, what regcfg says, and why.
const DIFFERENCES: &[(&str, &[&str], &str)] = &[
    ("backwards", &["RC0397"], "that an authority stands first is one fault; openssl judges it as the server's own"),
    ("missing-intermediate", &[], "clients may have the intermediate, as openssl here has not"),
    ("ca-without-intermediate", &["RC0593"], "the router looks for who signed it in `caCertificate` alone"),
    ("partial-wildcard", &["RC0396"], "Go takes no `*` within a label, and openssl does unless it is told not to"),
    ("address-alone", &["RC0396"], "without a name of a host openssl looks at the common name, and Go does not"),
    ("common-name-alone", &["RC0396"], "without names openssl looks at the common name, and Go does not"),
    ("curve-secp224r1", &["RC0399"], "TLS 1.3 knows no signature on this curve, which `openssl verify` is not asked"),
    ("curve-secp256k1", &["RC0399"], "Go does not know this curve"),
    ("curve-brainpoolP256r1", &["RC0399"], "Go does not know this curve"),
    ("ed25519", &["RC0399"], "the router takes keys of RSA and ECDSA alone"),
    ("der", &["RC0111"], "openssl reads DER where PEM belongs, and nobody on the cluster does"),
    ("bytes-left-over", &["RC0356"], "openssl passes over bytes after a certificate, and Go does not"),
    ("ca-secp256k1", &["RC0399"], "Go does not know this curve"),
    ("ca-trusted-certificate", &["RC0354"], "Go knows no such block"),
    ("ca-beside-its-key", &["RC0355"], "openssl passes over a private key, which has no place there"),
    ("other-p521-without-public-part", &[], "what is not in the key is not computed on this curve"),
    ("ed25519-key", &["RC0591"], "the router takes keys of RSA and ECDSA alone"),
    ("key-byte-order-mark", &["RC0591"], "openssl passes over the mark, and Go finds no block behind it"),
];

/// What openssl finds (`openssl verify`, `X509_V_ERR_…`), and the codes of which one must stand for it.
const FAULTS: &[(&str, &[&str])] = &[
    ("unreadable", &["RC0111", "RC0354", "RC0356", "RC0591"]),
    ("another key", &["RC0590"]),
    // Not yet valid; expired.
    ("9", &["RC0357"]),
    ("10", &["RC0357"]),
    ("62", &["RC0396"]),
    // For another purpose, which an authority is, too, when it signs without being one.
    ("26", &["RC0398", "RC0397", "RC0358"]),
    // No authority, in both spellings of the number; name constraints.
    ("24", &["RC0397", "RC0358"]),
    ("79", &["RC0397", "RC0358"]),
    ("32", &["RC0397", "RC0358"]),
    ("47", &["RC0397"]),
    ("48", &["RC0397"]),
    // Keys and digests that are too weak.
    ("66", &["RC0399"]),
    ("67", &["RC0399"]),
    ("68", &["RC0399"]),
    // Nobody among the trusted signed it.
    ("2", &["RC0397", "RC0593"]),
    ("20", &["RC0397", "RC0593"]),
    ("21", &["RC0397", "RC0593"]),
];

/// A line of `cases.tsv`.
struct Case<'t> {
    name: &'t str,
    kind: &'t str,
    certificates: &'t str,
    /// The key of a pair; what the authority that is meant signed.
    other: &'t str,
    authority: &'t str,
    roots: &'t str,
    host: &'t str,
}

#[test]
fn certificates_and_keys_are_judged_as_openssl_judges_them() {
    let version = match Command::new("openssl").arg("version").output() {
        Ok(output) if output.status.success() => String::from_utf8(output.stdout).unwrap(),
        _ => return eprintln!("skipped: there is no openssl"),
    };
    if !version.starts_with("OpenSSL 3") {
        return eprintln!("skipped: {} is not OpenSSL 3, whose numbers of errors are known here", version.trim());
    }
    let dir = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates/make");
    let made = Command::new("bash").arg(script).arg(dir.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let table = fs::read_to_string(dir.path().join("cases.tsv")).unwrap();
    let cases: Vec<Case<'_>> = table.lines().map(case).collect();
    assert!(cases.len() >= 100, "only {} cases were made", cases.len());
    // Each case runs three programs.
    let judged = std::thread::scope(|scope| {
        let at = dir.path();
        let threads: Vec<_> =
            cases.chunks(cases.len().div_ceil(4)).map(|part| scope.spawn(move || part_judged(part, at))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let mut wrong = String::new();
    for (case, (ours, theirs)) in cases.iter().zip(judged) {
        let expected = DIFFERENCES.iter().find(|(name, _, _)| *name == case.name);
        let is_right = match expected {
            Some((_, codes, _)) => codes.iter().map(|code| (*code).to_owned()).eq(ours.iter().cloned()),
            None => agree(&ours, &theirs),
        };
        if !is_right {
            let _infallible = writeln!(wrong, "{}: regcfg {ours:?}, openssl {theirs:?}", case.name);
        }
        let is_same = expected.is_some() && agree(&ours, &theirs);
        assert!(!is_same, "{} is no difference: {ours:?}, {theirs:?}", case.name);
    }
    assert!(wrong.is_empty(), "{wrong}");
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert!(DIFFERENCES.iter().all(|(name, _, _)| names.contains(name)), "a difference of no case");
    assert_eq!(names.len(), cases.len(), "two cases have one name");
}

/// Returns what regcfg and openssl find of some cases.
fn part_judged(cases: &[Case<'_>], dir: &Path) -> Vec<(BTreeSet<String>, Vec<String>)> {
    cases.iter().map(|case| (case.ours(dir), case.theirs(dir))).collect()
}

/// Tells whether both find nothing, or regcfg finds what openssl finds.
fn agree(ours: &BTreeSet<String>, theirs: &[String]) -> bool {
    let stands_for = |fault: &String| {
        let (_, codes) = FAULTS.iter().find(|(known, _)| known == fault)?;
        Some(codes.iter().any(|code| ours.contains(*code)))
    };
    if theirs.is_empty() { ours.is_empty() } else { theirs.iter().all(|fault| stands_for(fault) == Some(true)) }
}

fn case(line: &str) -> Case<'_> {
    let [name, kind, certificates, other, authority, roots, host] = *line.split('\t').collect::<Vec<_>>() else {
        panic!("{line}")
    };
    Case { name, kind, certificates, other, authority, roots, host }
}

impl Case<'_> {
    /// Returns the codes that regcfg finds: errors and warnings, and of infos that what is trusted may sign nothing.
    fn ours(&self, dir: &Path) -> BTreeSet<String> {
        let file = dir.join(format!("{}.yaml", self.name));
        fs::write(&file, self.document(dir)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_regcfg"))
            .args(["check", "--format", "json"])
            .arg(&file)
            .env_clear()
            .output()
            .unwrap();
        let report: Json = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}: {}", self.name, String::from_utf8_lossy(&output.stderr)));
        let findings = report["findings"].as_array().unwrap().iter();
        let counts = |finding: &&Json| {
            let is_of_pair = ["RC0590", "RC0591"].contains(&finding["code"].as_str().unwrap());
            let signs_nothing = self.kind == "trusted" && finding["code"] == "RC0358";
            let is_loud = finding["severity"] != "info" || signs_nothing;
            is_loud && (self.kind != "pair" || is_of_pair)
        };
        findings.filter(counts).map(|finding| finding["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Writes the spec or manifest that has the files of the case.
    fn document(&self, dir: &Path) -> String {
        let key =
            json!({"valueFrom": {"external": {"key": "k", "store": {"name": "vault", "kind": "ClusterSecretStore"}}}});
        let mut spec = json!({
            "openshift": "4.19", "platform": "aws-upi",
            "storage": {"s3": {"bucket": "b", "region": "eu-west-1"}},
        });
        match self.kind {
            "served" => {
                let mut tls = json!({"certificate": {"file": self.certificates}, "key": key});
                if self.authority != "-" {
                    tls["caCertificate"] = json!({"file": self.authority});
                }
                let host = self.host.to_ascii_lowercase();
                spec["registry"] = json!({"routes": {"public": {"hostname": host, "tls": tls}}});
            }
            "trusted" => {
                spec["trust"] = json!({"registryCAs": {"registry.example.com": {"file": self.certificates}}});
            }
            _ => {
                let text = |file: &str| String::from_utf8(fs::read(dir.join(file)).unwrap()).unwrap();
                let route = json!({
                    "apiVersion": "route.openshift.io/v1", "kind": "Route",
                    "metadata": {"name": "registry", "namespace": "openshift-image-registry"},
                    "spec": {
                        "to": {"kind": "Service", "name": "image-registry"},
                        "tls": {"termination": "reencrypt", "certificate": text(self.certificates), "key": text(self.other)},
                    },
                });
                return route.to_string().replace('\u{feff}', "\\ufeff");
            }
        }
        let head = json!({"apiVersion": "regcfg.dev/v1alpha1", "kind": "ClusterRegistry", "metadata": {"name": "a"}});
        let mut document = head;
        document["spec"] = spec;
        document.to_string()
    }

    /// Returns what openssl finds wrong.
    fn theirs(&self, dir: &Path) -> Vec<String> {
        let openssl = |args: &[&str]| Command::new("openssl").args(args).current_dir(dir).output().unwrap();
        match self.kind {
            "pair" => {
                let key = openssl(&["pkey", "-in", self.other, "-passin", "pass:", "-pubout"]);
                let certificate = openssl(&["x509", "-in", self.certificates, "-noout", "-pubkey"]);
                assert!(certificate.status.success(), "{}", self.name);
                match (key.status.success(), key.stdout == certificate.stdout) {
                    (false, _) => vec!["unreadable".into()],
                    (true, false) => vec!["another key".into()],
                    (true, true) => vec![],
                }
            }
            "trusted" => faults(&openssl(&[
                "verify",
                "-auth_level",
                "2",
                "-purpose",
                "sslserver",
                "-CAfile",
                self.certificates,
                self.other,
            ])),
            _ => {
                let mut args =
                    vec!["verify", "-auth_level", "2", "-purpose", "sslserver", "-verify_hostname", self.host];
                args.extend(["-CAfile", self.roots, "-untrusted", self.certificates]);
                if self.authority != "-" {
                    args.extend(["-untrusted", self.authority]);
                }
                args.push(self.certificates);
                faults(&openssl(&args))
            }
        }
    }
}

/// Reads what `openssl verify` says.
fn faults(output: &Output) -> Vec<String> {
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    let faults: Vec<String> = said
        .lines()
        .filter_map(|line| line.strip_prefix("error ")?.split(' ').next())
        .filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        .map(str::to_owned)
        .collect();
    match (output.status.success(), faults.is_empty()) {
        (true, true) => vec![],
        (false, true) => vec!["unreadable".into()],
        _ => faults,
    }
}
