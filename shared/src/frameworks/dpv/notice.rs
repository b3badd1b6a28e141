//! What the records of one notice share: its parties, purposes and processes,
//! in the languages of the records.

use crate::notice::{Category, Cookie, Notice, PurposeText, TextKey, Transfer, Vendor};
use crate::values::{Hash, Language, PurposeId, VendorId};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The name of the process that a category's own switch decides.
pub fn category_process(iri: &str, id: Category) -> String {
    format!("{iri}#category-{id}")
}

/// The name of the process that a vendor's switch decides.
pub fn vendor_process(iri: &str, id: &VendorId) -> String {
    format!("{iri}#service-{id}")
}

/// Every node below a notice that a record points to.
pub fn nodes(iri: &str, hash: Hash, notice: &Notice, languages: &BTreeSet<Language>) -> Vec<Value> {
    let shown = Shown { iri, notice, languages };
    let mut nodes = vec![
        json!({
            "@id": iri,
            "@type": "dpv:ConsentNotice",
            "dct:identifier": hash,
            "dct:language": notice.languages,
            "dct:title": shown.text(TextKey::Title),
        }),
        shown.controller(),
        shown.authority(),
    ];
    nodes.extend(shown.rights());
    nodes.extend(notice.purposes.keys().map(|id| shown.purpose(id)));
    for category in notice.categories.iter().filter(|category| !category.exempt) {
        nodes.push(shown.category(category.id));
    }
    for vendor in notice.vendors.iter().filter(|vendor| !notice.is_exempt(vendor.category)) {
        nodes.push(shown.vendor(vendor));
        nodes.push(shown.service(vendor));
    }
    nodes
}

/// The nodes of the vendors of a notice, of one category or of all: each with what its service does.
pub fn vendor_nodes(
    iri: &str,
    notice: &Notice,
    languages: &BTreeSet<Language>,
    category: Option<Category>,
) -> Vec<Value> {
    let shown = Shown { iri, notice, languages };
    let is_wanted = |vendor: &&Vendor| category.is_none_or(|category| vendor.category == category);
    let vendors: Vec<_> = notice.vendors.iter().filter(is_wanted).collect();
    let purposes: BTreeSet<_> = vendors.iter().flat_map(|vendor| &vendor.purposes).collect();
    let mut nodes = vec![shown.controller()];
    nodes.extend(purposes.into_iter().map(|id| shown.purpose(id)));
    for vendor in vendors {
        let mut service = shown.service(vendor);
        // What is exempt rests on no consent.
        if let Some(service) = service.as_object_mut().filter(|_| notice.is_exempt(vendor.category)) {
            service.remove("dpv:hasLegalBasis");
        }
        nodes.extend([shown.vendor(vendor), service]);
    }
    nodes
}

struct Shown<'a> {
    iri: &'a str,
    notice: &'a Notice,
    languages: &'a BTreeSet<Language>,
}

