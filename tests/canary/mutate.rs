//! What people get wrong with a secret, each run in every way that could quote it.

use std::thread;
use std::time::Instant;

use crate::commands::FORMATS;
use crate::scene::Scene;

/// How a secret is written wrongly in YAML; `@` stands for it.
const SCALARS: [&str; 30] = [
    "\"@",
    "'@",
    "@\n\tx: y",
    "@: @",
    "{@: 1}",
    "[@]",
    "[[@]]",
    "{a: {b: @}}",
    "{value: @}",
    "{valueFrom: @}",
    "{valueFrom: {env: @}}",
    "{valueFrom: {env: [@]}}",
    "{valueFrom: {external: @}}",
    "{valueFrom: {external: {key: [@]}}}",
    "{valueFrom: {secretKeyRef: @}}",
    "{valueFrom: {sops: @}}",
    "{valueFrom: {sealed: @}}",
    "{valueFrom: {env: X, file: {a: @}}}",
    "!@ x",
    "!!int @",
    "!!binary @",
    "&a [*b, @]",
    "|\n@",
    "|9\n  @",
    ">\n      @\n   @",
    "%@",
    "`@`",
    "{{ @ }}",
    "${@}",
    "\"\\q@\"",
];

/// Where one is written: a file of the scene, and the text that the scalar takes the place of.
const PLACES: [(&str, &str, &str); 8] = [
    ("clusters/env.yaml", "{valueFrom: {env: REGCFG_SECRET_A}}", "env"),
    ("clusters/file.yaml", "{valueFrom: {file: ../secrets/key.json}}", "file"),
    ("clusters/tls.yaml", "{valueFrom: {file: ../secrets/tls.key}}", "tls-key"),
    ("manifests/secrets.yaml", "\"@data:base64@\"", "data"),
    ("manifests/secrets.yaml", "\"@string-data@\"", "string-data"),
    ("manifests/config.yaml", "\"@http-secret@\"", "http-secret"),
    ("manifests/config.yaml", "\"@observed-http-secret@\"", "observed-http-secret"),
    ("manifests/custom.yaml", "\"@custom-password@\"", "custom-password"),
];

#[test]
fn no_secret_that_is_written_wrongly_is_quoted() {
    let start = Instant::now();
    let (first, rest) = PLACES.split_at(PLACES.len() / 2);
    let n_runs = thread::scope(|scope| {
        let halves = [first, rest].map(|places| scope.spawn(|| write_wrongly(places)));
        halves.into_iter().map(|half| half.join().expect("no secret comes out")).sum::<usize>()
    });
    println!("{n_runs} runs in {:.1} s", start.elapsed().as_secs_f32());
}

/// Writes a secret wrongly in places, in every way; returns how many runs it took.
fn write_wrongly(places: &[(&str, &str, &str)]) -> usize {
    let scene = Scene::new();
    for &(file, place, source) in places {
        let text = scene.read(file);
        let place = scene.filled(place);
        assert!(text.contains(&place), "{file} has no {place}");
        for (n, scalar) in SCALARS.iter().enumerate() {
            let wrong = scalar.replace('@', &scene.marker(source).word);
            scene.write(file, text.replacen(&place, &wrong, 1));
            try_all(&scene, file, FORMATS[n % FORMATS.len()]);
        }
        // Twice the same key, on lines of their own.
        let line = text.lines().find(|line| line.contains(&place)).unwrap();
        scene.write(file, text.replace(line, &format!("{line}\n{line}")));
        try_all(&scene, file, "json");
        scene.write(file, &text);
    }
    scene.n_runs()
}

#[test]
fn no_file_that_ends_too_early_is_quoted() {
    let scene = Scene::new();
    for file in ["manifests/secrets.yaml", "manifests/config.yaml", "manifests/route.yaml", "manifests/custom.yaml"] {
        let text = scene.read(file);
        // Behind each line, and within each that has a secret.
        let mut ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
        ends.extend(text.match_indices('"').map(|(at, _)| at + 9));
        ends.extend(text.match_indices("'{").map(|(at, _)| at + 60));
        for (n, end) in ends.into_iter().enumerate() {
            scene.write("cut/a.yaml", text.get(..end).unwrap_or(&text));
            scene.run_in_silence(&["check", "--format", FORMATS[n % FORMATS.len()], "cut/a.yaml"]);
        }
    }
}

fn try_all(scene: &Scene, file: &str, format: &str) {
    scene.run_in_silence(&["check", "--format", format, file]);
    if file.starts_with("manifests") {
        scene.run_in_silence(&["check", "--crd", "definitions/strict.yaml", file]);
        return;
    }
    for args in [
        &["resolve", file][..],
        &["render", "--explain", "--reveal-secrets", file],
        &["render", "--reveal-secrets", file],
    ] {
        scene.run_in_silence(args);
    }
}

/// What templates of a project try with a secret.
#[test]
fn no_template_lets_a_secret_out() {
    let scene = Scene::new();
    let base = |project: &str| scene.write("regcfg.yaml", project);
    base("apiVersion: regcfg.dev/v1alpha1\nkind: Project\nspec: {profiles: profiles}\n");
    scene.write("profiles/own/profile.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: PlatformProfile\nmetadata: {name: aws-upi}\nspec: {extends: builtin/aws-upi}\n");
    for (n, body) in [
        "{{ slot }}",
        "a-{{ slot }}",
        "{{ slot ~ 'x' }}",
        "{{ slot | upper }}",
        "{{ slot | b64encode }}",
        "{{ slot | length }}",
        "{{ slot[0] }}",
        "{{ slot == 'x' }}",
        "{% if slot %}x{% endif %}",
        "{{ [slot] | join('') }}",
        "{{ slot | string }}",
        "{{ debug() }}",
        "{{ slot | tojson }}",
        "{{ slot.x }}",
        "{% for c in slot %}{{ c }}{% endfor %}",
    ]
    .iter()
    .enumerate()
    {
        let value = body.replace("slot", "credentials.accessKey");
        let template = format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: leak, namespace: openshift-config}}\ndata:\n  a: {value}\n"
        );
        scene.write("profiles/own/templates/credentials.yaml.j2", template);
        let format = FORMATS[n % FORMATS.len()];
        scene.run_in_silence(&["check", "--format", format, "clusters/env.yaml"]);
        let refused = scene.run_in_silence(&["render", "--reveal-secrets", "clusters/env.yaml"]);
        assert_ne!(refused.exit, Some(0), "{body} is rendered: {}", refused.stdout());
    }
}
