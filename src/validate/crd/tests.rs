//! Tests of kinds by their definitions: what an API server with them says, at the place in the manifest.

use super::*;
use crate::tree::parse::{Reading, documents};
use crate::tree::{Source, SourceKind, sops};
use crate::validate::each_manifest;

fn read(name: &str, text: &str) -> Vec<Node> {
    let source = Source::new(name, text, SourceKind::User);
    let mut documents = documents(&source, Reading::AsKubectl, &mut Findings::new()).unwrap();
    for document in &mut documents {
        sops::open(document);
    }
    documents
}

/// Makes a definition of `Widget` of `example.com/v1` whose `spec` has these properties.
fn widget(properties: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: widgets.example.com}}
spec:
  group: example.com
  scope: Namespaced
  names: {{kind: Widget, plural: widgets}}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            properties:
              {}
",
        properties.replace('\n', "\n              ")
    )
}

fn definitions(text: &str) -> (Definitions, Vec<String>) {
    let (mut definitions, mut findings) = (Definitions::default(), Findings::new());
    for document in &read("crd.yaml", text) {
        definitions.add(document, &mut findings);
    }
    (definitions, shown(findings))
}

fn shown(mut findings: Findings) -> Vec<String> {
    findings.sort_for_showing();
    let show = |finding: &Diagnostic| {
        let text = finding.place.text();
        format!("{} {}: {}", finding.code.id, text.lines().next().unwrap_or_default(), finding.message)
    };
    findings.iter().map(show).collect()
}

/// Checks a manifest by a definition; an expected finding is `code text at its place: message`.
fn check(definition: &str, manifest: &str, expected: &[&str]) {
    let (definitions, broken) = definitions(definition);
    assert_eq!(broken, Vec::<String>::new(), "{definition}");
    let mut findings = Findings::new();
    let objects = read("a.yaml", manifest);
    for judged in each_manifest(&objects, "4.19".parse().unwrap(), &definitions) {
        findings.extend(judged.findings);
    }
    assert_eq!(shown(findings), expected, "{manifest}");
}

fn one(spec: &str) -> String {
    format!("apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: one, namespace: shop}}\nspec: {spec}\n")
}

#[test]
fn fields_are_known_typed_and_required() {
    let crd = widget(
        "size: {type: integer, minimum: 1, maximum: 9}\nmode: {type: string, enum: [Fast, Slow]}\nname: {type: string, pattern: '^\\d+$', maxLength: 3}",
    );
    check(&crd, &one("{size: 2, mode: Fast, name: '12'}"), &[]);
    check(&crd, &one("{size: 2.0}"), &[]);
    check(&crd, &one("{siez: 2}"), &["RC0501 siez: unknown field `siez` in `spec`"]);
    check(&crd, &one("{size: two}"), &["RC0503 two: `spec.size` must be a whole number, not a string"]);
    check(&crd, &one("{size: 0}"), &["RC0507 0: `spec.size` must be at least 1"]);
    check(&crd, &one("{mode: fast}"), &["RC0505 fast: `spec.mode` must be one of `Fast`, `Slow`, not `fast`"]);
    check(&crd, &one("{name: '٣'}"), &["RC0506 '٣': `spec.name` must match `^\\d+$`, which `٣` does not"]);
    check(&crd, &one("{name: '1234'}"), &["RC0507 '1234': `spec.name` must have at most 3 characters"]);
    let head = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: one, namespace: shop}\n";
    check(&crd, head, &["RC0504 apiVersion: `spec` is missing"]);
    check(&crd, &(head.to_owned() + "spec: {}\nbogus: 1\n"), &["RC0501 bogus: unknown field `bogus` in the object"]);
    check(&crd, &(head.to_owned() + "spec: {}\nstatus: {anything: 1}\n"), &[]);
}

#[test]
fn what_json_schema_has_no_word_for_is_as_on_a_server() {
    let crd = widget(
        "port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
free: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: integer}}}
maybe: {type: string, nullable: true}
never: {type: string}
given: {type: string, default: here}
any: {type: object, additionalProperties: {type: integer}}
inner: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
parts:
  type: array
  x-kubernetes-list-type: map
  x-kubernetes-list-map-keys: [name, proto]
  items: {type: object, properties: {name: {type: string}, proto: {type: string, default: TCP}}}
