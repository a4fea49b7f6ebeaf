//! Every command with every flag, on a project in which everything is marked, and a panic.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Instant;

use crate::scene::{Scene, Watched};

/// The formats of findings.
pub(crate) const FORMATS: [&str; 6] = ["text", "json", "sarif", "junit", "github", "gitlab"];

const SPECS: [&str; 7] = ["env", "file", "azure", "tls", "pull", "sops", "sealed"];

/// Runs every command in every way. Each line is a run; `CLUSTER` stands for every spec, `FORMAT` for every format.
const LINES: &str = "
    --version
    --help
    --color always check clusters/CLUSTER.yaml
    check --format FORMAT
    check --format FORMAT --policy ../policy.yaml manifests clusters
    check --format FORMAT --openshift 4.16..4.19 manifests
    check --format FORMAT --crd definitions/store.yaml manifests/custom.yaml
    check --format FORMAT --crd definitions/lax.yaml manifests/custom.yaml
    check --format FORMAT --crd definitions/strict.yaml manifests/custom.yaml
    check --format FORMAT --against ../old manifests clusters
    check --format FORMAT --against HEAD manifests clusters
    check --only schema manifests
    diff --against ../old manifests clusters
    diff --against HEAD --max-impact rollout manifests clusters
    diff --must-gather manifests clusters/env.yaml
    check --only rules manifests --as-of 2030-01-01
    check --expiring 30d clusters manifests
    check --expiring 36525d --format FORMAT clusters manifests
    check --expiring soon clusters
    check --format FORMAT clusters/CLUSTER.yaml
    check --openshift 4.4..5.1 clusters/CLUSTER.yaml
    check -
    check nowhere.yaml
    check secrets/tls.key
    check secrets
    resolve clusters/CLUSTER.yaml
    resolve manifests/config.yaml
    resolve secrets/tls.key
    render clusters/CLUSTER.yaml
    render
    render --day0 clusters/CLUSTER.yaml
    render --as-of 2030-01-01 --policy ../policy.yaml clusters/CLUSTER.yaml
    render --explain clusters/CLUSTER.yaml
    render --explain --reveal-secrets clusters/CLUSTER.yaml
    render --omit-secrets clusters/CLUSTER.yaml
    render --secret-env NOTHING --reveal-secrets clusters/CLUSTER.yaml
    render --secret-env REGCFG_SECRET_A --secret-env REGCFG_SECRET_* --reveal-secrets clusters/CLUSTER.yaml
    render --reveal-secrets clusters/CLUSTER.yaml
    render --age-identity keys/age.txt clusters/CLUSTER.yaml
    render --reveal-secrets --age-identity ../age.txt clusters/CLUSTER.yaml
    render --reveal-secrets --age-identity clusters/env.yaml clusters/CLUSTER.yaml
    render --reveal-secrets -o ../out clusters
    render --reveal-secrets --verify ../out clusters
    render --reveal-secrets --verify ../changed clusters
    render --omit-secrets --verify ../out clusters
    render --reveal-secrets --output-dir manifests/config.yaml clusters
    diff clusters/CLUSTER.yaml
    diff --format json --full --compare-secrets --predict merge --field-manager any clusters/CLUSTER.yaml
    diff --kubeconfig ../none --context a --allow-context a --as b --as-group c --insecure-skip-tls-verify clusters/env.yaml
    diff --connect-timeout 1s --request-timeout 1s --timeout 2s --concurrency 2 --max-impact rollout clusters/env.yaml
    diff --secret-env REGCFG_SECRET_* --age-identity ../age.txt --compare-secrets --openshift 4.19 clusters/env.yaml
    diff --policy ../policy.yaml --as-of 2030-01-01 manifests
    argocd discover
    argocd generate
    argocd generate --reveal-secrets
    argocd generate --omit-secrets --as-of 2030-01-01
    argocd generate --policy ../policy.yaml --secret-env NOTHING --reveal-secrets
    explain
    explain RC0701
    explain --format json RC0560
    explain storage.credentials
    explain --openshift 4.19 Config.spec.httpSecret
    schema Config
    schema --openshift 4.19 --format crd Config
    schema --format json-schema ClusterRegistry
    profile list
    profile show aws-upi
    completions bash
    secrets list
    secrets list --format json clusters manifests
    secrets list secrets/tls.key
    secrets list --format json --secret-env NOTHING --as-of 2030-01-01 clusters/CLUSTER.yaml
    secrets list --missing --policy ../policy.yaml clusters
    secrets template clusters/CLUSTER.yaml
    secrets template --for env clusters/CLUSTER.yaml
    secrets template --for external clusters/CLUSTER.yaml
    secrets template --for secret clusters/CLUSTER.yaml
    secrets template --secret team-a/whole clusters/pull.yaml
    secrets template secrets/tls.key
    secrets template --for sealed --as-of 2030-01-01 clusters/CLUSTER.yaml
    secrets template --for sops --secret openshift-image-registry/image-registry-private-configuration-user clusters/CLUSTER.yaml
    status
    status --must-gather manifests clusters/env.yaml
    status --format text clusters/CLUSTER.yaml
    status --watch --interval 1s --timeout 1s --format json --kubeconfig ../nowhere clusters
    status --kubeconfig ../nowhere --context a --allow-context b* --as c --as-group d --insecure-skip-tls-verify clusters/env.yaml
    status --connect-timeout 1s --request-timeout 1s --concurrency 1 --kubeconfig clusters/env.yaml
    import --from manifests --name a --platform aws-upi
    import --from manifests/config.yaml --from manifests/secrets.yaml --name a --platform aws-upi --openshift 4.19 --format json
    import --from - --name a --platform aws-upi
    import --from manifests --name a --platform aws-upi -o ../imported
    import --must-gather manifests --name a
    import --kubeconfig nowhere --context c --allow-context c* --as u --as-group g --insecure-skip-tls-verify --connect-timeout 1s --request-timeout 1s --timeout 1s --concurrency 1
    init ../new --platform aws-upi --name new --openshift 4.19
    init . --platform aws-upi --name env --force
