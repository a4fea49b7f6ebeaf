//! The table of codes: `RCnnnn`, by stage (01 load, 02 resolve, 03 check, 04 lower and render, 05 validate, 06 diff,
//! 07 publish and emit, 09 internal). A code is never renumbered or reused.
//!
//! To add one: a line here in order, `explain/RCnnnn.md` beside this file, and a golden case that shows it.

/// A kind of finding.
#[derive(Debug)]
pub struct Code {
    /// The stable id, such as `RC0203`.
    pub id: &'static str,
    /// The fault in kebab-case, such as `layer-cycle`.
    pub name: &'static str,
    /// What `regcfg explain` prints, in Markdown.
    pub explanation: &'static str,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Code {}

/// Whose answer a finding is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Nobody's on a cluster: it is about the files, and without it there is no answer.
    Files,
    /// The API server's: what it refuses, and what of its answer cannot be told.
    Schema,
    /// The operator's, and what else goes wrong with what the API server takes.
    Rules,
}

impl Code {
    /// Returns whose answer findings of this code are a part of.
    pub fn side(&self) -> Side {
        match self.id {
            // About files and what stands in them; about objects that are taken and do not work.
            "RC0511" | "RC0512" | "RC0514" => Side::Files,
            "RC0515" | "RC0516" | "RC0520" | "RC0526" => Side::Rules,
            id if ("RC0319".."RC0330").contains(&id) => Side::Rules,
            id if ("RC0501".."RC0530").contains(&id) => Side::Schema,
            id if ("RC0530".."RC0600").contains(&id) => Side::Rules,
            // What the bytes of a secret do to what reads them.
            id if ("RC0745".."RC0749").contains(&id) => Side::Rules,
            id if matches!(id.get(..4), Some("RC06")) || ("RC0330".."RC0400").contains(&id) => Side::Rules,
            _ => Side::Files,
        }
    }

    /// Tells whether a finding of this code says that something was not checked, so that nobody may call it valid.
    pub fn leaves_unchecked(&self) -> bool {
        [&KIND_NOT_CHECKED, &ENCRYPTED_VALUE, &NOT_DECIDED].contains(&self)
    }
}

/// Returns the code with an id, in either case.
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().copied().find(|code| code.id.eq_ignore_ascii_case(id))
}

/// Returns the code with an id or a name, in either case.
pub fn named(word: &str) -> Option<&'static Code> {
    find(word).or_else(|| ALL.iter().copied().find(|code| code.name.eq_ignore_ascii_case(word)))
}

