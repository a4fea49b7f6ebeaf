//! Right specs, made of choices: every platform, backend and delivery, with odd texts wherever a text is free.
//!
//! Each value of the user has a mark that no other has, so that it can be found again in what is rendered.

use regcfg::target::Minor;

use crate::choices::Choices;
use crate::tree::{Tree, map};

/// The files of the project that all specs are of: it has one more platform, on which every kind of storage is allowed.
pub(crate) const PROJECT: [(&str, &str); 2] = [
    ("regcfg.yaml", include_str!("../landing/regcfg.yaml")),
    ("profiles/any/profile.yaml", include_str!("../landing/profiles/any/profile.yaml")),
];

/// A certificate of an authority, valid until 2126.
pub(crate) const CA: &str = include_str!("ca.crt");

/// A certificate for every host below `example.com`, valid until 2126; nobody has its key.
const LEAF: &str = include_str!("leaf.crt");

/// A value that can be found again.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    /// What no other value has in it.
    pub(crate) sign: String,
    /// The text as the user wrote it.
    pub(crate) written: String,
    /// The texts that are rendered of it, each under one of these names; a name `x.*` means a key of `x`.
    pub(crate) rendered: Vec<(String, &'static [&'static str])>,
}

/// A spec with what is known of it.
pub(crate) struct Made {
    /// The whole spec.
    pub(crate) spec: Tree,
    /// The values in it.
    pub(crate) marks: Vec<Mark>,
}

/// Makes a spec.
pub(crate) fn make(choices: &mut Choices) -> Made {
    let mut maker = Maker { choices, marks: Vec::new(), minor: Minor::newest_released() };
    let spec = maker.document();
    Made { spec, marks: maker.marks }
}

struct Maker<'c> {
    choices: &'c mut Choices,
    marks: Vec<Mark>,
    /// The first minor of the target.
    minor: Minor,
}

