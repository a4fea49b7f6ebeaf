//! Codes about the files of a project: load, resolve, check, lower and render.

use super::Code;

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
}
