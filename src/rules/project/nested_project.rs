//! A project file below the project's root: nothing in it holds, since the topmost one is the project's.

use crate::diag::{Diagnostic, Findings, codes};
use crate::rules::{Check, ProjectContext, Rule};

pub(in crate::rules) static RULE: Rule = Rule { code: &codes::NESTED_PROJECT, check: Check::Project(check) };

fn check(ctx: &ProjectContext<'_>, findings: &mut Findings) {
    for place in ctx.nested {
        let finding = Diagnostic::warning(RULE.code, place, "a project file below the root of another project")
            .note("the topmost `regcfg.yaml` of a repository is the project's, and nothing in this one holds")
            .help("move what it says into the topmost `regcfg.yaml`, and remove it");
        findings.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check_project;

    #[test]
    fn a_project_has_one_project_file() {
        check_project(&[("team/regcfg.yaml", "spec: {}".to_owned())], &["warning RC0393 at team/regcfg.yaml"]);
        check_project(&[("team/other.yaml", "spec: {}".to_owned())], &[]);
    }
}
