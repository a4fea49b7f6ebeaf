//! Where rendered values, and findings about them, come from.

use super::*;

#[test]
fn origins_are_exact_for_values_placed_whole() {
    let text = "\
a: {{ registry.replicas }}
b: {{ registry.defaultRoute }}
{% set n = registry.ratio %}
c:
{% for port in registry.ports %}
- {{ port }}
{% endfor %}
d: {{ n }}
e: {{ registry.labels }}
f: {{ registry.nope | default(name) }}
g: {{ registry.zones | sort | first }}
h: literal
{% for key in registry.labels %}
{{ key }}: 1
{% endfor %}
";
    let object = object(text, SourceKind::Profile);
    let origin = |path: &[&str]| format!("{:?}", object.at(path).unwrap().origin);
    assert_eq!(origin(&["a"]), "cluster.yaml:3:13 via t.j2:1:7");
    assert_eq!(origin(&["b"]), "cluster.yaml:6:17 via t.j2:2:7");
    assert_eq!(origin(&["d"]), "cluster.yaml:4:10 via t.j2:8:7");
    assert_eq!(origin(&["e", "tier"]), "cluster.yaml:11:29 via t.j2:9:7");
    assert_eq!(origin(&["f"]), "cluster.yaml:1:7 via t.j2:10:7");
    assert_eq!(origin(&["g"]), "cluster.yaml:9:11 via t.j2:11:7");
    assert_eq!(origin(&["h"]), "t.j2:12:4");
    let port = &object.get("c").unwrap().as_seq().unwrap()[1];
    assert_eq!(format!("{:?}", port.origin), "cluster.yaml:10:15 via t.j2:6:6");
    assert_eq!(format!("{:?}", object.entry("env").unwrap().key), "cluster.yaml:11:12 via t.j2:14:4");
    assert_eq!(format!("{:?}", object.entry("a").unwrap().key), "t.j2:1:1");
    let zone = object.get("g").unwrap().as_shared_str().unwrap();
    assert_eq!(&**zone, "eu-1");
}

#[test]
fn origins_are_sets_for_values_made_of_several() {
    let text = "\
a: {{ name }}-{{ platform }}-{{ name }}
b: {{ registry.replicas + registry.ports[0] }}
c: {{ registry.zones | join('-') }}
d: {{ 1 + 2 }}
e: {{ name == platform }}
f: {{ 'lit' if name else 'x' }}
g: pre-{{ 'lit' }}
";
    let object = object(text, SourceKind::Profile);
    let places = |key: &str| {
        let origin = &object.get(key).unwrap().origin;
        let places: Vec<String> = origin.places().map(ToString::to_string).collect();
        format!("{} {:?}", places.join(" "), origin.template())
    };
    assert_eq!(places("a"), "cluster.yaml:1:7 cluster.yaml:15:11 Some(t.j2:1:7)");
    assert_eq!(places("b"), "cluster.yaml:3:13 cluster.yaml:10:11 Some(t.j2:2:7)");
    assert_eq!(places("c"), "cluster.yaml:9:11 cluster.yaml:9:17 cluster.yaml:9:23 Some(t.j2:3:7)");
    assert_eq!(places("d"), "t.j2:4:7 None");
    assert_eq!(places("e"), "cluster.yaml:1:7 cluster.yaml:15:11 Some(t.j2:5:7)");
    assert_eq!(places("f"), "t.j2:6:7 None");
    assert_eq!(places("g"), "t.j2:7:4 None");
}

#[test]
fn findings_about_a_profile_point_at_what_the_user_wrote() {
    let first = |text: &str, kind| {
        let (_, findings) = render_as(text, kind, "4.19");
        let finding = findings.iter().next().unwrap().clone();
        let notes: Vec<String> = finding.notes.iter().map(|note| format!("{:?}", note.place)).collect();
        format!("{} {} {}", finding.code.id, finding.place, notes.join(" "))
    };
    assert_eq!(first("a: {{ nope }}", SourceKind::Profile), "RC0432 cluster.yaml:15:11 Some(t.j2:1:7)");
    assert_eq!(first("a: x{{ registry.zones }}", SourceKind::Profile), "RC0442 cluster.yaml:9:10 Some(t.j2:1:8)");
    assert_eq!(first("a: x{{ registry.zones }}", SourceKind::User), "RC0442 t.j2:1:8 Some(cluster.yaml:9:10)");
    assert_eq!(first("a: no", SourceKind::Profile), "RC0103 cluster.yaml:15:11 Some(t.j2:1:4)");
    assert_eq!(first("{{ registry.replicas }}: 1", SourceKind::Profile), "RC0443 cluster.yaml:3:13 Some(t.j2:1:4)");
    assert_eq!(first("{{ name | nope }}: 1", SourceKind::Profile), "RC0433 t.j2:1:11 ");
}