impl Maker<'_> {
    fn mark(&mut self) -> String {
        format!("mk{}x", self.marks.len())
    }

    /// Makes a text and remembers what is rendered of it.
    fn text(&mut self, text: String, mark: String, at: &'static [&'static str]) -> Tree {
        self.marks.push(Mark { sign: mark, written: text.clone(), rendered: vec![(text.clone(), at)] });
        Tree::Text(text)
    }

    /// A name of lowercase letters and digits.
    fn name(&mut self, at: &'static [&'static str]) -> Tree {
        let mark = self.mark();
        self.text(mark.clone(), mark, at)
    }

    /// A text around a mark.
    fn around(&mut self, before: &str, after: &str, at: &'static [&'static str]) -> Tree {
        let mark = self.mark();
        self.text(format!("{before}{mark}{after}"), mark, at)
    }

    /// Any text at all.
    fn free(&mut self, at: &'static [&'static str]) -> Tree {
        let mark = self.mark();
        let hostile = self.choices.hostile();
        let text = if self.choices.chance() { format!("{hostile}{mark}") } else { format!("{mark}{hostile}") };
        self.text(text, mark, at)
    }

    /// A key that is any text but a list directive, which begins with `$`.
    fn free_key(&mut self, at: &'static [&'static str]) -> String {
        let mark = self.mark();
        let text = format!("{mark}{}", self.choices.hostile());
        self.marks.push(Mark { sign: mark, written: text.clone(), rendered: vec![(text.clone(), at)] });
        text
    }

    fn document(&mut self) -> Tree {
        let name = self.name(&["regcfg.dev/cluster"]);
        let (platform, backend) = self.choices.one(&[
            ("aws-upi", "s3"),
            ("gcp-upi", "gcs"),
            ("azure-upi", "azure"),
            ("azure", "azure"),
            ("baremetal", "pvc"),
            ("vsphere", "pvc"),
            ("vsphere", "s3"),
            ("baremetal", "emptyDir"),
            ("any", "swift"),
            ("any", "ibmcos"),
            ("any", "oss"),
        ]);
        let target = match (platform, backend) {
            (_, "oss") => self.choices.one(&["4.16", "4.12"]),
            // Before, nothing can be said of storage that the operator makes.
            ("azure", _) | (_, "ibmcos") => self.choices.one(&["4.19", "4.15", "4.22", "4.16..4.19", "5.1"]),
            _ => self.choices.one(&[
                "4.19",
                "4.15",
                "4.22",
                "4.16..4.19",
                "4.15..4.22",
                "5.1",
                "4.4",
                "4.6",
                "4.12",
                "4.8..4.11",
            ]),
        };
        self.minor = target.split("..").next().and_then(|first| first.parse().ok()).unwrap_or(self.minor);
        let mut spec = map([("openshift", target.into()), ("platform", platform.into())]);
        spec.put("storage", self.storage(platform, backend));
        spec.put("registry", self.registry(backend));
        if self.choices.chance() {
            spec.put("trust", self.trust());
        }
        if self.choices.chance() {
            spec.put("images", self.images());
        }
        if self.choices.chance() {
            spec.put("mirrors", self.mirrors());
        }
        if self.choices.chance() {
            spec.put("pruner", self.pruner());
        }
        if self.choices.chance() {
            spec.put("access", self.access());
        }
        if self.choices.chance() {
            spec.put("pullSecrets", self.pull_secrets());
        }
        let store = map([("name", self.name(&["name"])), ("kind", "ClusterSecretStore".into())]);
        // Rendered only where something is external, so its mark is not asked for.
        self.marks.pop();
        spec.put("secrets", map([("external", map([("store", store)]))]));
        map([
            ("apiVersion", "regcfg.dev/v1alpha1".into()),
            ("kind", "ClusterRegistry".into()),
            ("metadata", map([("name", name)])),
            ("spec", spec),
        ])
    }

    /// Tells whether the whole target has what a minor began with.
    fn is_since(&self, minor: &str) -> bool {
        minor.parse().is_ok_and(|minor: Minor| minor <= self.minor)
    }

    /// A secret by one of the sources that one Secret may have.
    fn secret(&mut self, by: &str) -> Tree {
        self.secret_called(by, "A", "secret")
    }

    /// A secret that stands in a variable or a file of its own.
    fn secret_called(&mut self, by: &str, variable: &str, file: &str) -> Tree {
        let source = match by {
            "external" => {
                let mut external = map([("key", self.free(&["key"]))]);
                if self.choices.chance() {
                    external.put("property", self.free(&["property"]));
                }
                map([("external", external)])
            }
            "env" => map([("env", Tree::Text(format!("REGCFG_SECRET_{variable}")))]),
            _ => map([("file", file.into())]),
        };
        map([("valueFrom", source)])
    }

    fn storage(&mut self, platform: &str, backend: &str) -> Tree {
        let by = self.choices.one(&["external", "env", "file"]);
        let (settings, credentials): (Tree, Option<Tree>) = match (platform, backend) {
            (_, "s3") => {
                let keys = map([("accessKey", self.secret(by)), ("secretKey", self.secret(by))]);
                (self.s3(platform), Some(keys))
            }
            (_, "gcs") => {
                let mut gcs = map([("bucket", self.name(&["bucket"])), ("region", self.name(&["region"]))]);
                if self.choices.chance() {
                    gcs.put("projectID", self.free(&["projectID"]));
                    gcs.put("keyID", self.free(&["keyID"]));
                }
                (gcs, Some(map([("keyfile", self.secret_called(by, "KEYFILE", "keyfile"))])))
            }
            ("azure-upi", _) => {
                let azure =
                    map([("accountName", self.name(&["accountName"])), ("container", self.name(&["container"]))]);
                (azure, Some(map([("accountKey", self.secret(by))])))
            }
            (_, "azure") => {
                let internal = map([
                    ("networkResourceGroupName", self.name(&["networkResourceGroupName"])),
                    ("vnetName", self.name(&["vnetName"])),
                    ("subnetName", self.name(&["subnetName"])),
                ]);
                let access = map([("type", "Internal".into()), ("internal", internal)]);
                (map([("networkAccess", access)]), Some("minted".into()))
            }
            (_, "pvc") => (self.claim(), None),
            (_, "swift") => {
                let keys = map([("username", self.secret(by)), ("password", self.secret(by))]);
                (self.swift(), Some(keys))
            }
            (_, "ibmcos") => {
                let location = map([("bucket", self.name(&["bucket"])), ("location", self.name(&["location"]))]);
                (location, Some(map([("iamAPIKey", self.secret(by))])))
            }
            (_, "oss") => {
                let mut oss = map([("bucket", self.name(&["bucket"])), ("region", self.name(&["region"]))]);
                if self.choices.chance() {
                    let kms = map([("keyID", self.free(&["keyID"]))]);
                    oss.put("encryption", map([("method", "KMS".into()), ("kms", kms)]));
                }
                (oss, None)
            }
            _ => (map([]), None),
        };
        let mut storage = map([(backend, settings)]);
        if let Some(credentials) = credentials {
            storage.put("credentials", credentials);
        }
        if backend != "emptyDir" && self.is_since("4.6") && self.choices.chance() {
            storage.put("managementState", self.choices.one(&["Unmanaged", "Managed"]));
        }
        storage
    }

    fn swift(&mut self) -> Tree {
        let mut swift = map([
            ("authURL", self.around("https://", ".example.com/v3", &["authURL"])),
            ("container", self.name(&["container"])),
            ("domain", self.free(&["domain"])),
            ("regionName", self.free(&["regionName"])),
            ("tenant", self.free(&["tenant"])),
        ]);
        if self.choices.chance() {
            swift.put("authVersion", "3");
        }
        swift
    }

    fn s3(&mut self, platform: &str) -> Tree {
        let mut s3 = map([("bucket", self.name(&["bucket"])), ("region", self.name(&["region"]))]);
        if platform != "aws-upi" || self.choices.chance() {
            s3.put("regionEndpoint", self.around("https://", ".example.com", &["regionEndpoint"]));
            if self.is_since("4.5") {
                s3.put("virtualHostedStyle", Tree::Bool(self.choices.chance()));
            }
        }
        if self.choices.chance() {
            s3.put("encrypt", Tree::Bool(true));
            s3.put("keyID", self.free(&["keyID"]));
        }
        if platform == "aws-upi" && self.choices.chance() {
            let key = map([("name", self.name(&["name"])), ("key", self.name(&["key"]))]);
            let cloud_front = map([
                ("baseURL", self.around("https://", ".cloudfront.net/", &["baseURL"])),
                ("duration", "20m".into()),
                ("keypairID", self.free(&["keypairID"])),
                ("privateKey", key),
            ]);
            s3.put("cloudFront", cloud_front);
        }
        if self.is_since("4.11") && self.choices.chance() {
            let bundle = map([("pem", CA.into())]);
            s3.put("trustedCA", map([("name", self.name(&["name"])), ("bundle", bundle)]));
        }
        if self.is_since("4.17") && self.choices.chance() {
            s3.put("chunkSizeMiB", Tree::Int(64));
        }
        s3
    }

    fn claim(&mut self) -> Tree {
        let mode = self.choices.one(&["ReadWriteMany", "ReadWriteOnce"]);
        let mut create = map([("accessModes", Tree::List(vec![mode.into()])), ("size", "100Gi".into())]);
        if self.choices.chance() {
            create.put("storageClassName", self.name(&["storageClassName"]));
        }
        if self.choices.chance() {
            create.put("volumeName", self.name(&["volumeName"]));
        }
        map([("claim", self.name(&["claim", "name"])), ("create", create)])
    }

    fn registry(&mut self, backend: &str) -> Tree {
        let mut registry = map([("managementState", "Managed".into())]);
        if !matches!(backend, "pvc" | "emptyDir") && self.choices.chance() {
            registry.put("replicas", Tree::Int(2));
        }
        for flag in ["defaultRoute", "readOnly", "disableRedirect"] {
            if self.choices.chance() {
                registry.put(flag, Tree::Bool(self.choices.chance()));
            }
        }
        if self.choices.chance() {
            registry.put("logLevel", self.choices.one(&["Normal", "Debug", "Trace", "TraceAll"]));
        }
        if self.choices.chance() {
            let mut selector = map([]);
            for _ in 0..=self.choices.below(3) {
                let key = self.free_key(&["nodeSelector.*"]);
                selector.put(key, self.free_of_selector());
            }
            registry.put("nodeSelector", selector);
        }
        if self.choices.chance() {
            let toleration = map([
                ("key", self.free(&["key"])),
                ("operator", "Equal".into()),
                ("value", self.free(&["value"])),
                ("effect", "NoSchedule".into()),
            ]);
            registry.put("tolerations", Tree::List(vec![toleration]));
        }
        if self.choices.chance() {
            registry.put("proxy", map([("http", self.free(&["http"])), ("noProxy", self.free(&["noProxy"]))]));
        }
        if self.choices.chance() {
            registry.put("routes", self.routes());
        }
        if self.choices.chance() {
            let limits =
                map([("maxRunning", Tree::Int(8)), ("maxInQueue", Tree::Int(9)), ("maxWaitInQueue", "30s".into())]);
            registry.put("requests", map([("read", limits.clone()), ("write", limits)]));
        }
        if self.choices.chance() {
            let requests = map([("cpu", "100m".into()), ("memory", "256Mi".into())]);
            registry.put("resources", map([("requests", requests)]));
        }
        if self.is_since("4.6") && self.choices.chance() {
            registry.put("operatorLogLevel", self.choices.one(&["Normal", "Debug"]));
        }
        registry
    }

    /// A value under a key that has a mark of its own: what it stands under is that key.
    fn free_of_selector(&mut self) -> Tree {
        // Some texts are only odd where they stand alone, without a mark; they must be read back as they are.
        if self.choices.chance() { self.choices.hostile().into() } else { self.free(&["nodeSelector"]) }
    }

    fn routes(&mut self) -> Tree {
        let mut routes = map([]);
        for _ in 0..=self.choices.below(2) {
            let name = self.mark();
            let has_tls = self.choices.chance();
            let rendered = if has_tls {
                vec![(name.clone(), &["name"][..]), (format!("registry-route-{name}"), &["secretName", "name"])]
            } else {
                vec![(name.clone(), &["name"][..])]
            };
            self.marks.push(Mark { sign: name.clone(), written: name.clone(), rendered });
            let mut route = map([("hostname", self.around("", ".example.com", &["hostname"]))]);
            if has_tls {
                route.put("tls", map([("certificate", map([("pem", LEAF.into())])), ("key", self.secret("external"))]));
            }
            routes.put(name, route);
        }
        routes
    }

    fn trust(&mut self) -> Tree {
        let mut trust = map([]);
        if self.choices.chance() {
            trust.put("name", self.name(&["name"]));
        }
        let mut cas = map([]);
        for _ in 0..self.choices.below(3) {
            let mark = self.mark();
            let written = format!("{mark}.example.com:5000");
            let rendered = vec![(written.replace(':', ".."), &["data.*"][..])];
            self.marks.push(Mark { sign: mark, written: written.clone(), rendered });
            cas.put(written, map([("pem", CA.into())]));
        }
        trust.put("registryCAs", cas);
        trust
    }

    fn images(&mut self) -> Tree {
        let mut images = map([]);
        if self.choices.chance() {
            let host = self.around("", ".example.com", &["insecureRegistries"]);
            let mut sources = map([("insecureRegistries", Tree::List(vec![host]))]);
            if self.choices.chance() {
                let host = self.around("", ".example.com", &["blockedRegistries"]);
                sources.put("blockedRegistries", Tree::List(vec![host]));
            }
            images.put("registrySources", sources);
        }
        if self.choices.chance() {
            let host = self.around("", ".example.com", &["externalRegistryHostnames"]);
            images.put("externalRegistryHostnames", Tree::List(vec![host]));
        }
        if self.choices.chance() {
            let registry = map([("domainName", self.around("", ".example.com", &["domainName"]))]);
            images.put("allowedRegistriesForImport", Tree::List(vec![registry]));
        }
        images
    }

    fn mirrors(&mut self) -> Tree {
        let mut mirrors = map([]);
        if self.is_since("4.13") && self.choices.chance() {
            mirrors.put("kind", self.choices.one(&["ImageContentSourcePolicy", "ImageDigestMirrorSet", "Both"]));
        }
        if self.choices.chance() {
            mirrors.put("name", self.name(&["name"]));
        }
        let sections = ["imageDigestMirrors", "imageTagMirrors"];
        for section in &sections[..if self.is_since("4.13") { 2 } else { 1 }] {
            let mut sources = map([]);
            for _ in 0..self.choices.below(3) {
                let mark = self.mark();
                let source = format!("{mark}.example.com/team");
                let rendered = vec![(source.clone(), &["source"][..])];
                self.marks.push(Mark { sign: mark, written: source.clone(), rendered });
                let all =
                    (0..=self.choices.below(2)).map(|_| self.around("mirror.example.com:5000/", "", &["mirrors"]));
                sources.put(source, map([("mirrors", Tree::List(all.collect()))]));
            }
            mirrors.put(*section, sources);
        }
        mirrors
    }

    fn access(&mut self) -> Tree {
        let mut access = map([]);
        for section in ["viewers", "pullers", "editors", "pushers", "pruners", "metrics"] {
            if self.choices.chance() {
                continue;
            }
            let name = self.mark();
            let rendered = vec![(format!("registry-{section}-{name}"), &["name"][..])];
            self.marks.push(Mark { sign: name.clone(), written: name.clone(), rendered });
            let subjects = [self.free(&["name"]), self.free(&["name"])].map(|subject| Tree::List(vec![subject]));
            let [users, groups] = subjects;
            let mut grant = map([("users", users), ("groups", groups)]);
            let account = self.mark();
            let written = format!("ci/{account}");
            let rendered = vec![(account.clone(), &["name"][..])];
            self.marks.push(Mark { sign: account, written: written.clone(), rendered });
            grant.put("serviceAccounts", Tree::List(vec![written.into()]));
            if !matches!(section, "metrics" | "pruners") && self.choices.chance() {
                let namespaces = (0..=self.choices.below(2)).map(|_| self.name(&["namespace"]));
                grant.put("namespaces", Tree::List(namespaces.collect()));
            }
            access.put(section, map([(&*name, grant)]));
        }
        access
    }

    fn pull_secrets(&mut self) -> Tree {
        let login = map([("username", "robot".into()), ("password", self.secret("external"))]);
        let mut pull = map([("namespaces", Tree::List(vec!["team-a".into(), "team-b".into()]))]);
        pull.put("registries", map([("quay.io/org", login)]));
        map([("robots", pull)])
    }

    fn pruner(&mut self) -> Tree {
        let mut pruner = map([("schedule", "0 0 * * *".into())]);
        for (field, value) in
            [("keepTagRevisions", 3), ("successfulJobsHistoryLimit", 0), ("failedJobsHistoryLimit", 3)]
        {
            if self.choices.chance() {
                pruner.put(field, Tree::Int(value));
            }
        }
        if self.choices.chance() {
            pruner.put("suspend", Tree::Bool(self.choices.chance()));
        }
        if self.choices.chance() {
            let key = self.free_key(&["nodeSelector.*"]);
            let value = self.free_of_selector();
            let mut selector = map([]);
            selector.put(key, value);
            pruner.put("nodeSelector", selector);
        }
        pruner
    }
}
