//! What a registry is called -> the name of a file, which leads nowhere and is no other's, whatever the registry is called.

use std::collections::BTreeSet;

/// The longest name of a file, without its ending.
const LONGEST: usize = 120;

/// Names that mean a device on some systems, whatever their ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The names given so far, in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct FileNames(BTreeSet<String>);

impl FileNames {
    /// Returns a name for the certificates of something: lower case, of letters, digits, `.`, `-` and `_` alone.
    pub(super) fn of(&mut self, called: &str) -> String {
        let safe = |char: char| match char.to_ascii_lowercase() {
            char @ ('a'..='z' | '0'..='9' | '-' | '.') => char,
            _ => '_',
        };
        let mut name: String = called.chars().take(LONGEST).map(safe).collect();
        while name.contains("..") {
            name = name.replace("..", "_");
        }
        let name = name.trim_matches(['.', '-']);
        let first = name.split('.').next().unwrap_or_default();
        let device = first.trim_end_matches(|char: char| char.is_ascii_digit());
        let name = match (name, DEVICES.contains(&device)) {
            ("", _) => "ca".to_owned(),
            (name, true) => format!("_{name}"),
            (name, false) => name.to_owned(),
        };
        let numbered = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}_{number}")));
        let free = numbered.into_iter().find(|name| !self.0.contains(name)).unwrap_or(name);
        self.0.insert(free.clone());
        format!("{free}.pem")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_after_its_registry_and_its_name_leads_nowhere() {
        let mut names = FileNames::default();
        let hostile = "../../etc/passwd";
        let of: Vec<String> = [
            "registry.example.com",
            "registry.example.com:5000",
            "REGISTRY.example.com",
            hostile,
            "a\u{1b}[2J/b",
            "con",
            "com1.example",
            "..",
            "",
            "-x-",
            "a...b",
            &"h".repeat(300),
        ]
        .iter()
        .map(|called| names.of(called))
        .collect();
        assert_eq!(
            of[..11],
            [
                "registry.example.com.pem",
                "registry.example.com_5000.pem",
                "registry.example.com_2.pem",
                "____etc_passwd.pem",
                "a__2j_b.pem",
                "_con.pem",
                "_com1.example.pem",
                "_.pem",
                "ca.pem",
                "x.pem",
                "a_.b.pem",
            ]
        );
        assert!(of[11].len() < 130);
        let all: BTreeSet<&String> = of.iter().collect();
        assert_eq!(all.len(), of.len());
        assert!(of.iter().all(|name| !name.contains('/') && !name.contains("..") && !name.starts_with('.')));
    }
}
