//! The way to a server: certificates, proxies, logins, and what of a kubeconfig is refused.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::super::Proxies;
use super::*;
use crate::live::Live;

fn ok() -> Reply {
    Reply::json(200, &body(&config()))
}

fn asked(client: &Client, port: u16) -> Unknown {
    let answers = client.get(&[config()]);
    let mut unknown = obstacle(&answers[0]).clone();
    unknown.message = without_port(&unknown.message, port);
    unknown
}

#[test]
fn a_certificate_is_verified_and_what_is_wrong_with_it_is_told_apart() {
    let (ours, other) = (Authority::new(), Authority::new());
    let good = Server::start_tls(ours.server("127.0.0.1", 2020, 2100), |_, _| ok());
    there(&tls_client(&format!("https://127.0.0.1:{}", good.port), &ours).get(&[config()])[0]);

    for (authority, name, from, to, expected) in [
        (&other, "127.0.0.1", 2020, 2100, "its certificate is of an authority that is not trusted here"),
        (&ours, "127.0.0.1", 2010, 2020, "its certificate expired on 2020-01-01 00:00 UTC, and the clock here says"),
        (
            &ours,
            "127.0.0.1",
            2099,
            2100,
            "its certificate is not valid before 2099-01-01 00:00 UTC, and the clock here says",
        ),
        (&ours, "api.elsewhere.example", 2020, 2100, "its certificate is for api.elsewhere.example"),
    ] {
        let server = Server::start_tls(authority.server(name, from, to), |_, _| ok());
        let client = tls_client(&format!("https://127.0.0.1:{}", server.port), &ours);
        let unknown = asked(&client, server.port);
        assert_eq!(unknown.why, Why::Tls);
        let begin = format!("cannot reach 127.0.0.1:PORT (context prod): {expected}");
        assert!(unknown.message.starts_with(&begin), "{}", unknown.message);
        assert_eq!(server.seen().len(), 0, "the login was shown");
    }
    // As a server without TLS answers to what it cannot read.
    let plain = proxy("HTTP/1.1 400 Bad Request");
    let client = tls_client(&format!("https://127.0.0.1:{plain}"), &ours);
    let expected = "cannot reach 127.0.0.1:PORT (context prod): what answers speaks no TLS";
    assert_eq!(asked(&client, plain).message, expected);
}

#[test]
fn tls_is_never_switched_off_by_a_kubeconfig_alone() {
    let server = Server::start_tls(Authority::new().server("elsewhere", 2010, 2020), |_, _| ok());
    let url = format!("https://127.0.0.1:{}", server.port);
    let cluster = json!({"server": url, "insecure-skip-tls-verify": true});
    let refused = connect(&cluster, &json!({}), &terms(), limits()).err().unwrap();
    assert!(refused.message.contains("would not be verified"), "{refused:?}");
    let plain = connect(&json!({"server": "http://api.example.com"}), &json!({}), &terms(), limits()).err().unwrap();
    assert!(plain.message.contains("without TLS"), "{plain:?}");

    let insecure = Terms { insecure: true, ..terms() };
    let client = connect(&cluster, &json!({"token": TOKEN}), &insecure, limits()).unwrap();
    assert_eq!(client.warnings().len(), 1, "{:?}", client.warnings());
    there(&client.get(&[config()])[0]);
}

#[test]
fn a_host_where_nothing_listens_is_tried_once() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = client_within(port, Limits { in_flight: 1, ..limits() });
    let answers = client.get(&[config(), config_map("n", "a")]);
    assert_eq!(answers.len(), 2);
    for answer in &answers {
        let expected = format!("cannot reach 127.0.0.1:{port} (context prod): the connection is refused");
        assert_unknown(obstacle(answer), Why::Unreachable, &expected);
    }
}

#[test]
fn a_host_that_takes_connections_and_says_nothing_is_left_in_time() {
    // TLS never begins, so that no connection comes to be.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let cluster = json!({"server": format!("https://127.0.0.1:{port}")});
    let hasty = Limits { connect: Duration::from_millis(300), request: Duration::from_secs(5), ..limits() };
    let client = connect(&cluster, &json!({"token": TOKEN}), &terms(), hasty).unwrap();
    let unknown = asked(&client, port);
    assert_eq!(unknown.message, "cannot reach 127.0.0.1:PORT (context prod): no connection within 0.3 seconds");
}

/// A proxy that answers each CONNECT with a line, and passes nothing on.
fn proxy(line: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut socket in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _asked = socket.read(&mut request);
            let _answered = socket.write_all(format!("{line}\r\n\r\n").as_bytes());
        }
    });
    port
}

