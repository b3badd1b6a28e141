//! The inline script of Google Consent Mode's advanced mode: it stands before Google's tag, so that what is denied
//! is denied also while consent.js is on its way, or when it never comes.

use crate::site::{ConsentMode, Region};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use constat_shared::Hash;
use std::fmt::Write;

/// The content of the script element: at most 400 bytes, without the regions. It says nothing where there is a
/// default already, as the loader's is when the browser had kept consent.js.
pub fn snippet(mode: &ConsentMode) -> String {
    let mut more = String::new();
    for region in &mode.regions {
        write!(more, ";g(\"consent\",\"default\",{})", differs(region, mode)).unwrap_or_default();
    }
    let options: Vec<_> = mode.options().map(|key| format!("{key}:!0")).collect();
    if !options.is_empty() {
        write!(more, ";g(\"set\",{{{}}})", options.join(",")).unwrap_or_default();
    }
    format!(
        "{{let n=\"{name}\",l=window[n],c={{security_storage:\"granted\",wait_for_update:{wait}}},\
         g=function(){{l.push(arguments)}};l&&l.push||(l=window[n]=[]);\
         if(!l.some(e=>e&&e[0]+e[1]==\"consentdefault\")){{\
         for(let k of[\"ad\",\"analytics\",\"functionality\",\"personalization\"])\
         c[k+\"_storage\"]=c.ad_user_data=c.ad_personalization=\"denied\";g(\"consent\",\"default\",c){more}}}}}",
        name = mode.data_layer,
        wait = mode.wait_for_update_ms,
    )
}

/// What a Content Security Policy calls the script (CSP Level 3, section 2.3.1).
pub fn csp_hash(snippet: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Hash::of(snippet.as_bytes()).as_bytes()))
}

/// The default of a region as an object of JavaScript. Codes and names need no escapes. What is granted there waits
/// for the choice like the rest: a tag would send before it hears of a refusal.
fn differs(region: &Region, mode: &ConsentMode) -> String {
    let types = region.types.iter().map(|(of, granted)| {
        let state = if *granted { "granted" } else { "denied" };
        format!("{of}:\"{state}\"")
    });
    let codes: Vec<String> = region.codes.iter().map(|code| format!("\"{code}\"")).collect();
    let wait = format!("wait_for_update:{}", mode.wait_for_update_ms);
    let all: Vec<String> = types.chain([wait, format!("region:[{}]", codes.join(","))]).collect();
    format!("{{{}}}", all.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{ConsentType, Decider};
    use constat_shared::Category;

    /// The most bytes of its content, without the regions.
    const SNIPPET_BYTES_MAX: usize = 400;

    fn mode() -> ConsentMode {
        ConsentMode {
            advanced: true,
            wait_for_update_ms: 5_000,
            ads_data_redaction: true,
            url_passthrough: true,
            data_layer: "a2345678901234$".to_owned(),
            map: [(); 6].map(|()| Decider::Category(Category::Advertising)),
            regions: Vec::new(),
        }
    }

    #[test]
    fn the_longest_snippet_without_regions_keeps_its_limit() {
        let longest = snippet(&mode());
        assert!(longest.len() <= SNIPPET_BYTES_MAX, "{} bytes: {longest}", longest.len());
        assert!(!longest.contains("</") && !longest.contains("<!--"));
    }

    #[test]
    fn a_region_is_one_more_default() {
        let region = Region {
            codes: vec!["US-CA".into()],
            types: vec![(ConsentType::AnalyticsStorage, true), (ConsentType::AdStorage, false)],
        };
        let text = snippet(&ConsentMode { regions: vec![region], ..mode() });
        let more = "g(\"consent\",\"default\",{analytics_storage:\"granted\",ad_storage:\"denied\",wait_for_update:5000,region:[\"US-CA\"]})";
        assert!(text.contains(more), "{text}");
    }
}
