//! What a rendering may use: steps, and bytes. Both are counted, never timed, so that the same input gives the same answer.

/// The most steps of one rendering; a long text that is looked at counts as several.
const MOST_STEPS: u64 = 500_000;

/// The most bytes of text that a template writes around its values.
const MOST_TEXT: usize = 2 << 20;

/// The most bytes of values, those included that are made on the way and never placed.
const MOST_BYTES: usize = 16 << 20;

/// The most values, those included that lists and mappings hold.
const MOST_VALUES: usize = 100_000;

/// What a piece of text counts at least, since each is remembered.
const LEAST_TEXT: usize = 16;

/// Bytes that count as one step when text is compared, searched or copied.
const BYTES_PER_STEP: usize = 256;

/// A limit, in words that say what was too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit(pub(super) &'static str);

/// What was used so far.
#[derive(Default)]
pub(super) struct Meter {
    steps: u64,
    text: usize,
    bytes: usize,
    values: usize,
}

impl Meter {
    /// Counts steps.
    pub(super) fn steps(&mut self, n_steps: usize) -> Result<(), Limit> {
        self.steps = self.steps.saturating_add(n_steps as u64);
        if self.steps > MOST_STEPS { Err(Limit("more than 500000 steps")) } else { Ok(()) }
    }

    /// Counts the reading of bytes.
    pub(super) fn read(&mut self, n_bytes: usize) -> Result<(), Limit> {
        self.steps(n_bytes / BYTES_PER_STEP)
    }

    /// Counts the template's text as it is written.
    pub(super) fn text(&mut self, n_bytes: usize) -> Result<(), Limit> {
        self.text = self.text.saturating_add(n_bytes.max(LEAST_TEXT));
        if self.text > MOST_TEXT { Err(Limit("more than 2 MiB of text around values")) } else { Ok(()) }
    }

    /// Counts bytes of values as they are made or placed.
    pub(super) fn bytes(&mut self, n_bytes: usize) -> Result<(), Limit> {
        self.read(n_bytes)?;
        self.bytes = self.bytes.saturating_add(n_bytes);
        if self.bytes > MOST_BYTES { Err(Limit("more than 16 MiB of values")) } else { Ok(()) }
    }

    /// Counts values as they are made or placed.
    pub(super) fn values(&mut self, n_values: usize) -> Result<(), Limit> {
        self.values = self.values.saturating_add(n_values);
        if self.values > MOST_VALUES { Err(Limit("more than 100000 values")) } else { Ok(()) }
    }
}