#[test]
fn a_proxy_that_refuses_is_named_without_its_password() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for (port, expected) in [
        (proxy("HTTP/1.1 403 Forbidden"), "the proxy 127.0.0.1:PORT refuses to lead there"),
        (proxy("HTTP/1.1 407 Proxy Authentication Required"), "the proxy 127.0.0.1:PORT wants a password"),
        (nobody, "the connection of the proxy 127.0.0.1:PORT is refused"),
    ] {
        let cluster = json!({"server": "https://api.example.com:6443"});
        let https = format!("http://user:pr0xy-pass@127.0.0.1:{port}");
        let terms = Terms { proxies: Proxies { https, ..Proxies::default() }, ..terms() };
        let client = connect(&cluster, &json!({"token": TOKEN}), &terms, limits()).unwrap();
        let unknown = asked(&client, port);
        assert_eq!(unknown.message, format!("cannot reach api.example.com:6443 (context prod): {expected}"));
        assert!(!format!("{unknown:?}").contains("pr0xy-pass"), "{unknown:?}");
    }
}

#[test]
fn a_kubeconfigs_own_proxy_wins_and_one_that_is_no_address_is_refused() {
    let proxies =
        Proxies { https: "http://from.environment:1".into(), none: "api.example.com".into(), ..Proxies::default() };
    let terms = Terms { proxies, ..terms() };
    let access = |cluster: Json| kubeconfig(&cluster, &json!({})).access(None, &terms);
    let server = "https://api.example.com:6443";
    assert!(access(json!({"server": server})).unwrap().proxy.is_none());
    let own = access(json!({"server": server, "proxy-url": "socks5h://u:p4ss@own:1080"})).unwrap();
    assert_eq!(own.proxy.as_deref(), Some("own:1080"));
    let wrong = access(json!({"server": server, "proxy-url": "ftp://u:p4ss@own"})).err().unwrap();
    assert!(!format!("{wrong:?}").contains("p4ss"), "{wrong:?}");
}

#[test]
fn a_login_may_come_from_a_program_or_a_file_and_neither_shows_it() {
    let server = Server::start(|_, _| ok());
    let cluster = json!({"server": format!("http://127.0.0.1:{}", server.port)});
    let count = tempfile::NamedTempFile::new().unwrap();
    let script = format!(
        r#"echo run >> {}; echo '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{{"token":"from-program","expirationTimestamp":"2020-01-01T00:00:00Z"}}}}'"#,
        count.path().display()
    );
    let exec =
        json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script]}});
    let client = connect(&cluster, &exec, &terms(), limits()).unwrap();
    there(&client.get(&[config()])[0]);
    there(&client.get(&[config()])[0]);
    let mut ran = String::new();
    count.as_file().read_to_string(&mut ran).unwrap();
    assert_eq!(ran, "run\n", "a program whose credentials have run out at once is not run for every question");

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"from-file\n").unwrap();
    let client = connect(&cluster, &json!({"tokenFile": file.path()}), &terms(), limits()).unwrap();
    there(&client.get(&[config()])[0]);
    let basic = json!({"username": "eve", "password": "p"});
    there(&connect(&cluster, &basic, &terms(), limits()).unwrap().get(&[config()])[0]);

    let headers: Vec<String> = server.seen().into_iter().map(|seen| seen.headers).collect();
    for (headers, expected) in
        headers.iter().zip(["bearer from-program", "bearer from-program", "bearer from-file", "basic zxzlonA="])
    {
        assert!(headers.contains(&format!("authorization: {}", expected.to_ascii_lowercase())), "{headers}");
    }
}

#[test]
fn what_a_kubeconfig_lacks_is_named() {
    let read = |text: &str| Kubeconfigs::read(&[(PathBuf::from("/k/config"), text.to_owned())]);
    let access = |text: &str, context| read(text).unwrap().access(context, &terms()).err().unwrap();
    let text = "contexts: [{name: prod, context: {cluster: c, user: u}}, {name: other, context: {cluster: d}}]\nclusters: [{name: d, cluster: {server: nonsense}}]";
    assert_eq!(access(text, None).message, "`/k/config` names no current context");
    let unknown = access(text, Some("prd"));
    assert_eq!(
        (&*unknown.message, &*unknown.help),
        ("there is no context `prd` in `/k/config`", "did you mean `prod`?")
    );
    assert_eq!(
        access(text, Some("prod")).message,
        "the context `prod` names the cluster `c`, which `/k/config` does not have"
    );
    assert!(access(text, Some("other")).message.contains("no address"));
    let broken = read("users: [{name: u, user: {token: s3cr3t\n").err().unwrap();
    assert_eq!(broken.message, "`/k/config` is no kubeconfig that can be read");
    assert!(!format!("{broken:?}").contains("s3cr3t"));
    let malformed = json!({"client-certificate-data": "bm8=", "client-key-data": STANDARD.encode("s3cr3t")});
    let refused = connect(&json!({"server": "https://a"}), &malformed, &terms(), limits()).err().unwrap();
    assert!(refused.message.contains("malformed") && !format!("{refused:?}").contains("s3cr3t"), "{refused:?}");
}