";

/// What no run has to say.
const NOT_RUN: [&str; 2] = ["help", "version"];

fn lines() -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for line in LINES.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let each = |lines: Vec<String>, word: &str, each: &[&str]| -> Vec<String> {
            let of = |line: String| -> Vec<String> {
                let holds = line.contains(word);
                if holds { each.iter().map(|one| line.replace(word, one)).collect() } else { vec![line] }
            };
            lines.into_iter().flat_map(of).collect()
        };
        let all = each(each(vec![line.to_owned()], "FORMAT", &FORMATS), "CLUSTER", &SPECS);
        lines.extend(all.iter().map(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>()));
    }
    lines.sort();
    lines.dedup();
    lines
}

/// Puts what a line has outside of the project beside its files, but for what must not be in a repository.
fn in_scene(scene: &Scene, line: &[String]) -> Vec<String> {
    let home = scene.home().display().to_string();
    let outside = ["policy.yaml", "age.txt"].map(|file| (format!("../{file}"), format!("{home}/{file}")));
    let moved = |word: &String| outside.iter().fold(word.clone(), |word, (from, to)| word.replace(from, to));
    line.iter().map(moved).map(|word| word.replace("../", "beside/")).collect()
}

/// A project one directory below the scene's, with an older state, a policy and outputs beside it.
pub(crate) fn prepared(scene: &Scene) {
    std::fs::rename(scene.cwd().join("policy.yaml"), scene.home().join("policy.yaml")).unwrap();
    scene.git(&["init", "-q"]);
    scene.write(
        "beside/old/manifests/config.yaml",
        scene.read("manifests/config.yaml").replace("http: \"http:", "http: \"https:"),
    );
    let secrets = scene.read("manifests/secrets.yaml").replace('@', "");
    scene.write(
        "beside/old/manifests/secrets.yaml",
        secrets.replace("type: Opaque", "").replace("data:\n", "data:\n  old: b2xk\n"),
    );
    scene.git(&["add", "."]);
    scene.git(&["commit", "-q", "-m", "a"]);
}

#[test]
fn no_command_lets_a_secret_out_but_where_it_was_asked_to() {
    let start = Instant::now();
    let scene = Scene::new();
    everything(&scene);
    println!("{} runs in {:.1} s", scene.n_runs(), start.elapsed().as_secs_f32());
}

