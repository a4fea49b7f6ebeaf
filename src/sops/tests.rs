//! Tests of the module, on files that the real program wrote with keys made for them.
