//! The search finds what it is there for: a leak in each form, and a leak of the real binary.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use sha2::{Digest, Sha256};

use crate::commands::prepared;
use crate::scene::{Scene, Watched};
use crate::search::{Marker, Seen, hex};

#[test]
fn every_form_of_a_leak_is_found() {
    let marker = Marker::new("seeded");
    let word = &*marker.word;
    let every = |each: &dyn Fn(u8) -> String| word.bytes().map(each).collect::<String>();
    let halves = word.split_at(11);
    let wrapped = |text: &str, by: &str| {
        text.as_bytes().chunks(7).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>().join(by)
    };
    let mut leaks = vec![
        ("plain", word.to_owned()),
        ("lower case", word.to_lowercase()),
        ("upper case", word.to_uppercase()),
        ("backwards", word.chars().rev().collect()),
        ("its first half, cut", format!("`{}…`", &word[..12])),
        ("its second half", word[12..].to_owned()),
        ("hex", hex(word.as_bytes())),
        ("hex in upper case", hex(word.as_bytes()).to_uppercase()),
        ("hex with colons", every(&|byte| format!("{byte:02X}:"))),
        ("a dump", every(&|byte| format!("{byte:02x} "))),
        ("URL", every(&|byte| format!("%{byte:02X}"))),
        ("JSON", every(&|byte| format!("\\u{byte:04x}"))),
        ("Rust", every(&|byte| format!("\\u{{{byte:x}}}"))),
        ("C", every(&|byte| format!("\\x{byte:02x}"))),
        ("octal", every(&|byte| format!("\\{byte:03o}"))),
        ("XML", every(&|byte| format!("&#{byte};"))),
        ("XML in hex", every(&|byte| format!("&#x{byte:X};"))),
        ("shell", format!("{}'\\''{}", halves.0, halves.1)),
        ("shell, word by word", format!("'{}'\"{}\"", halves.0, halves.1)),
        ("a fold of YAML", format!("{}\n      {}", halves.0, halves.1)),
        ("a fold in quotes", format!("\"{}\\\n    \\ {}\"", halves.0, halves.1)),
        ("lines of a diff", format!("+{}\n+{}", halves.0, halves.1)),
        ("lines behind places", format!("a.yaml:1:2 │ {}\na.yaml:2:2 │ {}\n", halves.0, halves.1)),
        ("a line break that is written out", format!("{}\\n{}", halves.0, halves.1)),
        ("UTF-16", every(&|byte| format!("{}\0", char::from(byte)))),
        ("a digest", hex(&Sha256::digest(word.as_bytes()))),
        ("a short digest", hex(&Sha256::digest(word.as_bytes()))[..16].to_owned()),
        ("a digest with base64", STANDARD.encode(Sha256::digest(word.as_bytes()))),
        ("base64 of base64", STANDARD.encode(STANDARD.encode(word))),
    ];
    for before in ["", "a", "ab", "abc", "key: "] {
        let text = format!("{before}{word} and more");
        leaks.push(("base64", STANDARD.encode(&text)));
        leaks.push(("base64 without padding", STANDARD_NO_PAD.encode(format!("{before}{word}"))));
        leaks.push(("base64 for URLs", URL_SAFE.encode(&text)));
        leaks.push(("base64 in lines", wrapped(&STANDARD.encode(&text), "\n    ")));
        leaks.push(("base64 backwards", STANDARD.encode(&text).chars().rev().collect()));
    }
    for user in ["u", "me", "bot"] {
        let login = STANDARD.encode(format!("{user}:{word}"));
        let config = format!("{{\"auths\":{{\"{user}.example.com\":{{\"auth\":\"{login}\"}}}}}}");
        leaks.push(("a docker config", config.clone()));
        leaks.push(("a docker config in data", STANDARD.encode(config)));
    }
    for (form, leak) in leaks {
        let said = format!("error[RC0000]: something\n  --> a.yaml:1:1\n  = note: x {leak} y\n");
        assert!(marker.found_in(&Seen::new(said.as_bytes())).is_some(), "{form}: {leak} is not found");
    }
    let value = format!("{word}-and-a-tail");
    let whole = Marker::new("seeded").of_value(&value);
    assert!(whole.found_in(&Seen::new(hex(&Sha256::digest(value.as_bytes())).as_bytes())).is_some());
    let other = Marker::new("another");
    assert_eq!(other.found_in(&Seen::new(word.as_bytes())), None);
    assert_eq!(marker.found_in(&Seen::new(include_bytes!("../cli-reference.md"))), None);
}

/// A secret that stands where the binary cannot know it for one comes out, and the harness sees it in each place that it
/// watches: both streams, a file, and the arguments of a program.
#[test]
fn a_leak_of_the_real_binary_is_found_wherever_it_comes_out() {
    let scene = Scene::new();
    prepared(&scene);
    let word = &*scene.marker("env").word;
    let spec =
        scene.read("clusters/env.yaml").replace("bucket: env-registry", &format!("bucket: {}", word.to_lowercase()));
    let spec = spec.replace("REGCFG_SECRET_", "REGCFG_OTHER_");
    scene.write("leak/leak.yaml", spec.replace("credentials:", "credentials: minted\n  x:"));
    scene.write("leak/clusters/env.yaml", &spec);
    let places = |watched: &Watched| watched.leaks(&scene).into_iter().map(|leak| leak.place).collect::<Vec<_>>();
    let shown = places(&scene.run(&["resolve", "leak/clusters/env.yaml"]));
    assert_eq!(shown, ["standard output"], "resolve");
    let said = places(&scene.run(&["render", &format!("leak/{word}.yaml")]));
    assert_eq!(said, ["standard error"], "render");
    let minted = spec.lines().filter(|line| !line.contains("valueFrom")).collect::<Vec<_>>().join("\n");
    scene.write("leak/clusters/env.yaml", minted.replace("credentials:", "credentials: minted"));
    let written = scene.run(&["render", "-o", "leak/out", "leak/clusters/env.yaml"]);
    assert!(places(&written).iter().any(|place| place.starts_with("leak/out/")), "{:?}", places(&written));
    let asked = places(&scene.run(&["check", "--against", word, "clusters/env.yaml"]));
    assert!(asked.contains(&"what git was asked".to_owned()), "{asked:?}");
}