#[test]
fn no_command_lets_out_what_sops_encrypted_or_kubeseal_sealed() {
    let Some(scene) = Scene::new().with_programs() else { return };
    prepared(&scene);
    for line in lines() {
        if line.iter().any(|word| word.contains("clusters/s")) || line.contains(&"manifests".to_owned()) {
            let line = in_scene(&scene, &line);
            scene.run(&line.iter().map(String::as_str).collect::<Vec<_>>()).wants_silence(&scene);
        }
    }
    scene.run_in_silence(&["check", "sops", "sealed", "keys"]);
    for format in FORMATS {
        scene.run_in_silence(&["check", "--format", format, "sops", "sealed", "keys"]);
    }
    // An identity that is cut short, in a file and in a variable.
    let identity = scene.read("keys/age.txt");
    let cut = scene.home().join("cut.txt").display().to_string();
    std::fs::write(&cut, &identity[..identity.trim_end().len() - 9]).unwrap();
    for args in [&["--age-identity", &*cut][..], &[]] {
        let args = [&["render", "--reveal-secrets", "clusters/sops.yaml"], args].concat();
        let mut command = scene.command(&args);
        if args.len() == 3 {
            command.env("SOPS_AGE_KEY", std::fs::read_to_string(&cut).unwrap().lines().last().unwrap());
        }
        let refused = scene.watch(command, &args, b"");
        refused.wants_silence(&scene);
        assert_ne!(refused.exit, Some(0), "{}", refused.stderr());
    }
    let whole = scene.home().join("age.txt").display().to_string();
    let args = ["render", "--reveal-secrets", "--age-identity", &whole, "clusters/sops.yaml"];
    let revealed = scene.run_in_silence(&args);
    assert!(revealed.reveals(scene.marker("sops")), "{}", revealed.stderr());
    println!("{} runs", scene.n_runs());
}

fn everything(scene: &Scene) {
    prepared(scene);
    let mut exits = BTreeSet::new();
    for line in lines() {
        let line = in_scene(scene, &line);
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        if line.contains(&"beside/changed") {
            change_what_was_written(scene);
        }
        let stdin = if line.contains(&"-") { scene.read("manifests/secrets.yaml") } else { String::new() };
        let watched = scene.watch(scene.command(&line), &line, stdin.as_bytes());
        watched.wants_silence(scene);
        exits.insert(watched.exit);
    }
    assert_eq!(exits, BTreeSet::from([Some(0), Some(1), Some(2)]), "no run ends otherwise");
    // The harness sees what is revealed, and it is revealed where it was asked.
    let revealed = scene.run_in_silence(&["render", "--reveal-secrets", "clusters/env.yaml"]);
    assert_eq!(revealed.exit, Some(0), "{}", revealed.stderr());
    for source in ["env", "env-two"] {
        assert!(revealed.reveals(scene.marker(source)), "{source} is not revealed");
    }
    let composed = scene.run_in_silence(&["render", "--reveal-secrets", "clusters/pull.yaml"]);
    assert_eq!(composed.exit, Some(0), "{}", composed.stderr());
    for source in ["env", "env-two", "auth", "docker-config-value"] {
        assert!(composed.reveals(scene.marker(source)), "{source} is not revealed in a docker config");
    }
    let written = scene.run_in_silence(&["render", "--reveal-secrets", "-o", "written", "clusters/env.yaml"]);
    assert!(written.reveals(scene.marker("env")), "{}", written.stderr());
    let same = scene.run_in_silence(&["render", "--reveal-secrets", "--verify", "written", "clusters/env.yaml"]);
    assert_eq!((same.exit, same.stdout()), (Some(0), String::new()));
    let mut changed = scene.command(&["render", "--reveal-secrets", "--verify", "written", "clusters/env.yaml"]);
    changed.env("REGCFG_SECRET_A", &scene.marker("account-key").word);
    let differs = scene.watch(changed, &["render", "--verify"], b"");
    differs.wants_silence(scene);
    let said: Vec<String> = differs.stdout().lines().map(str::to_owned).collect();
    let path = "env/secret_openshift-image-registry_image-registry-private-configuration-user.yaml";
    assert_eq!(said, [format!("{path}: differs; a Secret is not shown")]);
}

/// Puts secrets into files of ours that hold none.
fn change_what_was_written(scene: &Scene) {
    let written = scene.run(&["render", "--reveal-secrets", "-o", "beside/changed", "clusters/env.yaml"]);
    written.wants_silence(scene);
    let path = "beside/changed/env/config.imageregistry.operator.openshift.io_cluster.yaml";
    let config = scene.read(path).replace("spec:\n", &scene.filled("spec:\n  httpSecret: @http-secret@\n"));
    let proxy = scene.filled("  proxy:\n    http: http://u:@proxy@@proxy.example.com\n");
    scene.write(path, config.replace("  managementState:", &format!("{proxy}  managementState:")));
}