macro_rules! codes {
    ($($(#[$doc:meta])* $constant:ident = $id:literal $name:literal;)*) => {
        $($(#[$doc])* pub static $constant: Code =
            Code { id: $id, name: $name, explanation: include_str!(concat!("explain/", $id, ".md")) };)*

        /// Every code, in order of id.
        pub static ALL: &[&Code] = &[$(&$constant),*];
    };
}

codes! {
    /// Text that YAML cannot read.
    MALFORMED_YAML = "RC0101" "malformed-yaml";
    /// One key twice in a mapping.
    DUPLICATE_KEY = "RC0102" "duplicate-key";
    /// A plain scalar that YAML readers disagree on.
    AMBIGUOUS_SCALAR = "RC0103" "ambiguous-scalar";
    /// Nesting beyond the limit.
    TOO_DEEP = "RC0104" "too-deep";
    /// More bytes or values than the limit.
    TOO_LARGE = "RC0105" "too-large";
    /// A YAML tag.
    TAG = "RC0106" "yaml-tag";
    /// A key that is not text.
    KEY_NOT_TEXT = "RC0107" "key-not-text";
    /// A character that marks holes.
    RESERVED_CHARACTER = "RC0108" "reserved-character";
    /// Several documents in a file of one.
    SEVERAL_DOCUMENTS = "RC0109" "several-documents";
    /// A file with nothing in it.
    EMPTY_FILE = "RC0110" "empty-file";
    /// Bytes that are not UTF-8.
    NOT_UTF8 = "RC0111" "not-utf8";
    /// A file that cannot be read.
    UNREADABLE = "RC0112" "unreadable-file";
    /// A path that leads out of the project, or into `.git`.
    OUTSIDE_PROJECT = "RC0113" "outside-project";
    /// A file that is no spec where one is expected.
    NOT_A_SPEC = "RC0114" "not-a-spec";
    /// A file that is no layer where one is expected.
    NOT_A_LAYER = "RC0115" "not-a-layer";
    /// `extends` that is not a list of paths.
    BAD_EXTENDS = "RC0116" "bad-extends";
    /// A project for other versions of regcfg.
    OTHER_VERSION = "RC0117" "other-version";
    /// `requires` that is no requirement on versions.
    BAD_REQUIRES = "RC0118" "bad-requires";
    /// A code that is none, where findings are given a level or acknowledged.
    UNKNOWN_CODE = "RC0119" "unknown-code";
    /// A code that always counts as it does.
    FIXED_CODE = "RC0120" "fixed-code";
    /// A level below that of the policy.
    LEVEL_BELOW_POLICY = "RC0121" "level-below-policy";
    /// One code by its id and by its name.
    CODE_TWICE = "RC0122" "code-twice";
    /// A platform that the policy does not allow.
    PROFILE_NOT_ALLOWED = "RC0123" "profile-not-allowed";
    /// A source of secrets that the policy does not allow.
    DELIVERY_NOT_ALLOWED = "RC0124" "delivery-not-allowed";
    /// A store of secrets that the policy does not allow.
    STORE_NOT_ALLOWED = "RC0125" "store-not-allowed";
    /// A kind of object that the policy does not allow.
    KIND_NOT_ALLOWED = "RC0126" "kind-not-allowed";
    /// A namespace that the policy does not allow.
    NAMESPACE_NOT_ALLOWED = "RC0127" "namespace-not-allowed";
    /// A CustomResourceDefinition that cannot be used.
    BROKEN_DEFINITION = "RC0150" "broken-definition";
    /// A value that is encrypted, so that only its type is known.
    ENCRYPTED_VALUE = "RC0151" "encrypted-value";
    /// Something that nothing here can decide.
    NOT_DECIDED = "RC0152" "not-decided";
    /// A definition of a kind that is known here.
    KNOWN_DEFINITION = "RC0153" "known-definition";
    /// A layer that extends itself, directly or not.
    LAYER_CYCLE = "RC0201" "layer-cycle";
    /// A platform without a profile.
    UNKNOWN_PLATFORM = "RC0202" "unknown-platform";
    /// A list directive that is none, or is used where no list is.
    BAD_LIST_DIRECTIVE = "RC0203" "bad-list-directive";
    /// `$remove` of an item that is not there.
    NOTHING_TO_REMOVE = "RC0204" "nothing-to-remove";
    /// A profile of the project that cannot be used.
    BAD_PROFILE = "RC0205" "bad-profile";
    /// Two clusters of one name.
    DUPLICATE_CLUSTER = "RC0206" "duplicate-cluster-name";
    /// An acknowledgement of what is not found.
    UNUSED_ACKNOWLEDGEMENT = "RC0207" "unused-acknowledgement";
    /// An acknowledgement that has expired.
    EXPIRED_ACKNOWLEDGEMENT = "RC0208" "expired-acknowledgement";
    /// `until` that is no day.
    BAD_EXPIRY = "RC0209" "bad-expiry";
    /// An acknowledgement that the policy forbids.
    NOT_ACKNOWLEDGEABLE = "RC0210" "not-acknowledgeable";
    /// `openshift` that is no known minor or range of them.
    BAD_TARGET = "RC0301" "bad-target";
    /// A cluster's name that cannot be a label and a directory.
    BAD_NAME = "RC0302" "bad-name";
    /// A field that no spec has.
    UNKNOWN_SPEC_FIELD = "RC0310" "unknown-spec-field";
    /// A field that the target's minors do not all have.
    SPEC_FIELD_OF_OTHER_MINOR = "RC0311" "spec-field-of-other-minor";
    /// A value of another type.
    WRONG_SPEC_TYPE = "RC0312" "wrong-spec-type";
    /// A required field that is not there.
    MISSING_SPEC_FIELD = "RC0313" "missing-spec-field";
    /// A value that is none of the allowed ones.
    SPEC_VALUE_NOT_ALLOWED = "RC0314" "spec-value-not-allowed";
    /// A text that is not in its form.
    MALFORMED_SPEC_VALUE = "RC0315" "malformed-spec-value";
    /// Too many, too few, too long or too short.
    SPEC_OUT_OF_BOUNDS = "RC0316" "spec-out-of-bounds";
    /// The same item twice.
    SPEC_DUPLICATE = "RC0317" "spec-duplicate";
    /// Fields that do not go together.
    SPEC_NOT_TOGETHER = "RC0318" "spec-not-together";
    /// A target that is not released yet.
    MINOR_IN_DEVELOPMENT = "RC0319" "minor-in-development";
    /// Named storage on a range of which only a part knows who manages it.
    MANAGEMENT_STATE_ON_RANGE = "RC0320" "management-state-on-range";
    /// A log level on a range of which only a part knows it.
    LOG_LEVEL_ON_RANGE = "RC0321" "log-level-on-range";
    /// A field that the minors of a range bootstrap in different ways.
    BOOTSTRAP_DIFFERS = "RC0322" "bootstrap-differs";
    /// Two storage backends at once.
    SEVERAL_BACKENDS = "RC0330" "several-backends";
    /// A managed registry with nowhere to keep images.
    NO_BACKEND = "RC0331" "no-backend";
    /// A backend that the platform's profile does not list.
    BACKEND_NOT_ON_PLATFORM = "RC0332" "backend-not-on-platform";
    /// Fewer replicas than none.
    NEGATIVE_REPLICAS = "RC0333" "negative-replicas";
    /// Several replicas, each with an empty directory of its own.
    REPLICAS_ON_EMPTY_DIR = "RC0334" "replicas-on-empty-dir";
    /// Several replicas on a volume that one node can mount.
    REPLICAS_ON_ONE_NODE_VOLUME = "RC0335" "replicas-on-one-node-volume";
    /// A rolling update on a volume that one node can mount.
    ROLLING_ON_ONE_NODE_VOLUME = "RC0336" "rolling-on-one-node-volume";
    /// Access modes with which the registry cannot write.
    UNUSABLE_ACCESS_MODES = "RC0337" "unusable-access-modes";
    /// A claim to create that has no name.
    UNNAMED_CLAIM = "RC0338" "unnamed-claim";
    /// No replicas, rolled out as if there were one.
    ROLLING_WITHOUT_REPLICAS = "RC0339" "rolling-without-replicas";
    /// A KMS key that nothing is encrypted with.
    KEY_WITHOUT_ENCRYPTION = "RC0340" "key-without-encryption";
    /// A private endpoint that is not made because an account key is given.
    PRIVATE_ACCESS_WITH_KEY = "RC0341" "private-access-with-key";
    /// An account key without the account or the container.
    KEY_WITHOUT_CONTAINER = "RC0342" "key-without-container";
    /// Credentials that are neither minted nor given.
    BAD_CREDENTIALS = "RC0343" "bad-credentials";
    /// A credential that the backend does not have.
    UNKNOWN_CREDENTIAL = "RC0344" "unknown-credential";
    /// Credentials of which the operator needs more.
    INCOMPLETE_CREDENTIALS = "RC0345" "incomplete-credentials";
    /// Credentials of two ways to sign in.
    MIXED_CREDENTIALS = "RC0346" "mixed-credentials";
    /// Credentials for a backend that takes none.
    UNUSED_CREDENTIALS = "RC0347" "unused-credentials";
    /// Object storage without credentials where the cluster mints none.
    NO_CREDENTIALS = "RC0348" "no-credentials";
    /// A credential that older minors of the target do not read.
    CREDENTIAL_OF_OTHER_MINOR = "RC0349" "credential-of-other-minor";
    /// A route with the name of the default one.
    RESERVED_ROUTE_NAME = "RC0350" "reserved-route-name";
    /// Two routes for one host.
    DUPLICATE_HOSTNAME = "RC0351" "duplicate-hostname";
    /// A route's host that is no host name.
    BAD_HOSTNAME = "RC0352" "bad-hostname";
    /// A route with two sources of its certificate.
    TWO_ROUTE_CERTIFICATES = "RC0353" "two-route-certificates";
    /// Text without a certificate where certificates belong.
    NO_CERTIFICATE = "RC0354" "no-certificate";
    /// A private key where certificates belong.
    PRIVATE_KEY = "RC0355" "private-key";
    /// A certificate that cannot be read.
    UNREADABLE_CERTIFICATE = "RC0356" "unreadable-certificate";
    /// A certificate that has expired, or is not valid yet.
    CERTIFICATE_NOT_VALID = "RC0357" "certificate-not-valid";
    /// A certificate that signs no others, trusted as an authority.
    NOT_AN_AUTHORITY = "RC0358" "not-an-authority";
    /// A registry's host that nodes and operator read differently.
    AMBIGUOUS_CA_HOST = "RC0359" "ambiguous-ca-host";
    /// One registry twice.
    DUPLICATE_CA_HOST = "RC0360" "duplicate-ca-host";
    /// A key of the operator's own among the registries.
    OPERATORS_CA_HOST = "RC0361" "operators-ca-host";
    /// A port that is none.
    BAD_CA_PORT = "RC0362" "bad-ca-port";
    /// Images in a directory that is lost with its pod.
    IMAGES_ON_EMPTY_DIR = "RC0363" "images-on-empty-dir";
    /// Storage of the user's own that the operator manages.
    OWN_STORAGE_MANAGED = "RC0364" "own-storage-managed";
    /// Storage of the user's own that the operator deletes.
    OWN_STORAGE_DELETED = "RC0365" "own-storage-deleted";
    /// An S3 bucket without its region.
    NO_S3_REGION = "RC0366" "no-s3-region";
    /// An S3 endpoint without `http://` or `https://`.
    ENDPOINT_WITHOUT_SCHEME = "RC0367" "endpoint-without-scheme";
    /// A GCS bucket without its region or project.
    NO_GCS_REGION = "RC0368" "no-gcs-region";
    /// A limit of requests below zero.
    NEGATIVE_LIMIT = "RC0369" "negative-limit";
    /// A kind of mirrors that older minors of the target do not have.
    MIRROR_KIND_OF_OTHER_MINOR = "RC0370" "mirror-kind-of-other-minor";
    /// No word on the kind of mirrors where the target has two.
    UNSAID_MIRROR_KIND = "RC0371" "unsaid-mirror-kind";
    /// A policy on the source in a kind that has none.
    POLICY_WITHOUT_MIRROR_SET = "RC0372" "policy-without-mirror-set";
    /// A grant that names nobody.
    GRANT_TO_NOBODY = "RC0373" "grant-to-nobody";
    /// A login for a registry that no image is pulled from, or that programs read differently.
    BAD_PULL_REGISTRY = "RC0374" "bad-pull-registry";
    /// Two logins of one pull secret for one registry.
    DUPLICATE_PULL_REGISTRY = "RC0375" "duplicate-pull-registry";
    /// A name that nobody can sign in with.
    BAD_LOGIN_NAME = "RC0376" "bad-login-name";
    /// A pull secret for image streams that have one already.
    NEEDLESS_SAMPLES_SECRET = "RC0378" "needless-samples-secret";
    /// A bundle under the name of one of the platform's.
    PLATFORMS_BUNDLE_REPLACED = "RC0380" "platforms-bundle-replaced";
    /// Credentials for Swift without where to sign in.
    SWIFT_WITHOUT_IDENTITY = "RC0381" "swift-without-identity";
    /// A layer that no spec extends.
    UNUSED_LAYER = "RC0390" "unused-layer";
    /// One registry with other certificates on another cluster.
    DIFFERENT_CAS = "RC0391" "different-cas";
    /// One bucket for two clusters.
    SHARED_BUCKET = "RC0392" "shared-bucket";
    /// A project file below the project's root.
    NESTED_PROJECT = "RC0393" "nested-project";
    /// A target on which the platform is not there.
    TARGET_OUT_OF_PROFILE = "RC0394" "target-out-of-profile";
    /// A kind that later releases may not have.
    DEPRECATED_KIND = "RC0395" "deprecated-kind";
    /// A host that is not among the names of its certificate.
    HOST_NOT_IN_CERTIFICATE = "RC0396" "host-not-in-certificate";
    /// Certificates of a route that are no chain.
    BROKEN_CHAIN = "RC0397" "broken-chain";
    /// A certificate that is not for servers.
    NO_SERVER_CERTIFICATE = "RC0398" "no-server-certificate";
    /// A key or signature that is too weak.
    WEAK_CERTIFICATE = "RC0399" "weak-certificate";
    /// One Secret that would need two ways to the cluster.
    MIXED_DELIVERY = "RC0401" "mixed-delivery";
    /// A reference to a Secret that is not the one that is read.
    WRONG_REFERENCE = "RC0402" "wrong-reference";
    /// An external secret without a store.
    NO_STORE = "RC0403" "no-secret-store";
    /// How a sealed value is given is in no way, or in two.
    SEALED_SOURCE = "RC0404" "sealed-source";
    /// A file that should hold a SealedSecret holds something else.
    NOT_A_SEALED_SECRET = "RC0405" "not-a-sealed-secret";
    /// A sealed value is bound to another name or namespace.
    SEALED_FOR_ANOTHER = "RC0406" "sealed-for-another";
    /// What stands where ciphertext belongs is none.
    NOT_SEALED = "RC0407" "not-sealed";
    /// Values of one Secret are bound to different things.
    MIXED_SCOPES = "RC0408" "mixed-scopes";
    /// A Secret that is there already lacks a key that is read.
    REFERENCED_SECRET_WITHOUT_KEY = "RC0409" "referenced-secret-without-key";
    /// The template in a file says more than is rendered.
    SEALED_TEMPLATE = "RC0410" "sealed-template";
    /// A file has no sealed value of a key.
    NO_SEALED_VALUE = "RC0411" "no-sealed-value";
    /// A key or credential that is given as public text.
    PUBLIC_SECRET = "RC0412" "public-secret";
    /// A part of a docker config that only the cluster can open.
    SEALED_LOGIN = "RC0413" "sealed-login";
    /// A part of a docker config that another Secret holds.
    REFERENCED_LOGIN = "RC0414" "referenced-login";
    /// A pull secret without what it is made of, or with two of it.
    INCOMPLETE_PULL_SECRET = "RC0415" "incomplete-pull-secret";
    /// A login without a name or password, or with two of them.
    INCOMPLETE_LOGIN = "RC0416" "incomplete-login";
    /// A template that cannot be read.
    TEMPLATE_SYNTAX = "RC0430" "template-syntax";
    /// Something that templates do not have.
    TEMPLATE_CONSTRUCT = "RC0431" "template-construct";
    /// A variable or field that is not there.
    UNKNOWN_VARIABLE = "RC0432" "unknown-variable";
    /// A filter or test that templates do not have.
    UNKNOWN_FILTER = "RC0433" "unknown-filter";
    /// An operation on a value of another type.
    TEMPLATE_TYPE = "RC0434" "template-type";
    /// An inline `if` that has nothing to place.
    MISSING_ELSE = "RC0435" "missing-else";
    /// `target` placed or compared.
    TARGET_USE = "RC0436" "target-use";
    /// A version in a template that is not known.
    TARGET_VERSION = "RC0437" "target-version";
    /// A secret that is looked at.
    SECRET_TOUCHED = "RC0438" "secret-touched";
    /// A template beyond a limit.
    TEMPLATE_LIMIT = "RC0439" "template-limit";
    /// A template whose text is no YAML.
    RENDERED_YAML = "RC0440" "rendered-yaml";
    /// A value where YAML has none.
    VALUE_MISPLACED = "RC0441" "value-misplaced";
    /// A list, mapping or null among text.
    VALUE_IN_TEXT = "RC0442" "value-in-text";
    /// A value as a key that is not text.
    VALUE_AS_KEY = "RC0443" "value-as-key";
    /// A key rendered twice.
    RENDERED_KEY_TWICE = "RC0444" "rendered-key-twice";
    /// A rendered document that is no object.
    NOT_AN_OBJECT = "RC0445" "not-an-object";
    /// A line break that a block adds to a value that has one.
    BLANK_LINE_ADDED = "RC0446" "blank-line-added";
    /// A feature of YAML that templates do without.
    TEMPLATE_YAML = "RC0447" "template-yaml";
    /// A field that no minor's API has.
    OBJECT_UNKNOWN_FIELD = "RC0501" "object-unknown-field";
    /// A field or kind that only other minors have.
    OBJECT_FIELD_OF_OTHER_MINOR = "RC0502" "object-field-of-other-minor";
    /// A value of another type than the field has.
    OBJECT_WRONG_TYPE = "RC0503" "object-wrong-type";
    /// A required field that is not there.
    OBJECT_MISSING_FIELD = "RC0504" "object-missing-field";
    /// A value that is none of the allowed ones.
    OBJECT_VALUE_NOT_ALLOWED = "RC0505" "object-value-not-allowed";
    /// A text that is not in its form.
    OBJECT_MALFORMED_VALUE = "RC0506" "object-malformed-value";
    /// Too many, too few, too long, too short, too great or too small.
    OBJECT_OUT_OF_BOUNDS = "RC0507" "object-out-of-bounds";
    /// The same item twice in a list.
    OBJECT_DUPLICATE_ITEM = "RC0508" "object-duplicate-item";
    /// Fields or values that do not go together.
    OBJECT_NOT_TOGETHER = "RC0509" "object-not-together";
    /// A rule of the API in CEL.
    API_RULE = "RC0510" "api-rule";
    /// A document without `apiVersion` or `kind`.
    NOT_A_MANIFEST = "RC0511" "not-a-manifest";
    /// An object of a kind that regcfg does not know.
    KIND_NOT_CHECKED = "RC0512" "kind-not-checked";
    /// A version of an API that is not served.
    OTHER_API_VERSION = "RC0513" "other-api-version";
    /// One object twice.
    DUPLICATE_OBJECT = "RC0514" "duplicate-object";
    /// A namespaced object without a namespace.
    MISSING_NAMESPACE = "RC0515" "missing-namespace";
    /// Something that is taken and never read.
    NO_EFFECT = "RC0516" "no-effect";
    /// A key in `data` and in `binaryData`.
    KEY_IN_BOTH = "RC0517" "key-in-both";
    /// A typed secret without a key of its type.
    SECRET_KEY_MISSING = "RC0518" "secret-key-missing";
    // RC0519 was RC0330 in an object; it is one fault, and has one code.
    /// A storage backend beside the one that the operator bootstrapped.
    BOOTSTRAPPED_BACKEND = "RC0520" "bootstrapped-backend";
    /// A duration that the API server takes, and that no operator can read.
    LAX_DURATION = "RC0526" "lax-duration";
    /// Two routes of one name.
    DUPLICATE_ROUTE_NAME = "RC0534" "duplicate-route-name";
    /// The name of the operator's own claim, taken by another.
    DEFAULT_CLAIM_TAKEN = "RC0535" "default-claim-taken";
    /// An object that is named, in a namespace where nothing looks for it.
    OBJECT_IN_OTHER_NAMESPACE = "RC0536" "object-in-other-namespace";
    /// An object that is named, without the key that is read.
    OBJECT_WITHOUT_KEY = "RC0537" "object-without-key";
    /// The Secret of credentials without all keys of the backend.
    INCOMPLETE_USER_SECRET = "RC0538" "incomplete-user-secret";
    /// An account key that is empty.
    EMPTY_ACCOUNT_KEY = "RC0539" "empty-account-key";
    /// Overrides that the operator cannot read.
    MALFORMED_OVERRIDES = "RC0540" "malformed-overrides";
    /// Overrides that nobody supports.
    UNSUPPORTED_OVERRIDES = "RC0541" "unsupported-overrides";
    /// The operator's own notes, written by somebody else.
    AUTHORED_OBSERVED_CONFIG = "RC0542" "authored-observed-config";
    /// TLS settings that the operator cannot read.
    BAD_OBSERVED_TLS = "RC0543" "bad-observed-tls";
    /// A pruner on which the operator of 4.4 to 4.12 crashes.
    PRUNER_WITHOUT_SUSPEND = "RC0544" "pruner-without-suspend";
    /// A version of Swift's authentication that is no number.
    BAD_SWIFT_VERSION = "RC0545" "bad-swift-version";
    /// A URL of Swift's authentication with a path that is no version.
    BAD_SWIFT_URL = "RC0546" "bad-swift-url";
    /// A storage backend that the operator has dropped.
    RETIRED_BACKEND = "RC0547" "retired-backend";
    /// A resource key of another service instance.
    KEY_OF_OTHER_INSTANCE = "RC0548" "key-of-other-instance";
    /// A KMS key for a bucket that exists already.
    KEY_ON_OWN_GCS_BUCKET = "RC0549" "key-on-own-gcs-bucket";
    /// Authorities of one's own for Amazon's endpoints.
    TRUSTED_CA_WITHOUT_ENDPOINT = "RC0550" "trusted-ca-without-endpoint";
    /// A key that is called optional and is required.
    OPTIONAL_CLOUDFRONT_KEY = "RC0551" "optional-cloudfront-key";
    /// Buckets as host names below an IP address.
    BUCKET_HOST_ON_ADDRESS = "RC0552" "bucket-host-on-address";
    /// A selector of every node.
    EMPTY_NODE_SELECTOR = "RC0553" "empty-node-selector";
    /// A schedule that no CronJob can have.
    BAD_SCHEDULE = "RC0554" "bad-schedule";
    /// A number of the pruner below zero.
    NEGATIVE_PRUNER_NUMBER = "RC0555" "negative-pruner-number";
    /// Two ages under which images are kept.
    TWO_PRUNE_AGES = "RC0556" "two-prune-ages";
    /// An age of a few nanoseconds.
    AGE_IN_NANOSECONDS = "RC0557" "age-in-nanoseconds";
    /// A pruner that does not run.
    SUSPENDED_PRUNER = "RC0558" "suspended-pruner";
    /// A pruner where the registry is removed.
    PRUNER_WITHOUT_REGISTRY = "RC0559" "pruner-without-registry";
    /// The registry's own secret in plain text.
    COMMITTED_HTTP_SECRET = "RC0560" "committed-http-secret";
    /// An object that the operator makes by itself.
    OPERATORS_OBJECT = "RC0561" "operators-object";
    /// The operator's mark on an object of somebody else.
    OPERATORS_ANNOTATION = "RC0562" "operators-annotation";
    /// A ConfigMap of the platform as the bundle of registries.
    PLATFORMS_CA_BUNDLE = "RC0563" "platforms-ca-bundle";
    /// Storage of the operator that goes with the registry.
    OPERATORS_STORAGE_DELETED = "RC0564" "operators-storage-deleted";
    /// A state that the operator does not know.
    FORCED_STATE = "RC0565" "forced-state";
    /// Settings that nobody acts on.
    UNMANAGED_SETTINGS = "RC0566" "unmanaged-settings";
    /// An old log level that a new one wins over.
    LOGGING_WITHOUT_EFFECT = "RC0567" "logging-without-effect";
    /// A host of the registry that another Route claims.
    HOST_OF_OTHER_ROUTE = "RC0568" "host-of-other-route";
    /// A longest wait for requests that never wait.
    WAIT_WITHOUT_LIMIT = "RC0569" "wait-without-limit";
    /// Allowed registries beside blocked ones.
    ALLOWED_AND_BLOCKED = "RC0570" "allowed-and-blocked";
    /// A blocked registry that the cluster's release comes from.
    PAYLOAD_BLOCKED = "RC0571" "payload-blocked";
    /// A registry in a form that nodes cannot take.
    BAD_REGISTRY_ENTRY = "RC0572" "bad-registry-entry";
    /// A source or mirror in a form that nodes cannot take.
    BAD_MIRROR_LOCATION = "RC0573" "bad-mirror-location";
    /// Two policies on one source.
    CONFLICTING_SOURCE_POLICIES = "RC0574" "conflicting-source-policies";
    /// A source that is never asked, among its own mirrors.
    SOURCE_AMONG_MIRRORS = "RC0575" "source-among-mirrors";
    /// A source without a mirror but itself.
    MIRRORS_WITHOUT_EFFECT = "RC0576" "mirrors-without-effect";
    /// Mirrors of a source in two orders.
    CONFLICTING_MIRROR_ORDERS = "RC0577" "conflicting-mirror-orders";
    /// A tag or digest among registries.
    TAGGED_REGISTRY = "RC0578" "tagged-registry";
    /// Allowed registries without that of the cluster's release.
    PAYLOAD_NOT_ALLOWED = "RC0579" "payload-not-allowed";
    /// Allowed registries without one that the cluster needs.
    NEEDED_REGISTRY_NOT_ALLOWED = "RC0580" "needed-registry-not-allowed";
    /// Mirrors of the cluster's own registry.
    MIRRORED_INTERNAL_REGISTRY = "RC0581" "mirrored-internal-registry";
    /// Authorities of one's own for a registry of the vendor.
    VENDOR_CA = "RC0582" "vendor-ca";
    /// A registry that need not prove who it is.
    INSECURE_REGISTRY = "RC0583" "insecure-registry";
    /// A role for whoever does not sign in.
    ANONYMOUS_GRANT = "RC0584" "anonymous-grant";
    /// A role to push for everyone.
    EVERYONE_PUSHES = "RC0585" "everyone-pushes";
    /// The registry's own role for someone else.
    REGISTRYS_OWN_ROLE = "RC0586" "registrys-own-role";
    /// The cluster's own pull secret, replaced.
    GLOBAL_PULL_SECRET = "RC0587" "global-pull-secret-replaced";
    /// Registries that are searched for names without a host.
    SEARCH_REGISTRIES = "RC0588" "search-registries";
    /// A built-in group bound as a user, or a user as a group.
    GROUP_AS_USER = "RC0589" "group-as-user";
    /// A private key beside the certificate of another one.
    KEY_OF_OTHER_CERTIFICATE = "RC0590" "key-of-other-certificate";
    /// A private key that the router cannot use.
    UNUSABLE_KEY = "RC0591" "unusable-key";
    /// A certificate that ends soon.
    EXPIRING_CERTIFICATE = "RC0592" "expiring-certificate";
    /// A certificate that its `caCertificate` did not sign.
    SIGNED_BY_ANOTHER = "RC0593" "signed-by-another";
    /// A block among certificates that the router does not know.
    FOREIGN_BLOCK = "RC0594" "foreign-block";
    /// A docker config that no kubelet can read.
    UNREADABLE_DOCKER_CONFIG = "RC0597" "unreadable-docker-config";
    /// A docker config of which some has no effect.
    USELESS_DOCKER_CONFIG = "RC0598" "useless-docker-config";
    /// A service account whose pull secrets are replaced.
    PULL_SECRETS_REPLACED = "RC0599" "pull-secrets-replaced";
    /// More replicas on a volume of one node that was accepted with one.
    REPLICAS_RAISED = "RC0601" "replicas-raised";
    /// A rolling update on a volume of one node that was accepted with `Recreate`.
    ROLLING_ON_ACCEPTED_CLAIM = "RC0602" "rolling-on-accepted-claim";
    /// Another storage backend.
    BACKEND_SWITCHED = "RC0603" "backend-switched";
    /// Another bucket, container or claim of the same backend.
    IMAGES_LEFT_BEHIND = "RC0604" "images-left-behind";
    /// A registry that is removed while the operator manages its storage.
    STORAGE_DELETED = "RC0605" "storage-deleted";
    /// A registry that is removed.
    REGISTRY_REMOVED = "RC0606" "registry-removed";
    /// Storage of the user's own that the operator begins to manage.
    STORAGE_TAKEN_OVER = "RC0607" "storage-taken-over";
    /// A claim whose immutable fields change.
    CLAIM_CHANGED = "RC0608" "claim-changed";
    /// A claim that shrinks.
    CLAIM_SHRUNK = "RC0609" "claim-shrunk";
    /// A claim that is rendered no more.
    CLAIM_GONE = "RC0610" "claim-gone";
    /// The operator's config that is rendered no more.
    CONFIG_GONE = "RC0611" "config-gone";
    /// The pruner or image.config that is rendered no more.
    SETTINGS_GONE = "RC0612" "settings-gone";
    /// What the registry reads and is rendered no more.
    REFERENCE_GONE = "RC0613" "reference-gone";
    /// Registries whose certificates are trusted no more.
    TRUST_WITHDRAWN = "RC0614" "trust-withdrawn";
    /// Mirrors that move to another object in one step.
    MIRRORS_SWITCHED = "RC0615" "mirrors-switched";
    /// Mirrors whose change drains the nodes.
    MIRRORS_CHANGED = "RC0616" "mirrors-changed";
    /// Lists of registries whose change drains the nodes.
    REGISTRY_LISTS_CHANGED = "RC0617" "registry-lists-changed";
    /// Private storage that is to become public.
    PRIVATE_ACCESS_OPENED = "RC0618" "private-access-opened";
    /// Another region of the same store.
    REGION_CHANGED = "RC0619" "region-changed";
    /// A host of the registry's routes that goes.
    ROUTE_HOST_GONE = "RC0620" "route-host-gone";
    /// A suspended pruner that runs again.
    PRUNER_RESUMED = "RC0621" "pruner-resumed";
    /// A Secret or ConfigMap that cannot change and does.
    IMMUTABLE_CHANGED = "RC0622" "immutable-changed";
    /// An older state of a cluster of which nothing can be made.
    UPDATE_NOT_CHECKED = "RC0628" "update-not-checked";
    /// A cluster that an older state has and the new one has not.
    CLUSTER_GONE = "RC0629" "cluster-gone";
    /// A plain secret in output that nobody asked to hold secrets.
    PLAIN_SECRET = "RC0701" "plain-secret";
    /// A variable that secrets may not be read from.
    ENV_NOT_ALLOWED = "RC0702" "env-not-allowed";
    /// A variable of a secret that is not set, or empty.
    SECRET_NOT_SET = "RC0703" "secret-not-set";
    /// A secret's file that is not there, empty or too large.
    SECRET_FILE = "RC0704" "secret-file";
    /// A Secret that is left out on request.
    SECRET_LEFT_OUT = "RC0705" "secret-left-out";
    /// A plain secret outside of `data` of a Secret.
    MISPLACED_SECRET = "RC0706" "misplaced-secret";
    /// A spec that renders no object.
    NO_OBJECTS = "RC0707" "no-objects";
    /// A value that YAML has no form for.
    NOT_WRITABLE = "RC0708" "not-writable";
    /// No age identity for what SOPS encrypted.
    NO_IDENTITY = "RC0710" "no-age-identity";
    /// No identity that opens a file.
    WRONG_IDENTITY = "RC0711" "wrong-age-identity";
    /// A file that no age identity can open.
    NO_AGE_RECIPIENT = "RC0712" "no-age-recipient";
    /// An encrypted value, or the MAC of all, that SOPS did not write.
    SOPS_TAMPERED = "RC0713" "sops-tampered";
    /// Malformed data of SOPS in a file.
    SOPS_METADATA = "RC0714" "sops-metadata";
    /// A plain value in a file that SOPS encrypted.
    SOPS_NOT_ENCRYPTED = "RC0715" "sops-not-encrypted";
    /// A value that an encrypted file does not have.
    NO_SOPS_VALUE = "RC0716" "no-sops-value";
    /// A file that SOPS did not encrypt, or in a form that is not read.
    NOT_SOPS = "RC0717" "not-a-sops-file";
    /// A file or variable of age identities that cannot be used.
    UNUSABLE_IDENTITY = "RC0718" "unusable-age-identity";
    /// A decrypted value that is not what a Secret needs, or not what was typed.
    SOPS_VALUE_FORM = "RC0719" "sops-value-form";
    /// A file that SOPS encrypted and that cannot be passed on as a Secret.
    UNFIT_ENCRYPTED_FILE = "RC0720" "unfit-encrypted-file";
    /// An encrypted Secret that is not the one that is read.
    OTHER_ENCRYPTED_SECRET = "RC0721" "other-encrypted-secret";
    /// An encrypted Secret without the key that is read.
    WRONG_ENCRYPTED_KEY = "RC0722" "wrong-encrypted-key";
    /// A value in plain where SOPS should have encrypted it.
    UNENCRYPTED_VALUE = "RC0723" "unencrypted-value";
    /// A key of an encrypted Secret that nothing reads.
    UNREAD_ENCRYPTED_KEY = "RC0724" "unread-encrypted-key";
    /// An encrypted Secret that an engine may prune.
    UNGUARDED_ENCRYPTED_SECRET = "RC0725" "unguarded-encrypted-secret";
    /// Ciphertext of SOPS for Argo CD, which does not decrypt.
    CIPHERTEXT_FOR_ARGOCD = "RC0726" "ciphertext-for-argocd";
    /// What SOPS encrypted, asked of a plugin that has no identity for it.
    NOT_DECRYPTED_HERE = "RC0727" "not-decrypted-here";
    /// A Secret sealed for the whole cluster without the policy's leave.
    CLUSTER_WIDE_SECRET = "RC0728" "cluster-wide-secret";
    /// An identity of the policy that can be for nobody, or for anyone.
    BAD_SOPS_IDENTITY = "RC0729" "bad-sops-identity";
    /// A revealed key beside the certificate of another one.
    REVEALED_OTHER_KEY = "RC0730" "revealed-other-key";
    /// A revealed key that the router cannot use.
    REVEALED_UNUSABLE_KEY = "RC0731" "revealed-unusable-key";
    /// A revealed certificate that is none.
    REVEALED_NO_CERTIFICATE = "RC0732" "revealed-no-certificate";
    /// A whole docker config that nothing can read.
    BAD_DOCKER_CONFIG = "RC0734" "bad-docker-config";
    /// A login that no registry takes.
    UNUSABLE_LOGIN = "RC0735" "unusable-login";
    /// A whole docker config of which some has no effect.
    DOCKER_CONFIG_WITHOUT_EFFECT = "RC0736" "docker-config-without-effect";
    /// A secret that what reads it takes otherwise than it stands.
    SECRET_MISREAD = "RC0745" "secret-misread";
    /// A secret with bytes that are no text.
    SECRET_NOT_TEXT = "RC0746" "secret-not-text";
    /// A secret in another form than what reads it knows.
    SECRET_OF_OTHER_FORM = "RC0747" "secret-of-other-form";
    /// A secret that is empty where a key belongs.
    EMPTY_SECRET = "RC0748" "empty-secret";
    /// Plain secrets that are written where Git would take them.
    SECRETS_BESIDE_GIT = "RC0749" "secrets-beside-git";
    /// A fault of regcfg itself.
    INTERNAL_ERROR = "RC0901" "internal-error";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_of_one_judge() {
        let of = |side: Side| ALL.iter().filter(move |code| code.side() == side);
        assert!(of(Side::Schema).all(|code| code.id.starts_with("RC05")));
        assert!(of(Side::Schema).any(|code| **code == API_RULE));
        assert!(of(Side::Rules).any(|code| **code == SEVERAL_BACKENDS));
        assert!(of(Side::Rules).any(|code| **code == BOOTSTRAPPED_BACKEND));
        assert!(of(Side::Files).any(|code| **code == MALFORMED_YAML));
    }
}
