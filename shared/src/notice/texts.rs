//! The texts of the banner, by key.

use super::category::Category;
use super::vendor::{Storage, Transfer};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! text_keys {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The name of a text. Every language has a text for each name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum TextKey { $($(#[$doc])* $variant,)* }

        impl TextKey {
            /// All keys, by name.
            pub const ALL: &'static [TextKey] = &[$(TextKey::$variant,)*];
            const NAMES: &'static [&'static str] = &[$($name,)*];
        }
    };
}

text_keys! {
    /// Button: consent to everything.
    AllowAll = "allow_all",
    /// Beside an essential category's title: it cannot be switched off.
    AlwaysActive = "always_active",
    /// Label of the supervisory authority's name.
    AuthorityLabel = "authority_label",
    /// What advertising trackers are for.
    CategoryAdvertisingDescription = "category_advertising_description",
    /// Title of the advertising category.
    CategoryAdvertisingTitle = "category_advertising_title",
    /// What audience measurement is for.
    CategoryAudienceDescription = "category_audience_description",
    /// Title of the audience category.
    CategoryAudienceTitle = "category_audience_title",
    /// What essential trackers are for; names the consent cookie `constat`.
    CategoryEssentialDescription = "category_essential_description",
    /// Title of the essential category.
    CategoryEssentialTitle = "category_essential_title",
    /// What functional trackers are for.
    CategoryFunctionalDescription = "category_functional_description",
    /// Title of the functional category.
    CategoryFunctionalTitle = "category_functional_title",
    /// What third-party content is, and that it is not shown when refused.
    CategoryThirdPartyDescription = "category_third_party_description",
    /// Title of the third-party category.
    CategoryThirdPartyTitle = "category_third_party_title",
    /// Button: leave the configuration layer without changing anything.
    Close = "close",
    /// Label of the company behind a service.
    CompanyLabel = "company_label",
    /// Introduction of the configuration layer.
    ConfigurationIntro = "configuration_intro",
    /// Title of the configuration layer.
    ConfigurationTitle = "configuration_title",
    /// Button: open the configuration layer.
    Configure = "configure",
    /// In the first layer, where the browser cannot show the configuration layer.
    ConfigureUnavailable = "configure_unavailable",
    /// Label of the consent id.
    ConsentIdLabel = "consent_id_label",
    /// Link at the top right: refuse and go on.
    ContinueWithoutAccepting = "continue_without_accepting",
    /// Label of the controller's name.
    ControllerLabel = "controller_label",
    /// Column: how long a cookie lives.
    CookieDuration = "cookie_duration",
    /// Column: a cookie's name.
    CookieName = "cookie_name",
    /// Column: what a cookie is for.
    CookiePurpose = "cookie_purpose",
    /// Heading of a vendor's list of cookies.
    CookiesLabel = "cookies_label",
    /// Where the vendor has none.
    CookiesNone = "cookies_none",
    /// Label of the country data go to.
    CountryLabel = "country_label",
    /// When the choice was made, with `{date}`.
    DecidedOn = "decided_on",
    /// Label of the data protection officer's address.
    DpoLabel = "dpo_label",
    /// A cookie's life in days, with `{count}`.
    DurationDays = "duration_days",
    /// A cookie's life of one day.
    DurationDaysOne = "duration_days_one",
    /// A cookie that ends with the browser session.
    DurationSession = "duration_session",
    /// Beside the title of an exempt category that is not essential.
    ExemptActive = "exempt_active",
    /// When the choice ends, with `{date}`.
    ExpiresOn = "expires_on",
    /// The banner's text: what is asked, for which `{purposes}`, and that refusing is as easy.
    Intro = "intro",
    /// In place of `{purposes}` where the site asks for advertising.
    IntroAdvertising = "intro_advertising",
    /// The same for audience measurement.
    IntroAudience = "intro_audience",
    /// The same for functional trackers.
    IntroFunctional = "intro_functional",
    /// The same for third-party content.
    IntroThirdParty = "intro_third_party",
    /// How long the choice is kept, with `{months}`.
    Lifetime = "lifetime",
    /// Announced while the configuration layer is being fetched.
    Loading = "loading",
    /// The permanent link and button.
    ManageCookies = "manage_cookies",
    /// Button in a placeholder: allow that one service.
    PlaceholderAllow = "placeholder_allow",
    /// In place of blocked content that names no vendor, with `{category}`.
    PlaceholderCategory = "placeholder_category",
    /// Button in such a placeholder: allow that category.
    PlaceholderCategoryAllow = "placeholder_category_allow",
    /// In place of blocked content, with `{vendor}`.
    PlaceholderText = "placeholder_text",
    /// Link to a vendor's privacy policy, with `{vendor}`.
    PolicyLink = "policy_link",
    /// Heading of a vendor's purposes.
    PurposesLabel = "purposes_label",
    /// Label of the services that an answer allowed, `{count}` of `{total}`.
    RecordAllowed = "record_allowed",
    /// Label of what was answered: the button that was pressed.
    RecordAnswer = "record_answer",
    /// Before the record is erased: what that means.
    RecordConfirm = "record_confirm",
    /// Button: download the receipt.
    RecordDownload = "record_download",
    /// Button: erase the record.
    RecordErase = "record_erase",
    /// While the record is being erased.
    RecordErasing = "record_erasing",
    /// The server has not confirmed that the record is erased.
    RecordFailed = "record_failed",
    /// Button: leave the record as it is.
    RecordKeep = "record_keep",
    /// The text of a mail to the data protection officer, with `{site}` and `{id}`.
    RecordLetter = "record_letter",
    /// No receipt opens the record; the data protection officer's `{email}` helps.
    RecordMissing = "record_missing",
    /// In place of the record until it is shown.
    RecordUnavailable = "record_unavailable",
    /// The answer has not reached the server yet.
    RecordWaiting = "record_waiting",
    /// Link: begin that mail.
    RecordWrite = "record_write",
    /// Button: refuse everything that is not exempt.
    RefuseAll = "refuse_all",
    /// Button: keep the choices made.
    Save = "save",
    /// Announced when a choice has been kept.
    Saved = "saved",
    /// Heading of a category's vendors, with `{count}`.
    Services = "services",
    /// The same for no vendor.
    ServicesNone = "services_none",
    /// The same for one vendor.
    ServicesOne = "services_one",
    /// In the small notice of a browser that refuses by a signal, with `{signal}`.
    SignalText = "signal_text",
    /// The title of that notice.
    SignalTitle = "signal_title",
    /// Link to the site's own privacy policy.
    SitePolicyLink = "site_policy_link",
    /// Kept in a cookie.
    StorageCookie = "storage_cookie",
    /// Kept in local storage.
    StorageLocalStorage = "storage_local_storage",
    /// Kept in session storage.
    StorageSessionStorage = "storage_session_storage",
    /// Link that opens the list of third parties, with `{count}`.
    ThirdParties = "third_parties",
    /// The same for one third party.
    ThirdPartiesOne = "third_parties_one",
    /// The banner's title.
    Title = "title",
    /// An adequacy decision covers the transfer.
    TransferAdequacy = "transfer_adequacy",
    /// Binding corporate rules cover the transfer.
    TransferBcr = "transfer_bcr",
    /// The EU-US Data Privacy Framework covers the transfer.
    TransferDpf = "transfer_dpf",
    /// Label of the transfer mechanism.
    TransferLabel = "transfer_label",
    /// The data stay in the European Economic Area.
    TransferNone = "transfer_none",
    /// Standard contractual clauses cover the transfer.
    TransferScc = "transfer_scc",
    /// Button: take back the consent.
    Withdraw = "withdraw",
    /// Heading of the stored choice: "My record".
    YourChoice = "your_choice",
}

impl TextKey {
    /// The name in site files and in notices.
    pub fn as_str(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The key of that name, if there is one.
    pub fn parse(name: &str) -> Option<TextKey> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        Some(Self::ALL[at])
    }

    /// The title and the description of a category.
    // Inlining makes the widget 400 bytes smaller.
    #[inline]
    pub fn of_category(id: Category) -> (TextKey, TextKey) {
        use TextKey as K;
        match id {
            Category::Essential => (K::CategoryEssentialTitle, K::CategoryEssentialDescription),
            Category::Functional => (K::CategoryFunctionalTitle, K::CategoryFunctionalDescription),
            Category::Audience => (K::CategoryAudienceTitle, K::CategoryAudienceDescription),
            Category::Advertising => (K::CategoryAdvertisingTitle, K::CategoryAdvertisingDescription),
            Category::ThirdParty => (K::CategoryThirdPartyTitle, K::CategoryThirdPartyDescription),
        }
    }

    /// The ground of a transfer.
    pub fn of_transfer(transfer: Transfer) -> TextKey {
        match transfer {
            Transfer::None => TextKey::TransferNone,
            Transfer::Adequacy => TextKey::TransferAdequacy,
            Transfer::Dpf => TextKey::TransferDpf,
            Transfer::Scc => TextKey::TransferScc,
            Transfer::Bcr => TextKey::TransferBcr,
        }
    }

    /// A kind of storage.
    pub fn of_storage(storage: Storage) -> TextKey {
        match storage {
            Storage::Cookie => TextKey::StorageCookie,
            Storage::LocalStorage => TextKey::StorageLocalStorage,
            Storage::SessionStorage => TextKey::StorageSessionStorage,
        }
    }

    /// Whether only the notice of a site that honours a signal of browsers has the text.
    pub fn is_of_signals(self) -> bool {
        matches!(self, TextKey::SignalText | TextKey::SignalTitle)
    }

    /// The placeholders that a text must contain, such as `{count}`.
    pub fn placeholders(self) -> &'static [&'static str] {
        match self {
            TextKey::DecidedOn | TextKey::ExpiresOn => &["{date}"],
            TextKey::DurationDays | TextKey::Services | TextKey::ThirdParties => &["{count}"],
            TextKey::Intro => &["{purposes}"],
            TextKey::Lifetime => &["{months}"],
            TextKey::PlaceholderCategory => &["{category}"],
            TextKey::PlaceholderText | TextKey::PolicyLink => &["{vendor}"],
            TextKey::RecordAllowed => &["{count}", "{total}"],
            TextKey::RecordLetter => &["{site}", "{id}"],
            TextKey::RecordMissing => &["{email}"],
            TextKey::SignalText => &["{signal}"],
            _ => &[],
        }
    }
}

