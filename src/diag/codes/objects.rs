//! Codes about objects: what the API server and the operator would say of them, and of an update.

use super::Code;

codes! {
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
    /// Live objects of another cluster.
    OTHER_CLUSTER = "RC0630" "other-cluster";
    /// A live object that somebody else applies.
    OTHER_OWNER = "RC0631" "other-owner";
}
