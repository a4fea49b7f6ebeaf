//! Codes about what leaves regcfg.

use super::Code;

codes! {
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
}