/// One language's texts: one for every [`TextKey`]. A notice of an earlier
/// version may lack the keys that came later: those are empty, and are not
/// written, so that the notice keeps its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Texts(Vec<String>);

impl Texts {
    /// Collects the text of every key; nothing when one is missing.
    pub fn from_fn(text: impl Fn(TextKey) -> Option<String>) -> Option<Texts> {
        TextKey::ALL.iter().map(|key| text(*key)).collect::<Option<_>>().map(Texts)
    }

    /// The text of a key, as written.
    pub fn get(&self, key: TextKey) -> &str {
        &self.0[key as usize]
    }

    /// The text of a key with a value for its placeholder, such as `{count}`.
    pub fn fill(&self, key: TextKey, placeholder: &str, value: &str) -> String {
        self.get(key).replace(placeholder, value)
    }

    /// The text for a number of things: `one` for 1, otherwise `many` with `{count}`.
    pub fn count(&self, one: TextKey, many: TextKey, count: usize) -> String {
        if count == 1 {
            return self.get(one).to_owned();
        }
        self.fill(many, "{count}", &count.to_string())
    }

    /// The lifetime of a cookie in words, from days; 0 is the browser session.
    pub fn duration(&self, days: u16) -> String {
        match days {
            0 => self.get(TextKey::DurationSession).to_owned(),
            days => self.count(TextKey::DurationDaysOne, TextKey::DurationDays, usize::from(days)),
        }
    }

