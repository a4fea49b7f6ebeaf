//! What is said of which bytes, by what reads them, and that what is said depends on nothing but their kind.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

const ACCESS: Reader = Reader::CredentialsFile(S3Key::Access);
const SECRET: Reader = Reader::CredentialsFile(S3Key::Secret);

/// Checks what is said of bytes: `severity CODE words`, or nothing.
#[track_caller]
fn check(reader: Reader, bytes: impl AsRef<[u8]>, expected: &str) {
    let bytes = bytes.as_ref();
    let said = reader.fault(bytes).map_or(String::new(), |fault| {
        let severity = format!("{:?}", fault.severity).to_lowercase();
        format!("{severity} {} {}", fault.code.id, fault.said)
    });
    let shown = String::from_utf8_lossy(bytes);
    let is_expected = if expected.is_empty() { said.is_empty() } else { said.starts_with(expected) };
    assert!(is_expected, "{reader:?} of {shown:?}: {said}, and not {expected}");
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

/// The version, and two numbers.
fn pkcs1() -> String {
    pem("RSA PRIVATE KEY", &[0x30, 6, 2, 1, 0, 2, 1, 5])
}

#[test]
fn keys_of_any_store_are_taken_as_they_are() {
    for key in
        ["hunter2", "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "a b", "p#;=[]'\"", "\u{e4}"]
    {
        check(SECRET, key, "");
        check(Reader::Keystone, key, "");
    }
    for key in ["123456", "true", "a: b", "${x}", "{{ x }}", "{% x %}", "%s", "-", "~", "|", "ENC[", "\\n"] {
        check(ACCESS, key, "");
        check(SECRET, key, "");
        check(Reader::Keystone, key, "");
    }
    check(Reader::Iam, "Q-UJDR_EVGR0hJSktMTU5PUFFSU1RVVldY", "");
    check(Reader::AccountKey, STANDARD.encode([0x8f; 64]), "");
    check(Reader::CloudFront, pkcs1(), "");
}

#[test]
fn a_temporary_key_needs_a_session_token_that_nothing_reads() {
    check(ACCESS, "ASIAIOSFODNN7EXAMPLE", "warning RC0747 looks like a temporary key of AWS");
    check(ACCESS, "ASIAIOSFODNN7EXAMPLE\n", "warning RC0747 looks like a temporary key of AWS");
    for other in ["ASIA", "asiaiosfodnn7example", "ASIAIOSFODNN7EXAMPLE0"] {
        check(ACCESS, other, "");
    }
    check(SECRET, "ASIAIOSFODNN7EXAMPLE", "");
}

#[test]
fn nothing_is_no_key_but_where_others_are_wanted_empty() {
    for reader in [ACCESS, SECRET, Reader::Keyfile, Reader::Iam, Reader::CloudFront] {
        check(reader, "", "error RC0748");
    }
    check(Reader::Keystone, "", "");
    check(Reader::AccountKey, "", "");
    for blank in [" ", "\n", "\r\n", "\t"] {
        check(Reader::Iam, blank, "error RC0745 is blank");
        check(Reader::Keystone, blank, "error RC0745 is blank");
        check(ACCESS, blank, "error RC0745");
        check(Reader::Keyfile, blank, "error RC0747");
        check(Reader::CloudFront, blank, "error RC0747");
    }
    check(Reader::AccountKey, "\n", "error RC0747 is blank");
}

#[test]
fn a_line_break_counts_where_it_is_read() {
    for (around, exact, dropped) in [
        ("KEY\n", "error RC0745 ends in a line break", "info RC0745"),
        ("KEY\r\n", "error RC0745 ends in a line break", "info RC0745"),
        ("KEY\n\n", "error RC0745 ends in a line break", "info RC0745"),
        ("\nKEY", "error RC0745 begins with a line break", "error RC0745 begins with a line break"),
        ("KE\nY", "", "error RC0745 has more than one line"),
    ] {
        check(Reader::Iam, around, exact);
        check(Reader::Keystone, around, exact);
        check(ACCESS, around, dropped);
        check(SECRET, around, dropped);
    }
    check(Reader::Iam, "KEY ", "error RC0745 has a space");
    check(Reader::Keystone, " KEY", "warning RC0745 has a space");
    check(SECRET, " KEY ", "");
    let key = STANDARD.encode([0x8f; 64]);
    check(Reader::AccountKey, format!("{key}\n"), "info RC0745");
    check(Reader::AccountKey, format!("{key}\r\n"), "info RC0745");
    check(Reader::AccountKey, format!("{} \n", &key[..40]), "error RC0747");
    check(Reader::AccountKey, format!("{}\n{}", &key[..40], &key[40..]), "");
}

#[test]
fn a_credentials_file_cuts_what_it_has_another_meaning_for() {
    check(SECRET, "ab #c", "error RC0745 is cut short");
    check(SECRET, "ab ;c", "error RC0745 is cut short");
    check(SECRET, "\"ab\"c", "error RC0745 is cut short");
    check(SECRET, "#abc", "error RC0745 begins with a character");
    check(SECRET, "\"abc", "error RC0745 begins with a character");
    check(SECRET, "\"abc\"", "");
    check(SECRET, "\"abc\"\n", "info RC0745");
    check(Reader::Keystone, "\"abc\"", "info RC0745 stands in quotes");
    check(Reader::Iam, "\"abc\"", "error RC0745 stands in quotes or braces");
}

#[test]
fn bytes_that_are_no_text_are_found_in_every_secret() {
    for reader in
        [ACCESS, SECRET, Reader::AccountKey, Reader::Keyfile, Reader::Keystone, Reader::Iam, Reader::CloudFront]
    {
        check(reader, b"\xff\xfeH\0U\0", "error RC0746 is text in UTF-16");
        check(reader, b"HU\xffSH", "error RC0746 is no text");
        check(reader, "\u{feff}HUSH", "error RC0746 begins with a byte order mark");
        check(reader, "HU\0SH", "error RC0746 has a NUL byte");
    }
    check(ACCESS, "HU\x1b[0mSH", "error RC0746 has a control character");
    check(Reader::Iam, "HU\x7fSH", "error RC0746 has a control character");
    check(SECRET, "HU\x1b[0mSH", "warning RC0746 has a control character");
    check(Reader::Keystone, "HU\u{9b}SH", "warning RC0746 has a control character");
}

#[test]
fn a_key_of_another_backend_or_its_whole_file_is_named() {
    let connection = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=eA==;EndpointSuffix=core.windows.net";
    let keyfile = r#"{"type": "service_account", "client_email": "a@b", "private_key": "-----BEGIN X"}"#;
    for reader in [ACCESS, SECRET, Reader::AccountKey, Reader::Keystone, Reader::Iam] {
        check(reader, connection, "error RC0747 is a connection string of Azure");
        check(reader, pkcs1(), "error RC0747 is PEM");
        check(reader, "{\"apikey\": \"x\"}\n", "error RC0747 is JSON");
        check(reader, "export AWS_SECRET_ACCESS_KEY=x\n", "error RC0747 is an assignment");
        check(reader, "clouds:\n  openstack:\n    auth: {}\n", "error RC0747 is a `clouds.yaml`");
    }
    let ini = "[default]\naws_access_key_id = A\naws_secret_access_key = B\n";
    check(SECRET, ini, "warning RC0747 is a whole AWS credentials file");
    check(Reader::AccountKey, ini, "error RC0747 is a whole AWS credentials file");
    check(Reader::Keyfile, keyfile, "");
    check(Reader::Keyfile, connection, "error RC0747");
}

#[test]
fn base64_of_what_is_base64_is_told_where_that_is_sure() {
    let twice = |text: &str| STANDARD.encode(text);
    check(ACCESS, twice("AKIAIOSFODNN7EXAMPLE"), "warning RC0747 is the base64");
    check(ACCESS, twice("AKIAIOSFODNN7EXAMPLE\n"), "warning RC0747 is the base64");
    check(SECRET, twice("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), "warning RC0747 is the base64");
    check(Reader::AccountKey, twice(&STANDARD.encode([0x8f; 64])), "error RC0747 is the base64 of base64");
    check(Reader::Keyfile, twice("{\"type\": \"service_account\"}"), "error RC0747 is no keyfile");
    check(Reader::CloudFront, twice(&pkcs1()), "error RC0747 is the base64 of PEM");
    // Passwords, hexadecimal digits and random bytes in base64 are keys of some store.
    for key in ["passwordpassword", "0123456789abcdef0123456789abcdef01234567"] {
        check(SECRET, key, "");
        check(SECRET, twice(key), "");
    }
}

#[test]
fn a_keyfile_is_the_json_of_a_service_account() {
    let of = |fields: &str| format!("{{{fields}}}\r\n");
    let email = r#""client_email": "a@b""#;
    let key = r#""private_key": "-----BEGIN PRIVATE KEY-----\nx""#;
    check(Reader::Keyfile, of(&format!(r#""type": "service_account", {email}, {key}"#)), "");
    check(Reader::Keyfile, of(r#""type": "external_account""#), "");
    check(Reader::Keyfile, of(&format!(r#""type": "service_account", {key}"#)), "error RC0747 has no `client_email`");
    check(Reader::Keyfile, of(&format!(r#""type": "service_account", {email}"#)), "error RC0747 has no `private_key`");
    let no_pem = of(&format!(r#""type": "service_account", {email}, "private_key": "x""#));
    check(Reader::Keyfile, no_pem, "error RC0747 has a `private_key` that is not PEM");
    check(Reader::Keyfile, of(r#""type": "authorized_user""#), "warning RC0747 is of another kind");
    check(Reader::Keyfile, of(r#""type": "web""#), "error RC0747 is no keyfile: its `type`");
    // A key whose line breaks were put in as such is no JSON.
    check(Reader::Keyfile, "{\"type\": \"service_account\", \"private_key\": \"a\nb\"}", "error RC0747 is no keyfile");
    check(Reader::Keyfile, "[]", "error RC0747 is no keyfile");
}

#[test]
fn a_signing_key_is_pem_of_pkcs1() {
    let rsa = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
    let kind: Vec<u8> = [&[0x30, 13][..], &rsa, &[5, 0]].concat();
    let pkcs8: Vec<u8> = [&[0x30, 20, 2, 1, 0][..], &kind, &[4, 0]].concat();
    check(Reader::CloudFront, pem("PRIVATE KEY", &pkcs8), "error RC0747 is a private key in the form PKCS#8");
    check(Reader::CloudFront, pkcs1().replace('\n', "\r\n"), "info RC0745 has lines that end in CR LF");
    check(Reader::CloudFront, pkcs1().trim_end(), "info RC0745 has no line break at its end");
    check(Reader::CloudFront, format!("a comment\n{}", pkcs1()), "");
    check(Reader::CloudFront, format!("a comment {}", pkcs1()), "error RC0747 has no line that begins");
    check(Reader::CloudFront, pkcs1().replace('\n', " "), "error RC0747 has lines that were joined");
    check(Reader::CloudFront, pkcs1().replace('\n', "\\n"), "error RC0747 has lines that were joined");
    check(Reader::CloudFront, pkcs1().split_once("-----END").unwrap().0, "error RC0747 is PEM without its last line");
    check(Reader::CloudFront, pkcs1().replace("MA", "M!"), "error RC0747 is PEM whose lines are not base64");
    let encrypted = pkcs1().replace("KEY-----\nM", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nM");
    check(Reader::CloudFront, encrypted, "error RC0747 is encrypted");
    check(Reader::CloudFront, pem("EC PRIVATE KEY", &[0x30, 3, 2, 1, 1]), "error RC0747 is PEM of something else");
    check(Reader::CloudFront, pem("CERTIFICATE", &[0x30, 0]), "error RC0747 is PEM of something else");
    check(Reader::CloudFront, pem("RSA PRIVATE KEY", &[0x30, 9, 2, 1, 0]), "error RC0747 is PEM of something else");
    check(Reader::CloudFront, "HUSH", "error RC0747 is not PEM");
}

#[test]
fn readers_are_known_by_the_key() {
    let of = |name: &str, key: &str| Reader::of("openshift-image-registry", name, key, Some(("front", "pem")));
    assert_eq!(of(USER_SECRET, "REGISTRY_STORAGE_S3_ACCESSKEY"), Some(ACCESS));
    assert_eq!(of(USER_SECRET, "REGISTRY_STORAGE_SWIFT_TOKENID"), Some(Reader::Keystone));
    assert_eq!(of(USER_SECRET, "credentials"), None);
    assert_eq!(of("front", "pem"), Some(Reader::CloudFront));
    assert_eq!(of("front", "other"), None);
    assert_eq!(of("route", "tls.key"), None);
    assert_eq!(Reader::of("elsewhere", USER_SECRET, "REGISTRY_STORAGE_S3_ACCESSKEY", None), None);
}

#[test]
fn what_is_said_has_nothing_of_the_value() {
    let place = Place::start_of(&crate::tree::Source::new("spec.yaml", "", crate::tree::SourceKind::User));
    for reader in
        [ACCESS, SECRET, Reader::AccountKey, Reader::Keyfile, Reader::Keystone, Reader::Iam, Reader::CloudFront]
    {
        for shape in
            ["@", "@\n", "\n@", "@\0", "\u{feff}@", "{\"@\": \"@\"}", " #@", "[default]\naws_access_key_id = @\n"]
        {
            let said = |marker: &str| {
                let fault = reader.fault(shape.replace('@', marker).as_bytes());
                format!("{:?}", fault.map(|fault| fault.finding("KEY", &place)))
            };
            assert_eq!(said("qkzvqkzv"), said("wjhxwjhxwjhx"), "{reader:?} of {shape:?}");
            assert!(!said("qkzvqkzv").contains("qkzv"));
        }
    }
}