wait: {type: string, format: duration}
mail: {type: string, format: email}
odd: {type: string, format: nobody-knows-it}",
    );
    check(&crd, &one("{port: 80}"), &[]);
    check(&crd, &one("{port: http, maybe: null, never: null}"), &[]);
    check(&crd, &one("{port: 1.5}"), &["RC0503 1.5: `spec.port` must be a whole number or a string, not a number"]);
    check(&crd, &one("{free: {anything: 1}}"), &[]);
    check(&crd, &one("{free: {known: x}}"), &["RC0503 x: `spec.free.known` must be a whole number, not a string"]);
    check(&crd, &one("{any: {a.b: x}}"), &["RC0503 x: `spec.any[\"a.b\"]` must be a whole number, not a string"]);
    check(&crd, &one("{inner: {apiVersion: v1, kind: X, metadata: {}, rest: 1}}"), &[]);
    check(&crd, &one("{inner: {apiVersion: v1, metadata: {}}}"), &["RC0504 inner: `spec.inner.kind` is missing"]);
    check(&crd, &one("{tags: [a, b, a]}"), &["RC0508 a: an item stands twice in `spec.tags`"]);
    let twice = "RC0508 a: `name`, `proto` `a` stands twice in `spec.parts`";
    check(&crd, &one("{parts: [{name: a}, {name: a, proto: UDP}, {name: a, proto: TCP}]}"), &[twice]);
    check(&crd, &one("{wait: 1h}"), &[]);
    check(&crd, &one("{wait: soon}"), &["RC0506 soon: `spec.wait` must be in the form `duration`, not `soon`"]);
    check(&crd, &one("{mail: x}"), &["RC0152 mail: `spec.mail` is not checked against the form `email`"]);
    check(&crd, &one("{odd: x}"), &[]);
}

#[test]
fn alternatives_are_decided() {
    let crd = widget(
        "way:\n  type: object\n  properties: {a: {type: string}, b: {type: string}}\n  oneOf: [{required: [a]}, {required: [b]}]",
    );
    check(&crd, &one("{way: {a: x}}"), &[]);
    check(&crd, &one("{way: {}}"), &["RC0509 way: `spec.way` is none of what its definition allows"]);
    let both = "RC0509 way: `spec.way` is more than one of what its definition allows one of";
    check(&crd, &one("{way: {a: x, b: z}}"), &[both]);
}

#[test]
fn rules_in_cel_see_defaults_and_point_at_the_field() {
    let crd = widget(
        "count:
  type: object
  properties: {least: {type: integer, default: 2}, most: {type: integer}}
  x-kubernetes-validations:
  - {rule: 'self.least <= self.most', message: least is more than most}
  - {rule: 'self.nonsense()', message: never}",
    );
    let cannot = |findings: &[String]| {
        findings.iter().any(|finding| {
            finding.starts_with("RC0152 count: `spec.count` is not checked against a rule of its definition")
        })
    };
    let (definitions, _) = definitions(&crd);
    let objects = read("a.yaml", &one("{count: {most: 1}}"));
    let mut findings = Findings::new();
    for judged in each_manifest(&objects, "4.19".parse().unwrap(), &definitions) {
        findings.extend(judged.findings);
    }
    let found = shown(findings);
    assert!(
        found.contains(&"RC0510 count: `spec.count` breaks a rule of the API: least is more than most".to_owned()),
        "{found:?}"
    );
    assert!(cannot(&found), "{found:?}");
}

#[test]
fn metadata_is_that_of_any_object() {
    let crd = widget("a: {type: string}");
    let without = one("{}").replace(", namespace: shop", "");
    let missing = "RC0515 metadata: `metadata.namespace` is missing, and the object goes wherever it is applied from";
    check(&crd, &without, &[missing]);
    check(&crd.replace("Namespaced", "Cluster"), &without, &[]);
    let name = "RC0506 One: `metadata.name` must be a DNS name in lower case (letters, digits, `-` and `.`), not `One`";
    check(&crd, &one("{}").replace("name: one", "name: One"), &[name]);
}

#[test]
fn encrypted_values_are_checked_for_their_type_alone() {
    let value = |kind: &str| format!("'ENC[AES256_GCM,data:x,iv:y,tag:z,type:{kind}]'");
    let crd = widget("secret: {type: string, pattern: '^a$'}\nport: {type: integer, minimum: 9}");
    let sops = |spec: &str| one(spec) + "sops: {mac: m, version: 3.9.0}\n";
    let right = sops(&format!("{{secret: {}, port: {}}}", value("str"), value("int")));
    let said = |first: &str| {
        format!("RC0151 {}: `{first}` and 1 other value are encrypted: not checked but for the type", value("str"))
    };
    let undecided = ["port", "secret"].map(|name| format!("RC0152 {name}: `spec.{name}` is not checked against the alternatives of its definition: values are encrypted"));
    let mut expected: Vec<&str> = undecided.iter().map(String::as_str).collect();
    let said = said("spec.secret");
    expected.insert(0, &said);
    let (definitions, _) = definitions(&crd);
    let objects = read("a.yaml", &right);
    let mut found = Findings::new();
    for judged in each_manifest(&objects, "4.19".parse().unwrap(), &definitions) {
        found.extend(judged.findings);
    }
    assert!(!found.has_errors(), "{found:?}");
    let mut found = shown(found);
    found.sort();
    assert_eq!(found, expected);
    let wrong = sops(&format!("{{port: {}}}", value("str")));
    let (definitions, _) = self::definitions(&crd);
    let objects = read("a.yaml", &wrong);
    let found: Vec<String> = each_manifest(&objects, "4.19".parse().unwrap(), &definitions)
        .into_iter()
        .flat_map(|judged| shown(judged.findings))
        .collect();
    assert!(
        found.iter().any(|finding| finding.contains("`spec.port` must be a whole number, not an encrypted string")),
        "{found:?}"
    );
}

