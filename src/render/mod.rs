//! Renders the objects of a cluster from templates, each value with its type and its origin.
//!
//! A template is read once (`syntax`), evaluated on a context (`machine`), and what it writes is parsed with holes where
//! values stand (`tree::skeleton`); then the holes are filled (`fill`). So no value is ever YAML text. Parsed skeletons
//! are kept by the path that evaluation took (`shapes`). Templates reach nothing but their context.
//!
//! The guarantee on origins: exact for values placed whole, a set for values made of several, otherwise the template's
//! place.

mod bundle;
mod fault;
mod fill;
mod filters;
mod layout;
mod machine;
mod meter;
mod operate;
mod program;
mod shapes;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

pub use bundle::{RenderedBundle, render};

use std::ops::Range;
use std::sync::Arc;

use crate::diag::{Diagnostic, Findings, codes};
use crate::target::Target;
use crate::tree::skeleton::{self, Holed};
use crate::tree::{Node, Place, Source, Value};
use machine::Written;
use program::{Output, Program};
use shapes::{Documents, Shapes};

/// The text of a template.
pub struct Template {
    /// The name by which the profile knows it, such as `config.yaml.j2`.
    pub name: String,
    /// The text; its kind says whether a finding may point there first.
    pub source: Arc<Source>,
}

/// The templates of a profile, read, with the skeletons kept of them. Shared by all clusters and threads.
pub struct Templates {
    read: Vec<Read>,
}

struct Read {
    name: Arc<str>,
    program: Program,
    shapes: Shapes,
}

/// A rendered object.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The name of the template that it comes from; empty for an object that is passed on as it is.
    pub template: Arc<str>,
    /// The object: a mapping.
    pub object: Node,
}

impl Templates {
    /// Reads templates; returns none where an error was added to the findings, at its place in the template.
    pub fn new(templates: Vec<Template>, findings: &mut Findings) -> Option<Self> {
        let read: Vec<_> = templates
            .into_iter()
            .map(|Template { name, source }| {
                let program = syntax::read(&source, findings)?;
                Some(Read { name: name.into(), program, shapes: Shapes::default() })
            })
            .collect();
        Some(Self { read: read.into_iter().collect::<Option<_>>()? })
    }

    /// Renders every template on a mapping of variables, in order; each gives as many objects as it has documents that
    /// are not empty.
    ///
    /// `target` is asked for in templates by `is since` and `is until`. A finding about a profile's template points at the
    /// value that the user wrote, or at `fallback` if it is about none. Returns none where an error was added to the
    /// findings.
    pub fn render(
        &self,
        context: &Node,
        target: Target,
        fallback: &Node,
        findings: &mut Findings,
    ) -> Option<Vec<Rendered>> {
        let mut objects = Vec::with_capacity(self.read.len());
        let mut whole = true;
        for template in &self.read {
            match template.render(context, target, fallback, findings) {
                Some(documents) => objects.extend(
                    documents.into_iter().map(|object| Rendered { template: Arc::clone(&template.name), object }),
                ),
                None => whole = false,
            }
        }
        whole.then_some(objects)
    }
}

impl Read {
    fn render(&self, context: &Node, target: Target, fallback: &Node, findings: &mut Findings) -> Option<Vec<Node>> {
        let n_errors = findings.n_errors();
        let mut written = match machine::run(&self.program, context, target) {
            Ok(written) => written,
            Err(fault) => {
                findings.push(fault.finding(fallback));
                return None;
            }
        };
        let documents = self.documents(&written, fallback, findings)?;
        let mut objects = Vec::with_capacity(documents.len());
        for skeleton in documents.iter() {
            let Some(node) = fill::fill(&self.program, skeleton, &mut written, fallback, findings) else { continue };
            match &node.value {
                Value::Map(_) => objects.push(node),
                Value::Null => {}
                _ => {
                    let message = format!("the template renders {}, not an object", value::type_name(&node));
                    let at = node.origin.template().unwrap_or(node.place());
                    let finding = Diagnostic::error(&codes::NOT_AN_OBJECT, at, message);
                    let finding = finding.help("write a mapping with `apiVersion` and `kind`");
                    findings.push(finding.in_users_words(fallback));
                }
            }
        }
        (findings.n_errors() == n_errors).then_some(objects)
    }

    /// Returns the skeletons of what was written, parsed now or kept from an earlier rendering.
    fn documents(&self, written: &Written<'_>, fallback: &Node, findings: &mut Findings) -> Option<Documents> {
        if let Some(documents) = self.shapes.get(&written.trace) {
            return Some(documents);
        }
        let rendered = Text::new(&self.program, &written.trace);
        let place = |range: Range<usize>| rendered.place(&self.program, range);
        let hole_place = |number: usize| self.program.place(rendered.holes[number]);
        let n_holes = rendered.holes.len();
        let holed = Holed { text: &rendered.holed, n_holes, place: &place, hole_place: &hole_place };
        let mut found = Findings::new();
        let read = skeleton::read(&holed, &mut found);
        findings.extend(found.into_iter().map(|finding| finding.in_users_words(fallback)));
        let (documents, n_nodes) = read?;
        let documents = Arc::new(documents);
        self.shapes.keep(&written.trace, &documents, n_nodes);
        Some(documents)
    }
}

/// What a template wrote, as text with holes.
struct Text {
    holed: String,
    /// Where each output begins in the text, and where it stands in the template.
    outputs: Vec<(usize, Output)>,
    holes: Vec<program::Stretch>,
}

impl Text {
    fn new(program: &Program, trace: &[u32]) -> Self {
        let mut rendered = Self { holed: String::new(), outputs: Vec::with_capacity(trace.len()), holes: Vec::new() };
        for output in trace.iter().filter_map(|number| program.outputs.get(*number as usize)) {
            rendered.outputs.push((rendered.holed.len(), *output));
            match output {
                Output::Text(at) => rendered.holed.push_str(program.text(*at)),
                Output::Hole(at) => {
                    skeleton::write_hole(&mut rendered.holed, rendered.holes.len());
                    rendered.holes.push(*at);
                }
            }
        }
        rendered
    }

    /// Returns where a range of the text stands in the template.
    fn place(&self, program: &Program, range: Range<usize>) -> Place {
        let start = self.offset(range.start, false);
        let end = if range.end > range.start { self.offset(range.end - 1, true) } else { start };
        // A scalar that spans the turns of a loop ends before it begins.
        Place::new(&program.source, start..end.max(start))
    }

    /// Returns where a byte stands in the template: its start, or its end.
    fn offset(&self, at: usize, end: bool) -> usize {
        let index = self.outputs.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        match self.outputs.get(index) {
            Some((start, Output::Text(stretch))) => {
                let within = at - start + usize::from(end);
                stretch.end.min(stretch.start + within)
            }
            Some((_, Output::Hole(stretch))) => {
                if end {
                    stretch.end
                } else {
                    stretch.start
                }
            }
            None => 0,
        }
    }
}
