//! The order in which layers apply: each after all that it extends, once, in written order; cycles are refused.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Diagnostic, Findings, codes};
use crate::load::{Document, Extends, Loaded};
use crate::world::ProjectPath;

/// Returns the documents from the most general layer to the spec itself; none where layers form a cycle.
pub(super) fn order<'l>(loaded: &'l Loaded, findings: &mut Findings) -> Option<Vec<&'l Arc<Document>>> {
    let mut walk = Walk { loaded, open: Vec::new(), done: BTreeSet::new(), order: Vec::new() };
    match walk.visit(&loaded.spec) {
        Ok(()) => Some(walk.order),
        Err(finding) => {
            findings.push(*finding);
            None
        }
    }
}

struct Walk<'l> {
    loaded: &'l Loaded,
    /// The documents on the way from the spec to here.
    open: Vec<&'l ProjectPath>,
    done: BTreeSet<&'l ProjectPath>,
    order: Vec<&'l Arc<Document>>,
}

impl<'l> Walk<'l> {
    fn visit(&mut self, document: &'l Arc<Document>) -> Result<(), Box<Diagnostic>> {
        if !self.done.insert(&document.path) {
            return Ok(());
        }
        self.open.push(&document.path);
        for extends in &document.extends {
            if self.open.contains(&&extends.path) {
                return Err(Box::new(self.cycle(document, extends)));
            }
            if let Some(layer) = self.loaded.layers.get(&extends.path) {
                self.visit(layer)?;
            }
        }
        self.open.pop();
        self.order.push(document);
        Ok(())
    }

    fn cycle(&self, document: &Document, extends: &Extends) -> Diagnostic {
        let from = self.open.iter().position(|path| **path == extends.path).unwrap_or_default();
        let names: Vec<String> = self.open[from..].iter().map(|path| format!("`{path}`")).collect();
        let message = format!("`{}` extends itself", extends.path);
        Diagnostic::error(&codes::LAYER_CYCLE, extends.node.place(), message)
            .note(format!("layers: {} -> `{}`", names.join(" -> "), extends.path))
            .help(format!("remove `{}` from `extends` in `{}`", extends.path, document.path))
    }
}