#[test]
fn every_format_and_spec_is_run() {
    let run = lines();
    for word in ["FORMAT", "CLUSTER"] {
        assert!(!run.iter().flatten().any(|said| said.contains(word)), "{word} stands for something");
    }
    for format in FORMATS {
        for wanted in [&["check", "--format"][..], &["check", "--expiring"], &["check", "--against"]] {
            let is_run =
                |line: &&Vec<String>| wanted.iter().chain([&format]).all(|word| line.iter().any(|said| said == word));
            assert!(run.iter().any(|line| is_run(&line)), "{wanted:?} is not run with {format}");
        }
    }
    for spec in SPECS {
        let file = format!("clusters/{spec}.yaml");
        for wanted in
            [&["check", "--format"][..], &["render"], &["resolve"], &["secrets", "list"], &["secrets", "template"]]
        {
            let is_run = |line: &Vec<String>| {
                line.contains(&file) && wanted.iter().all(|word| line.iter().any(|said| said == word))
            };
            assert!(run.iter().any(is_run), "{wanted:?} is not run on {spec}");
        }
    }
}

#[test]
fn every_command_and_flag_is_run() {
    let run: Vec<Vec<String>> = lines();
    let mut missing = Vec::new();
    walk(&regcfg::cli::command(), &[], &run, &mut missing);
    assert!(missing.is_empty(), "no line of the canary's runs: {missing:#?}");
}

fn walk(command: &clap::Command, path: &[&str], run: &[Vec<String>], missing: &mut Vec<String>) {
    let begins = |line: &&Vec<String>| {
        let words: Vec<&str> =
            line.iter().map(String::as_str).filter(|word| !["--color", "always"].contains(word)).collect();
        words.starts_with(path)
    };
    let lines: Vec<&Vec<String>> = run.iter().filter(begins).collect();
    if lines.is_empty() {
        return missing.push(path.join(" "));
    }
    for flag in command.get_arguments().filter_map(clap::Arg::get_long).filter(|flag| !NOT_RUN.contains(flag)) {
        let said = format!("--{flag}");
        let short = command.get_arguments().find(|arg| arg.get_long() == Some(flag)).and_then(clap::Arg::get_short);
        let short = short.map(|short| format!("-{short}"));
        let is_said = |word: &String| *word == said || Some(word) == short.as_ref();
        if !lines.iter().any(|line| line.iter().any(is_said)) {
            missing.push(format!("{} {said}", path.join(" ")));
        }
    }
    for below in command.get_subcommands().filter(|below| !NOT_RUN.contains(&below.get_name())) {
        walk(below, &[path, &[below.get_name()]].concat(), run, missing);
    }
}

/// A real panic of the real binary: the system gives it no thread. The project has enough clusters for it to want some.
#[test]
fn a_panic_lets_no_secret_out() {
    let scene = Scene::new();
    for n in 0..40 {
        let spec = scene.read("clusters/env.yaml").replace("name: env", &format!("name: env-{n}"));
        scene.write(&format!("many/env-{n}.yaml"), spec.replace("env-registry", &format!("env-registry-{n}")));
    }
    let whole = scene.run_in_silence(&["render", "--reveal-secrets", "many"]);
    assert_eq!(whole.exit, Some(0), "{}", whole.stderr());
    let args = ["render", "--reveal-secrets", "many"];
    let own = scene.command(&args);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=clone,clone3", "-e", "inject=clone,clone3:error=EAGAIN"]);
    strace.arg(own.get_program()).args(own.get_args()).env_clear().current_dir(scene.cwd());
    strace.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if Command::new("strace").arg("-V").output().is_err()
        || std::thread::available_parallelism().map_or(1, usize::from) < 2
    {
        println!("skipped: no strace, or one core alone");
        return;
    }
    let watched: Watched = scene.watch(strace, &args, b"");
    watched.wants_silence(&scene);
    assert!(
        watched.exit == Some(2) && watched.stderr().contains("error[RC0901]: internal error"),
        "{}",
        watched.stderr()
    );
    assert_eq!(watched.stdout(), "");
}