    /// Whether every key has a text that every notice of this version has.
    pub fn is_complete(&self) -> bool {
        TextKey::ALL.iter().all(|key| key.is_of_signals() || !self.get(*key).is_empty())
    }

    /// Takes away the texts that only a site needs that honours a signal of browsers.
    pub fn without_signals(&mut self) {
        for key in TextKey::ALL.iter().filter(|key| key.is_of_signals()) {
            self.0[*key as usize].clear();
        }
    }

    /// Takes over a text of the same language for each key that has none.
    pub fn complete_from(&mut self, defaults: &Texts) {
        for (text, default) in self.0.iter_mut().zip(&defaults.0).filter(|(text, _)| text.is_empty()) {
            text.clone_from(default);
        }
    }

    /// Replaces the text of a key.
    pub fn set(&mut self, key: TextKey, text: String) {
        self.0[key as usize] = text;
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(TextKey::ALL.iter().map(|key| (key.as_str(), self.get(*key)))).finish()
    }
}

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for key in TextKey::ALL.iter().filter(|key| !self.get(**key).is_empty()) {
            map.serialize_entry(key.as_str(), self.get(*key))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table with the texts of the banner")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
        let mut texts = vec![String::new(); TextKey::ALL.len()];
        while let Some(name) = map.next_key::<String>()? {
            let key = TextKey::parse(&name)
                .ok_or_else(|| A::Error::custom(format_args!("unknown text `{name}`")))?;
            let text: String = map.next_value()?;
            if text.is_empty() {
                return Err(A::Error::custom(format_args!("empty text `{name}`")));
            }
            texts[key as usize] = text;
        }
        Ok(Texts(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_the_order_of_their_names_and_parse_back() {
        assert!(TextKey::NAMES.is_sorted());
        for key in TextKey::ALL {
            assert_eq!(TextKey::parse(key.as_str()), Some(*key));
        }
        assert_eq!(TextKey::parse("headline"), None);
    }

    #[test]
    fn texts_of_before_a_key_was_added_are_written_back_as_they_were_read() {
        let before = r#"{"allow_all":"A","title":"T"}"#;
        let texts: Texts = serde_json::from_str(before).unwrap();
        assert_eq!((texts.get(TextKey::Title), texts.get(TextKey::RecordKeep)), ("T", ""));
        assert_eq!(serde_json::to_string(&texts).unwrap(), before);
    }

    #[test]
    fn only_the_keys_without_a_text_are_completed() {
        let defaults = Texts::from_fn(|key| Some(key.as_str().to_owned())).unwrap();
        let mut texts: Texts = serde_json::from_str(r#"{"title":"T"}"#).unwrap();
        assert!(!texts.is_complete() && defaults.is_complete());
        texts.complete_from(&defaults);
        assert_eq!((texts.get(TextKey::Title), texts.get(TextKey::Loading)), ("T", "loading"));
        assert!(texts.is_complete());
    }

    #[test]
    fn an_empty_text_and_an_unknown_one_are_named() {
        let empty = serde_json::from_str::<Texts>(r#"{"title":""}"#).unwrap_err();
        assert!(empty.to_string().contains("empty text `title`"), "{empty}");
        let unknown = serde_json::from_str::<Texts>(r#"{"headline":"T"}"#).unwrap_err();
        assert!(unknown.to_string().contains("unknown text `headline`"), "{unknown}");
    }
}
