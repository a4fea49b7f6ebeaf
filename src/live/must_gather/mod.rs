//! A must-gather, as `oc adm must-gather` and `oc adm inspect` write it, as what the cluster had.
