//! Values of the installation that every server and command of its store shares.

use super::document::{self, Kept};
use super::error::AccessError;
use super::random;
use crate::store::{AccountStore, DocumentKind, StoreError};
use constat_shared::{SiteId, Timestamp};
use serde::{Deserialize, Serialize};

/// The name of the installation, which is the audience of its tokens.
const INSTALLATION: &str = "installation";
/// Where the console of the last server is reached.
const CONSOLE_URL: &str = "console-url";
/// Which console key the installation uses: the id of its public half.
const CONSOLE_KEY: &str = "console-key";
/// Before the id of a site: what it was served with last.
const SITE: &str = "site:";

#[derive(Serialize, Deserialize)]
struct Setting {
    value: String,
}

impl Kept for Setting {
    const KIND: DocumentKind = DocumentKind::Setting;

    fn ends_at(&self) -> Option<Timestamp> {
        None
    }
}

/// The random name of the installation, which its first use makes.
///
/// # Errors
/// When the store fails, or the system gives no random numbers.
pub fn installation(store: &(impl AccountStore + ?Sized)) -> Result<String, AccessError> {
    if let Some(id) = get(store, INSTALLATION)? {
        return Ok(id);
    }
    let id = random::id()?;
    if document::insert(store, INSTALLATION, &Setting { value: id.clone() }, Timestamp::from_unix_ms(0))? {
        return Ok(id);
    }
    // Another process was first.
    Ok(get(store, INSTALLATION)?.unwrap_or(id))
}

/// Where the console of the last server is reached, such as `http://127.0.0.1:8090`.
///
/// # Errors
/// When the store fails.
pub fn console_url(store: &(impl AccountStore + ?Sized)) -> Result<Option<String>, StoreError> {
    get(store, CONSOLE_URL)
}

/// States where the console is reached.
///
/// # Errors
/// When the store fails.
pub fn set_console_url(store: &(impl AccountStore + ?Sized), url: &str) -> Result<(), AccessError> {
    set(store, CONSOLE_URL, url)
}

/// The id of the console key that the installation uses.
///
/// # Errors
/// When the store fails.
pub fn console_key(store: &(impl AccountStore + ?Sized)) -> Result<Option<String>, StoreError> {
    get(store, CONSOLE_KEY)
}

/// States which console key the installation uses.
///
/// # Errors
/// When the store fails.
pub fn set_console_key(store: &(impl AccountStore + ?Sized), id: &str) -> Result<(), AccessError> {
    set(store, CONSOLE_KEY, id)
}

/// What a site was served with last, of what no visitor is shown, in the words of its writer.
///
/// # Errors
/// When the store fails.
pub fn site_settings(
    store: &(impl AccountStore + ?Sized),
    site: &SiteId,
) -> Result<Option<String>, StoreError> {
    get(store, &format!("{SITE}{site}"))
}

/// The sites that were ever served with settings.
///
/// # Errors
/// When the store fails.
pub fn sites_with_settings(store: &(impl AccountStore + ?Sized)) -> Result<Vec<SiteId>, StoreError> {
    let documents = store.documents(DocumentKind::Setting)?.into_iter();
    Ok(documents.filter_map(|document| SiteId::parse(document.id.strip_prefix(SITE)?).ok()).collect())
}

/// States what a site is served with.
///
/// # Errors
/// When the store fails.
pub fn set_site_settings(
    store: &(impl AccountStore + ?Sized),
    site: &SiteId,
    settings: &str,
) -> Result<(), AccessError> {
    set(store, &format!("{SITE}{site}"), settings)
}

fn get(store: &(impl AccountStore + ?Sized), name: &str) -> Result<Option<String>, StoreError> {
    let found = document::read(store, name, Timestamp::from_unix_ms(0))?;
    Ok(found.map(|setting: Setting| setting.value))
}

fn set(store: &(impl AccountStore + ?Sized), name: &str, value: &str) -> Result<(), AccessError> {
    let never = Timestamp::from_unix_ms(0);
    if document::insert(store, name, &Setting { value: value.to_owned() }, never)? {
        return Ok(());
    }
    let changed = document::change(store, name, never, |setting: &mut Setting| {
        value.clone_into(&mut setting.value);
        Ok(())
    })?;
    changed.ok_or_else(|| StoreError::Engine(format!("the setting {name} was removed meanwhile")).into())
}
