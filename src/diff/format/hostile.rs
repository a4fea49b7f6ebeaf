//! Every form over names and values that want to act.