#[test]
fn old_definitions_have_one_schema_and_keep_unknown_fields() {
    let old = "apiVersion: apiextensions.k8s.io/v1beta1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  version: v1
  validation:
    openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}
";
    check(old, &one("{size: 1}"), &[]);
    check(old, &one("{size: x}"), &["RC0503 x: `spec.size` must be a whole number, not a string"]);
    check(
        &old.replace("  version: v1\n", "  version: v1\n  preserveUnknownFields: false\n"),
        &one("{bogus: 1}"),
        &["RC0501 bogus: unknown field `bogus` in `spec`"],
    );
    check(
        &old.split("  validation")
            .next()
            .unwrap()
            .replace("version: v1\n", "versions: [{name: v1, served: true}]\n")
            .replace("apiextensions.k8s.io/versions: [{name: v1, served: true}]beta1", "apiextensions.k8s.io/v1beta1"),
        &one("{any: 1}"),
        &[],
    );
}

#[test]
fn versions_are_served_or_not() {
    let crd = widget("a: {type: string}").replace("  - name: v1\n    served: true", "  - name: v1\n    served: false");
    check(&crd, &one("{}"), &["RC0513 example.com/v1: `Widget` is not served as `example.com/v1`"]);
    let crd = widget("a: {type: string}");
    check(
        &crd,
        &one("{}").replace("com/v1", "com/v2"),
        &["RC0513 example.com/v2: `Widget` is not served as `example.com/v2`"],
    );
}

#[test]
fn a_definition_that_cannot_be_used_is_found_in_its_file() {
    let broken = |text: &str, expected: &str| assert_eq!(definitions(text).1, [expected], "{text}");
    let crd = widget("a: {type: string}");
    broken(&crd.replace("  group: example.com\n", ""), "RC0150 apiVersion: `spec.group` is missing or no text");
    broken(
        &crd.replace("scope: Namespaced", "scope: Some"),
        "RC0150 Some: `spec.scope` is neither `Namespaced` nor `Cluster`",
    );
    broken(
        &widget("a: {type: text}"),
        "RC0150 text: a schema's type must be one of `object`, `array`, `string`, `integer`, `number`, `boolean`, not `text`",
    );
    broken(&widget("a: {type: string, pattern: '(?=x)'}"), "RC0150 '(?=x)': the pattern is none of RE2");
    broken(
        &crd.replace("k8s.io/v1\n", "k8s.io/v2\n"),
        "RC0150 apiextensions.k8s.io/v2: a definition is not read as `apiextensions.k8s.io/v2`",
    );
    broken(&(crd.clone() + "---\n" + &crd), "RC0150 Widget: `Widget` of `example.com` is defined a second time");
    let known = crd.replace("group: example.com", "group: config.openshift.io").replace("kind: Widget", "kind: Image");
    broken(&known, "RC0153 Image: `Image` of `config.openshift.io` is known here, and this definition is not read");
    assert!(!Definitions::default().add(&read("a.yaml", &one("{}"))[0], &mut Findings::new()));
}

