//! The laws for generated specs: every platform, storage and delivery, on old minors and new ones.
//!
//! `REGCFG_PROPTEST_CASES` raises the number of specs.

use proptest::prelude::*;
use regcfg::world::{MemWorld, ProjectPath};

use super::choices::Choices;
use super::laws::{Case, check};
use super::{NOW, n_cases, spec};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: n_cases(),
        failure_persistence: None,
        max_shrink_iters: 500,
        ..ProptestConfig::default()
    })]

    #[test]
    fn generated_specs_are_imported_again(given in proptest::collection::vec(any::<u32>(), 0..240)) {
        let mut choices = Choices::new(given);
        let text = spec::make(&mut choices).spec.written(&mut choices);
        let files = [("spec.yaml", text.as_str()), ("secret", "not looked at"), ("keyfile", "not looked at")];
        let world = MemWorld::new(files.into_iter().chain(spec::PROJECT)).with_now(NOW);
        let path = ProjectPath::new("spec.yaml").expect("a path");
        let wrong = check(&Case { world: Box::new(world), path, settings: "" });
        prop_assert!(wrong.is_empty(), "{}\n{text}", wrong.join("\n"));
    }
}
