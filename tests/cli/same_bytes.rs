//! The same inputs give the same bytes: wherever the run stands, in whatever locale, on however many processors.

use std::fmt::Write;
use std::process::Command;

use crate::sandbox::Sandbox;

/// Enough clusters for several threads.
const N_CLUSTERS: usize = 24;

#[test]
fn what_is_rendered_depends_on_the_files_alone() {
    let sandbox = Sandbox::new();
    let mut names = String::new();
    for at in 0..N_CLUSTERS {
        let spec = format!(
            "apiVersion: regcfg.dev/v1alpha1\nkind: ClusterRegistry\nmetadata: {{name: c{at}}}\nextends: [../org.yaml]\n\
             spec: {{registry: {{nodeSelector: {{ä: ß{at}}}}}}}\n"
        );
        sandbox.write(&format!("repo/clusters/{at}.yaml"), spec);
        let _infallible = write!(names, " clusters/{at}.yaml");
    }
    let layer = "apiVersion: regcfg.dev/v1alpha1\nkind: RegistryLayer\nspec: {openshift: \"4.19\", platform: aws-upi, \
                 storage: {s3: {bucket: b, region: eu-west-1}, credentials: minted}}\n";
    sandbox.write("repo/org.yaml", layer);
    sandbox.write("repo/regcfg.yaml", "apiVersion: regcfg.dev/v1alpha1\nkind: Project\n");

    let run = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_regcfg")]).env_clear().current_dir(sandbox.cwd());
        let output = command.env("PATH", "/usr/bin:/bin").output().expect("a shell");
        (output.status.code(), String::from_utf8(output.stdout).expect("text"))
    };
    let (code, expected) = run("\"$0\" render repo");
    assert_eq!((code, expected.matches("kind: Config\n").count()), (Some(0), N_CLUSTERS));
    for script in [
        "cd repo/clusters && \"$0\" render ..",
        &format!("cd repo && \"$0\" render{names}"),
        "cd / && \"$0\" render \"$OLDPWD/repo\"",
        "LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 TZ=Asia/Tokyo \"$0\" render repo",
        "umask 0777; \"$0\" render repo",
        "taskset -c 0 \"$0\" render repo 2>/dev/null || \"$0\" render repo",
        "HOME=/nowhere TMPDIR=/nowhere \"$0\" render repo <&-",
    ] {
        assert!(run(script) == (Some(0), expected.clone()), "{script}");
    }
}