#[test]
fn every_keyword_refuses_what_breaks_it() {
    let bound = |what: &str| format!("RC0507 {what}");
    let check = |schema: &str, right: &str, wrong: &str, expected: &str| {
        let crd = widget(&format!("a: {schema}"));
        check(&crd, &one(&format!("{{a: {right}}}")), &[]);
        check(&crd, &one(&format!("{{a: {wrong}}}")), &[expected]);
    };
    check("{type: number, minimum: 1}", "1", "0", &bound("0: `spec.a` must be at least 1"));
    check("{type: number, maximum: 1}", "1", "2", &bound("2: `spec.a` must be at most 1"));
    let least = "{type: number, minimum: 1, exclusiveMinimum: true}";
    check(least, "2", "1", &bound("1: `spec.a` must be more than 1"));
    let most = "{type: number, maximum: 1, exclusiveMaximum: true}";
    check(most, "0", "1", &bound("1: `spec.a` must be less than 1"));
    check("{type: number, multipleOf: 2}", "4", "3", &bound("3: `spec.a` must be a multiple of 2"));
    check(
        "{type: integer, format: int32}",
        "1",
        "3000000000",
        &bound("3000000000: `spec.a` must be at most 2147483647"),
    );
    check("{type: string, minLength: 2}", "ab", "a", &bound("a: `spec.a` must have at least 2 characters"));
    check("{type: string, maxLength: 1}", "é", "ab", &bound("ab: `spec.a` must have at most 1 characters"));
    let items = |bounds: &str| format!("{{type: array, {bounds}, items: {{type: integer}}}}");
    check(&items("minItems: 2"), "[1, 2]", "[1]", &bound("[: `spec.a` must have at least 2 items"));
    check(&items("maxItems: 1"), "[1]", "[1, 2]", &bound("[: `spec.a` must have at most 1 items"));
    let wrong_item = "RC0503 x: `spec.a[0]` must be a whole number, not a string";
    check(&items("maxItems: 1"), "[1]", "[x]", wrong_item);
    let fields = |bounds: &str| format!("{{type: object, {bounds}, additionalProperties: {{type: integer}}}}");
    check(&fields("minProperties: 1"), "{b: 1}", "{}", &bound("a: `spec.a` must have at least 1 fields"));
    check(&fields("maxProperties: 1"), "{b: 1}", "{b: 1, c: 1}", &bound("a: `spec.a` must have at most 1 fields"));
    let too_short = bound("b: `spec.a` must have at least 2 characters");
    check("{type: string, allOf: [{minLength: 2}]}", "ab", "b", &too_short);
    let not = "RC0509 a: `spec.a` is what its definition does not allow";
    check("{type: string, not: {enum: [b]}}", "c", "b", not);
    let either = "{type: object, properties: {b: {type: integer}, c: {type: integer}}, anyOf: [{required: [b]}, {required: [c]}]}";
    check(either, "{c: 1}", "{}", "RC0509 a: `spec.a` is none of what its definition allows");
    let port = "RC0503 1.5: `spec.a` must be a whole number or a string, not a number";
    check("{x-kubernetes-int-or-string: true}", "80", "1.5", port);
}

#[test]
fn an_object_has_metadata_and_rules_see_no_encrypted_values() {
    let head = "apiVersion: example.com/v1\nkind: Widget\nspec: {}\n";
    check(&widget("a: {type: string}"), head, &["RC0504 apiVersion: `metadata` is missing"]);
    let crd = widget("a: {type: string, x-kubernetes-validations: [{rule: self == 'b', message: must be b}]}");
    let secret = one("{a: 'ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]'}") + "sops: {mac: m, version: 3.9.0}\n";
    let (definitions, _) = definitions(&crd);
    let judged = read("a.yaml", &secret);
    let found: Vec<String> = each_manifest(&judged, "4.19".parse().unwrap(), &definitions)
        .into_iter()
        .flat_map(|judged| shown(judged.findings))
        .collect();
    let says = "is not checked against the rules of its definition, which see encrypted values";
    assert!(found.iter().any(|finding| finding.contains(says)), "{found:?}");
    assert!(!found.iter().any(|finding| finding.starts_with("RC0510")), "{found:?}");
}

#[test]
fn a_definition_that_costs_too_much_is_not_checked_and_brings_nothing_down() {
    let rule =
        |rule: &str| format!("x:\n  type: string\n  x-kubernetes-validations: [{{rule: \"{rule}\", message: no}}]");
    let own_list = "[1,2,3,4,5,6,7,8,9,10].all(a, ".repeat(8) + "true" + &")".repeat(8);
    let deep = "(".repeat(400) + "self" + &")".repeat(400) + " == 'a'";
    let chain = "1".to_owned() + &"+1".repeat(2000) + " > 1";
    let mut bomb = "{type: string}".to_owned();
    for _ in 0..8 {
        let empty = "{},".repeat(20);
        bomb = format!("{{type: object, properties: {{a: {{type: array, default: [{empty}], items: {bomb}}}}}}}");
    }
    for properties in [rule(&own_list), rule(&deep), rule(&chain), format!("x: {{type: string}}\ny: {bomb}")] {
        let (definitions, broken) = definitions(&widget(&properties));
        assert_eq!(broken, Vec::<String>::new());
        let text = "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, namespace: b}\nspec: {x: a, y: {}}\n";
        let text = if properties.contains("y: ") { text.to_owned() } else { text.replace(", y: {}", "") };
        let objects = read("widget.yaml", &text);
        let target = crate::target::Target::only(crate::target::Minor::newest_released());
        let judged = each_manifest(&objects, target, &definitions);
        let codes: Vec<&str> = judged.iter().flat_map(|one| one.findings.iter()).map(|found| found.code.id).collect();
        assert_eq!(codes, ["RC0152"], "{properties}");
    }
}
