//! A live cluster, through its API server: read only, and never changed.
//!
//! In come a kubeconfig and a context; out comes a [`Client`] that answers as [`Live`](crate::live::Live) says. Every
//! obstacle becomes an [`Unknown`](crate::live::Unknown) in people's words. Where a kubeconfig lies, and whether a context
//! may be used, is for the command line to say. Nothing here runs before the first client is made.

mod access;
mod answer;
mod client;
mod exec;
mod failure;
mod hide;
mod pool;
mod proxy;
mod refusal;
mod request;
mod room;
mod session;
mod warning;

pub use access::{Access, As, Kubeconfigs, NoAccess, Terms};
pub use client::Client;
pub use pool::{Limits, Pool};
pub use proxy::Proxies;

#[cfg(test)]
mod tests;
