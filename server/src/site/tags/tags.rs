//! All that a site file says of the site's tags.

use super::blocking::{self, UnknownHosts};
use super::consent_mode::{self, ConsentMode, Decider};
use super::signals::{self, Signal};
use crate::site::catalogue::Catalogue;
use crate::site::file::report::Report;
use crate::site::file::schema::SiteFile;
use constat_shared::Notice;
use std::collections::{BTreeMap, BTreeSet};

/// What a site's tags need of the loader; nothing, where the file says nothing of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// Google Consent Mode.
    pub consent_mode: Option<ConsentMode>,
    /// Whom else the loader tells of the choice, and what decides each: several where it is told of several things,
    /// none for a thing that the site does not have.
    pub signals: BTreeMap<Signal, Vec<Option<Decider>>>,
    /// Blocking without marks, with what happens to hosts that nobody knows.
    pub auto_block: Option<UnknownHosts>,
    /// With it, the hosts of vendors that the catalogue knows and the site does not name: nobody can allow them.
    pub undeclared_hosts: BTreeSet<String>,
    /// The hosts that the site's Content Security Policy names beside those of vendors; none when the file does not
    /// say that the site has such a policy.
    pub csp_hosts: Option<Vec<String>>,
}

/// What the file says, where its notice has no mistake.
pub fn check(file: &SiteFile, notice: &Notice, catalogue: &Catalogue, report: &mut Report) -> Tags {
    let auto_block = blocking::check(file, report);
    let undeclared = auto_block.map(|_| blocking::undeclared_hosts(notice, catalogue));
    Tags {
        consent_mode: file.consent_mode.as_ref().map(|given| consent_mode::check(given, notice, report)),
        signals: signals::check(&file.signals, notice, report),
        auto_block,
        undeclared_hosts: undeclared.unwrap_or_default(),
        csp_hosts: file.csp_hosts.as_deref().map(|given| blocking::csp_hosts(given, report)),
    }
}

impl Tags {
    /// What an owner of a site with Google Consent Mode may not expect, each as a sentence with its remedy.
    pub fn consent_mode_surprises<'a>(&'a self, notice: &'a Notice) -> impl Iterator<Item = String> + 'a {
        let mode = self.consent_mode.as_ref();
        let held = mode.is_some_and(|mode| mode.advanced) && self.auto_block.is_some();
        let held = held.then(|| {
            "In advanced mode Google's tag sends before an answer, and `auto_block` holds what it sends to the hosts of \
             vendors. Write mode = \"basic\", or leave `auto_block` out (docs/consent-mode.md)."
                .to_owned()
        });
        let of_mode = |mode: &'a ConsentMode| mode.unheard_switches(notice).chain(mode.never_granted(notice));
        held.into_iter().chain(mode.into_iter().flat_map(of_mode))
    }
}
