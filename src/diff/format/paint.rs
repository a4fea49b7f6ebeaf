//! How the parts of a difference look on a terminal.

use anstyle::{AnsiColor, Style};

use crate::impact::Impact;

/// How the parts of a difference look.
#[derive(Clone, Copy, Debug)]
pub struct Paint {
    pub(super) strong: Style,
    pub(super) faint: Style,
    pub(super) frame: Style,
    pub(super) added: Style,
    pub(super) removed: Style,
    pub(super) added_word: Style,
    pub(super) removed_word: Style,
    pub(super) changed: Style,
    pub(super) worse: Style,
    pub(super) worst: Style,
    pub(super) shows_words: bool,
}

impl Paint {
    /// Returns what changes nothing, for what is no terminal.
    pub const fn plain() -> Self {
        let plain = Style::new();
        Self {
            strong: plain,
            faint: plain,
            frame: plain,
            added: plain,
            removed: plain,
            added_word: plain,
            removed_word: plain,
            changed: plain,
            worse: plain,
            worst: plain,
            shows_words: false,
        }
    }

    /// Returns the colours for a terminal.
    pub const fn coloured() -> Self {
        Self {
            strong: Style::new().bold(),
            faint: Style::new().dimmed(),
            frame: AnsiColor::Cyan.on_default(),
            added: AnsiColor::Green.on_default(),
            removed: AnsiColor::Red.on_default(),
            added_word: AnsiColor::Green.on_default().bold().underline(),
            removed_word: AnsiColor::Red.on_default().bold().underline(),
            changed: AnsiColor::Yellow.on_default(),
            worse: AnsiColor::Yellow.on_default().bold(),
            worst: AnsiColor::Red.on_default().bold(),
            shows_words: true,
        }
    }

    /// Returns the colour of a line by the sign that it begins with.
    pub(super) fn of_sign(&self, sign: char) -> Style {
        match sign {
            '+' => self.added,
            '-' => self.removed,
            '~' => self.changed,
            _ => self.worse,
        }
    }

    /// Returns the colour of an impact.
    pub(super) fn of_impact(&self, impact: Impact) -> Style {
        match impact {
            Impact::None => self.faint,
            Impact::Rollout | Impact::Drain => self.worse,
            Impact::DataLoss => self.worst,
        }
    }
}