#[test]
fn a_login_that_no_request_can_hold_is_refused_before_one() {
    let cluster = json!({"server": "https://a"});
    let refused = |user: &Json| connect(&cluster, user, &terms(), limits()).err().unwrap();
    let split = refused(&json!({"token": "s3cr3t\nof two lines"}));
    assert!(split.message.starts_with("the token for a is none"), "{split:?}");
    assert!(!format!("{split:?}").contains("s3cr3t"), "{split:?}");
    // What never ends, and what nobody writes into.
    for path in ["/dev/zero", "/dev/tty", "/nonexistent"] {
        let unread = refused(&json!({"client-certificate": path, "client-key": path}));
        assert!(unread.message.starts_with(&format!("cannot read the login `{path}` for a: ")), "{unread:?}");
    }
}

#[test]
fn the_first_kubeconfig_of_several_wins_and_paths_are_relative_to_it() {
    let first = "current-context: a\ncontexts: [{name: a, context: {cluster: one, user: u}}]";
    let second = "current-context: b\nclusters: [{name: one, cluster: {server: 'https://one'}}]\nusers: [{name: u, user: {tokenFile: token}}]";
    let dir = tempfile::tempdir().unwrap();
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(dir.path().join("token")).unwrap();
    file.write_all(b"t").unwrap();
    let all = [(PathBuf::from("/k/one"), first.to_owned()), (dir.path().join("two"), second.to_owned())];
    let kubeconfigs = Kubeconfigs::read(&all).unwrap();
    assert_eq!(kubeconfigs.current(), Some("a"));
    assert_eq!(kubeconfigs.access(None, &terms()).unwrap().host(), "one");
}

/// Returns a user whom a program makes known by the tokens `t1`, `t2` and so on, and the file that counts them. `more` is what else it
/// says of each, where `$n` is its number.
fn by_program(more: &str) -> (serde_json::Value, tempfile::NamedTempFile) {
    let count = tempfile::NamedTempFile::new().unwrap();
    let script = format!(
        r#"echo run >> {count}; n=$(($(wc -l < {count}))); echo '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{{"token":"token-'$n'"{more}}}}}'"#,
        count = count.path().display()
    );
    let exec = json!({"apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script]});
    (json!({"exec": exec}), count)
}

fn n_runs(count: &tempfile::NamedTempFile) -> usize {
    let mut ran = String::new();
    count.reopen().unwrap().read_to_string(&mut ran).unwrap();
    ran.lines().count()
}

#[test]
fn a_login_that_has_run_out_is_made_anew() {
    let server = Server::start(|_, _| ok());
    let cluster = json!({"server": format!("http://127.0.0.1:{}", server.port)});
    // Only the first ends while this runs.
    let until = OffsetDateTime::now_utc() + Duration::from_secs(2);
    let more = format!(r#"'$([ $n = 1 ] && echo ',"expirationTimestamp":"{}"')'"#, until.format(&Rfc3339).unwrap());
    let (exec, count) = by_program(&more);
    let client = connect(&cluster, &exec, &terms(), limits()).unwrap();
    there(&client.get(&[config()])[0]);
    thread::sleep(Duration::from_secs(3));
    there(&client.get(&[config(), config()])[1]);
    there(&client.get(&[config()])[0]);
    let logins: Vec<bool> = server.seen().iter().map(|seen| seen.headers.contains("token-2")).collect();
    assert_eq!((logins, n_runs(&count)), (vec![false, true, true, true], 2));
}

#[test]
fn a_refused_login_is_made_anew_once() {
    let refuse = || Reply::status(401, "Unauthorized", "Unauthorized", &json!({}));
    let server = Server::start(move |_, seen| if seen.headers.contains("token-2") { ok() } else { refuse() });
    let cluster = json!({"server": format!("http://127.0.0.1:{}", server.port)});
    let (exec, count) = by_program("");
    let client = connect(&cluster, &exec, &terms(), limits()).unwrap();
    there(&client.get(&[config()])[0]);
    assert_eq!(n_runs(&count), 2);

    let server = Server::start(move |_, _| refuse());
    let cluster = json!({"server": format!("http://127.0.0.1:{}", server.port)});
    let (exec, count) = by_program("");
    let client = connect(&cluster, &exec, &terms(), limits()).unwrap();
    for _ in 0..3 {
        assert_eq!(obstacle(&client.get(&[config()])[0]).why, Why::Unauthorized);
    }
    assert_eq!(n_runs(&count), 2, "a login that is refused again is not tried for ever");

    // A file is read once more, too.
    let server = Server::start(move |_, seen| if seen.headers.contains("new-token") { ok() } else { refuse() });
    let cluster = json!({"server": format!("http://127.0.0.1:{}", server.port)});
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"old-token").unwrap();
    let client = connect(&cluster, &json!({"tokenFile": file.path()}), &terms(), limits()).unwrap();
    file.reopen().unwrap().write_all(b"new-token").unwrap();
    there(&client.get(&[config()])[0]);
}