impl Shown<'_> {
    /// A name below the notice's.
    fn part(&self, name: impl std::fmt::Display) -> String {
        format!("{}#{name}", self.iri)
    }

    /// One text, in every language in which it was shown.
    fn text(&self, key: TextKey) -> Value {
        self.in_languages(|language| self.notice.text(language, key))
    }

    fn purpose_text(&self, id: &PurposeId, part: fn(&PurposeText) -> &str) -> Value {
        let texts = self.notice.purposes.get(id);
        self.in_languages(|language| texts.and_then(|texts| texts.get(&language)).map(part))
    }

    fn in_languages<T: Serialize>(&self, text: impl Fn(Language) -> Option<T>) -> Value {
        let tagged = |language: &Language| Some(json!({ "@language": language, "@value": text(*language)? }));
        self.languages.iter().filter_map(tagged).collect()
    }

    /// "Entity Fields"; the postal address is one text, as the notice has it.
    fn controller(&self) -> Value {
        let controller = &self.notice.controller;
        let policies: BTreeSet<_> =
            self.languages.iter().filter_map(|language| controller.policy_url.get(language)).collect();
        json!({
            "@id": self.part("controller"),
            "@type": "dpv:DataController",
            "dpv:hasIdentifier": self.notice.site,
            "dpv:hasName": controller.name,
            "dpv:hasAddress": controller.address,
            "dpv:hasNotice": policies.into_iter().map(policy).collect::<Vec<_>>(),
            "dpv:hasContact": mailbox(&controller.dpo_email),
            "dpv:hasDataProtectionOfficer": {
                "@type": "dpv:DataProtectionOfficer", "dpv:hasContact": mailbox(&controller.dpo_email),
            },
        })
    }

    fn authority(&self) -> Value {
        json!({
            "@id": self.part("authority"),
            "@type": "dpv:DataProtectionAuthority",
            "dpv:hasIdentifier": self.notice.authority.url,
            "dpv:hasName": self.notice.authority.name,
            "dpv:hasContact": self.notice.authority.url,
        })
    }

    /// How consent is withdrawn, and the two rights that the notice names.
    fn rights(&self) -> [Value; 3] {
        let manage = self.text(TextKey::ManageCookies);
        [
            json!({
                "@id": self.part("withdrawal"),
                "@type": "dpv:WithdrawConsent",
                "dct:title": self.text(TextKey::Withdraw),
                "dpv:isExercisedAt": manage,
            }),
            json!({
                "@id": self.part("right-to-withdraw"),
                "@type": ["dpv:DataSubjectRight", "eu-gdpr:A7-3"],
                "dpv:isExercisedAt": manage,
            }),
            json!({
                "@id": self.part("right-to-complain"),
                "@type": ["dpv:DataSubjectRight", "eu-gdpr:A77"],
                "dpv:isExercisedAt": { "@id": self.notice.authority.url },
            }),
        ]
    }

    fn purpose(&self, id: &PurposeId) -> Value {
        json!({
            "@id": self.part(format_args!("purpose-{id}")),
            "@type": "dpv:Purpose",
            "dct:identifier": id,
            "dct:title": self.purpose_text(id, |text| &text.title),
            "dct:description": self.purpose_text(id, |text| &text.description),
        })
    }

    /// What the site's own scripts of a category do.
    fn category(&self, id: Category) -> Value {
        let (title, description) = TextKey::of_category(id);
        json!({
            "@id": category_process(self.iri, id),
            "@type": "dpv:Process",
            "dct:identifier": id,
            "dpv:hasPurpose": {
                "@type": "dpv:Purpose",
                "dct:title": self.text(title),
                "dct:description": self.text(description),
            },
            "dpv:hasDataController": self.part("controller"),
            "dpv:hasLegalBasis": "eu-gdpr:A6-1-a",
        })
    }

    fn vendor(&self, vendor: &Vendor) -> Value {
        json!({
            "@id": self.part(format_args!("vendor-{}", vendor.id)),
            "@type": "dpv:ThirdParty",
            "dpv:hasIdentifier": vendor.id,
            "dpv:hasName": vendor.company,
            "dpv:hasCountry": country(vendor),
            "dpv:hasNotice": policy(&vendor.policy_url),
        })
    }

    /// What a vendor's service does ("Processing Fields").
    fn service(&self, vendor: &Vendor) -> Value {
        let recipient = self.part(format_args!("vendor-{}", vendor.id));
        let purposes = vendor.purposes.iter().map(|id| self.part(format_args!("purpose-{id}")));
        json!({
            "@id": vendor_process(self.iri, &vendor.id),
            "@type": "dpv:Process",
            "dct:identifier": vendor.id,
            "dpv:hasService": { "@type": "dpv:Service", "dct:title": vendor.name },
            "dpv:hasPurpose": purposes.collect::<Vec<_>>(),
            "dpv:hasDataController": self.part("controller"),
            "dpv:hasLegalBasis": "eu-gdpr:A6-1-a",
            "dpv:hasRecipientThirdParty": recipient,
            "dpv:hasProcessing": self.transfer(vendor, &recipient),
            "dpv:hasPersonalData": vendor.cookies.iter().map(|cookie| self.cookie(cookie)).collect::<Vec<_>>(),
        })
    }

    /// Where the data go, and what makes that lawful.
    fn transfer(&self, vendor: &Vendor, recipient: &str) -> Value {
        let mechanism = match vendor.transfer {
            Transfer::None => None,
            // The framework rests on an adequacy decision.
            Transfer::Adequacy | Transfer::Dpf => Some(("hasLegalBasis", "AdequacyDecision")),
            Transfer::Scc => Some(("hasOrganisationalMeasure", "StandardContractualClauses")),
            Transfer::Bcr => Some(("hasOrganisationalMeasure", "BindingCorporateRules")),
        };
        let mut transfer = json!({
            "@type": "dpv:Transfer",
            "dpv:hasRecipientThirdParty": recipient,
            "dpv:hasCountry": country(vendor),
            "dct:description": self.text(TextKey::of_transfer(vendor.transfer)),
        });
        if let Some((property, term)) = mechanism {
            transfer[format!("dpv:{property}")] = format!("eu-gdpr:{term}").into();
        }
        transfer
    }

    /// What is kept in the browser stands for the personal data: the notice
    /// names no other (online identifiers: GDPR, recital 30).
    fn cookie(&self, cookie: &Cookie) -> Value {
        let duration = match cookie.duration_days {
            0 => {
                json!({ "@type": "dpv:UntilEventDuration", "rdf:value": self.text(TextKey::DurationSession) })
            }
            days => json!({
                "@type": "dpv:TemporalDuration",
                "rdf:value": { "@type": "xsd:duration", "@value": format!("P{days}D") },
            }),
        };
        json!({
            "@type": "dpv:PersonalData",
            "dct:identifier": cookie.name,
            "dct:description": self.purpose_text(&cookie.purpose, |text| &text.title),
            "dpv:hasStorageCondition": {
                "@type": ["dpv:StorageLocation", "dpv:StorageDuration"],
                "dct:description": self.text(TextKey::of_storage(cookie.storage)),
                "dpv:hasLocation": "dpv:LocalLocation",
                "dpv:hasDuration": duration,
            },
        })
    }
}

fn mailbox(email: &str) -> String {
    format!("mailto:{email}")
}

fn policy(url: &String) -> Value {
    json!({ "@id": url, "@type": "dpv:PrivacyNotice" })
}

/// By its code: ISO 3166-1 alpha-2 gives new ones before a vocabulary has them.
fn country(vendor: &Vendor) -> Value {
    json!({ "@type": "dpv:Country", "dct:identifier": vendor.country })
}
