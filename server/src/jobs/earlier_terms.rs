//! The terms that a site had before, under which visitors have made choices that still hold.

use crate::proof::published;
use crate::site::Site;
use crate::store::{LogStore, NoticeStore, StoreError};
use constat_shared::log::Serving;
use constat_shared::{Hash, LogEntry, Month, Notice, PublishedNotice, SiteId, TermsChange, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The most earlier terms by which a page can read a choice.
const TERMS_MAX: usize = 8;

/// The most notices of a site that are read to find them: those that differ only in wording do not count.
const NOTICES_MAX: usize = 64;

/// The hashes of a site's notices, oldest first.
pub type NoticesBySite = BTreeMap<SiteId, Vec<Hash>>;

/// The notices of a store, by site.
pub fn by_site(notices: Vec<(SiteId, Hash)>) -> NoticesBySite {
    let mut sites = NoticesBySite::new();
    for (site, hash) in notices {
        sites.entry(site).or_default().push(hash);
    }
    sites
}

/// A notice for each of the last [`TERMS_MAX`] terms of a site that differ from the present ones, newest first.
/// `published` are the hashes of all its notices.
///
/// # Errors
/// When the store fails.
pub fn earlier_notices<S: NoticeStore + ?Sized>(
    store: &S,
    published: &[Hash],
    present: &PublishedNotice,
) -> Result<Vec<Notice>, StoreError> {
    let mut known = BTreeSet::from([present.terms_hash()]);
    let mut earlier = Vec::new();
    for hash in published.iter().rev().take(NOTICES_MAX).filter(|hash| **hash != present.notice_hash()) {
        let notice = read(store, hash)?;
        earlier.extend(notice.filter(|notice| known.insert(notice.terms_hash())));
        if earlier.len() == TERMS_MAX {
            break;
        }
    }
    Ok(earlier)
}

/// A notice; none when this version cannot read it, because a later one has published it.
fn read<S: NoticeStore + ?Sized>(store: &S, hash: &Hash) -> Result<Option<Notice>, StoreError> {
    match store.notice(hash) {
        Err(StoreError::Unreadable(error)) => {
            tracing::warn!(notice_hash = %hash, %error, "choices made under a notice that cannot be read are void");
            Ok(None)
        }
        read => read,
    }
}

/// Who is asked again by a notice, in a sentence; none when it is the first one of its site. It is compared
/// with the one that the site's log says was served last, or else the one that was published last.
///
/// # Errors
/// When the store fails.
pub fn who_is_asked<S: NoticeStore + LogStore + ?Sized>(
    store: &S,
    published: &[Hash],
    site: &Site,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let present = &site.notice;
    if published.is_empty() {
        return Ok(None);
    }
    let is_serving = |entry: &LogEntry| matches!(entry, LogEntry::Serving(_));
    let last = match published::find(store, &present.site, Month::of(now), is_serving)? {
        Some((_, _, LogEntry::Serving(Serving { notice_hash, .. }))) => Some(notice_hash),
        _ => published.last().copied(),
    };
    let last = last.map(|hash| read(store, &hash)).transpose()?.flatten();
    Ok(last.map(|last| TermsChange::between(&last, present).sentence(site.ask_refusers_again)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Publication;
    use crate::store::sqlite::SqliteStore;
    use constat_shared::sample::published_notice;

    fn notice(controller: &str, wording: &str) -> PublishedNotice {
        let mut notice = (*published_notice("boreale")).clone();
        controller.clone_into(&mut notice.controller.name);
        wording.clone_into(&mut notice.controller.address);
        PublishedNotice::new(notice)
    }

    /// The controllers' names of the earlier notices, when these were published and the last of them is present.
    fn earlier(published: &[PublishedNotice], present: &PublishedNotice) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path()).unwrap();
        for notice in published {
            store.publish(notice, Timestamp::parse("2026-03-01T09:30:00Z").unwrap()).unwrap();
        }
        let all = by_site(store.notices().unwrap());
        let found = earlier_notices(&store, &all[&present.site], present).unwrap();
        found.into_iter().map(|notice| notice.controller.name).collect()
    }

    #[test]
    fn terms_are_given_once_newest_first_and_without_the_present_ones() {
        let [a, b, c] = ["a", "b", "c"].map(|name| notice(name, "1"));
        let worded = notice("a", "2");
        assert_eq!(earlier(std::slice::from_ref(&a), &a), [""; 0]);
        assert_eq!(earlier(&[a.clone(), worded.clone()], &worded), [""; 0]);
        assert_eq!(earlier(&[a.clone(), b.clone(), worded.clone(), c.clone()], &c), ["a", "b"]);
        assert_eq!(earlier(&[a.clone(), b, c], &a), ["c", "b"], "a site may go back");
    }

    #[test]
    fn they_are_the_last_eight_among_the_last_notices() {
        let terms: Vec<_> = (0..12).map(|number| notice(&number.to_string(), "1")).collect();
        let last: Vec<_> = (3..11).rev().map(|number| number.to_string()).collect();
        assert_eq!(earlier(&terms, &terms[11]), last);
        let mut worded = vec![notice("before", "1")];
        worded.extend((0..=NOTICES_MAX).map(|number| notice("now", &number.to_string())));
        assert_eq!(earlier(&worded[..NOTICES_MAX], &worded[NOTICES_MAX - 1]), ["before"]);
        assert_eq!(earlier(&worded, worded.last().unwrap()), [""; 0], "no more are read");
    }

    #[test]
    fn a_notice_of_a_later_version_is_left_out() {
        struct Later(PublishedNotice);
        impl NoticeStore for Later {
            fn publish(&self, _: &PublishedNotice, _: Timestamp) -> Result<(), StoreError> {
                unreachable!("nothing is published")
            }
            fn notice(&self, hash: &Hash) -> Result<Option<Notice>, StoreError> {
                match *hash == self.0.notice_hash() {
                    true => Ok(Some((*self.0).clone())),
                    false => Err(StoreError::Unreadable("unknown text".to_owned())),
                }
            }
            fn published_at(&self, _: &Hash) -> Result<Option<Timestamp>, StoreError> {
                unreachable!("nobody asks")
            }
            fn publications(&self, _: &SiteId) -> Result<Vec<Publication>, StoreError> {
                unreachable!("nobody asks")
            }
            fn notices(&self) -> Result<Vec<(SiteId, Hash)>, StoreError> {
                unreachable!("they are given")
            }
        }
        let (readable, present) = (notice("a", "1"), notice("b", "1"));
        let published = [readable.notice_hash(), Hash::of(b"later"), present.notice_hash()];
        assert_eq!(earlier_notices(&Later(readable), &published, &present).unwrap().len(), 1);
    }
}
