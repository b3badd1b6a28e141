//! The forms single values must have, wherever they stand.

use super::report::{Fault, hint, list};
use constat_shared::{Category, Color, Language, LogShards, Months, Storage, Transfer};
use url::{Host, Url};

/// The longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 2_000;
/// The longest address on the web, in bytes.
const URL_BYTES_MAX: usize = 2_000;
/// The longest e-mail address, in bytes (RFC 5321, section 4.5.3.1.3).
const EMAIL_BYTES_MAX: usize = 254;

/// A text that is not empty and not endless.
pub fn text(text: &str) -> Result<String, Fault> {
    let chars = text.chars().count();
    if text.trim().is_empty() {
        return Err(Fault::new("the text is empty", "Write it, or leave the key out if there is a default"));
    }
    if chars > TEXT_CHARS_MAX {
        let problem = format!("the text has {chars} characters");
        return Err(Fault::new(problem, format!("Shorten it to {TEXT_CHARS_MAX}")));
    }
    Ok(text.to_owned())
}

/// An `https` address.
pub fn https(text: &str) -> Result<String, Fault> {
    if is_address(text, &["https"]) {
        return Ok(text.to_owned());
    }
    let remedy =
        format!("Write one such as https://www.example.com/privacy, of at most {URL_BYTES_MAX} bytes");
    Err(Fault::new(format!("`{text}` is not an https address"), remedy))
}

/// The address of a time-stamping authority. Plain `http` is allowed: answers
/// are signed, and many authorities have no https.
pub fn timestamp_authority(text: &str) -> Result<String, Fault> {
    if is_address(text, &["http", "https"]) {
        return Ok(text.to_owned());
    }
    let remedy = format!("Write one such as https://tsa.example.com, of at most {URL_BYTES_MAX} bytes");
    Err(Fault::new(format!("`{text}` is not an http or https address"), remedy))
}

/// The time zone of a site: a name of the IANA time zone database, in the spelling of the database.
pub fn time_zone(name: &str) -> Result<String, Fault> {
    let zone = jiff::tz::TimeZone::get(name).ok();
    let known = zone.as_ref().and_then(|zone| zone.iana_name()).map(str::to_owned);
    let remedy = "Write one such as Europe/Paris, Europe/Brussels or UTC";
    known.ok_or_else(|| Fault::new(format!("`{name}` is not the name of a time zone"), remedy))
}

/// Over how many logs a month the records are spread.
pub fn log_shards(count: i64) -> Result<LogShards, Fault> {
    let shards = u8::try_from(count).ok().and_then(|count| LogShards::new(count).ok());
    let remedy = format!("Write a whole number from 1 to {}, or leave it out", LogShards::MAX.get());
    shards.ok_or_else(|| Fault::new(format!("it is {count}"), remedy))
}

fn is_address(text: &str, schemes: &[&str]) -> bool {
    let good = Url::parse(text).is_ok_and(|url| {
        schemes.contains(&url.scheme())
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    });
    let printable = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    good && printable && text.len() <= URL_BYTES_MAX
}

/// A web origin as browsers write it in the `Origin` header.
pub fn origin(text: &str) -> Result<String, Fault> {
    let shape = "Write scheme://host or scheme://host:port, with http or https and no path";
    let url = Url::parse(text).ok();
    let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) else {
        return Err(Fault::new(format!("`{text}` is not an origin"), shape));
    };
    let origin = url.origin().ascii_serialization();
    let known_to_browsers = url.domain().is_none_or(host_name);
    if origin == text && known_to_browsers {
        return Ok(origin);
    }
    if !known_to_browsers {
        return Err(Fault::new(format!("`{text}` names no single host"), shape));
    }
    Err(Fault::new(format!("`{text}` is not an origin as browsers write it"), format!("Write `{origin}`")))
}

/// An e-mail address in its plain form.
pub fn email(text: &str) -> Result<String, Fault> {
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && c != '@');
    let well_formed = text.split_once('@').is_some_and(|(local, domain)| {
        plain(local) && host_name(domain) && domain.contains('.') && text.len() <= EMAIL_BYTES_MAX
    });
    if well_formed {
        return Ok(text.to_owned());
    }
    Err(Fault::new(format!("`{text}` is not an e-mail address"), "Write one such as dpo@example.com"))
}

/// The name of a host, without scheme, port or path.
pub fn host(text: &str) -> Result<String, Fault> {
    if host_name(text) {
        return Ok(text.to_owned());
    }
    let remedy = "Write it in lower case and alone, such as www.example.com";
    Err(Fault::new(format!("`{text}` is not a host name"), remedy))
}

/// A host name, or `*.` before one, which stands for it and every host below it.
pub fn host_pattern(text: &str) -> Result<String, Fault> {
    let base = text.strip_prefix("*.").unwrap_or(text);
    if base != text && !base.contains('.') {
        let remedy = "Write the domain that the company has registered, such as *.example.com";
        return Err(Fault::new(format!("`{text}` stands for hosts of everybody"), remedy));
    }
    host(base).map(|_| text.to_owned())
}

fn host_name(text: &str) -> bool {
    // The comparison refuses upper case, and letters that need another writing.
    matches!(Host::parse(text), Ok(Host::Domain(domain)) if domain == text)
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        && text.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
}

/// The form of an ISO 3166-1 alpha-2 code.
pub fn country(text: &str) -> Result<String, Fault> {
    if text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()) {
        return Ok(text.to_owned());
    }
    let remedy = "Write its two capital letters (ISO 3166-1 alpha-2), such as FR";
    Err(Fault::new(format!("`{text}` is not a country code"), remedy))
}

/// Checks a name that is one of a fixed few.
pub fn one_of<T: Copy>(text: &str, what: &str, all: &[(&str, T)]) -> Result<T, Fault> {
    let found = all.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names = || all.iter().map(|(name, _)| *name);
        let otherwise = format!("Write one of {}", list(names()));
        Fault::new(format!("`{text}` is not {what}"), hint(text, names(), otherwise))
    })
}

/// What makes a transfer lawful, by its name.
pub fn transfer(text: &str) -> Result<Transfer, Fault> {
    let all = Transfer::ALL.map(|transfer| (transfer.as_str(), transfer));
    one_of(text, "a transfer mechanism", &all)
}

/// An id that was parsed, or the form that it should have; `what` names it.
pub fn id<T, E>(text: &str, parsed: Result<T, E>, what: &str) -> Result<T, Fault> {
    let remedy = "Write 1 to 40 of a-z, 0-9, - and _, beginning with a letter or digit";
    parsed.map_err(|_| Fault::new(format!("`{text}` is not {what}"), remedy))
}

/// A place in the browser, by its name.
pub fn storage(text: &str) -> Result<Storage, Fault> {
    let all = Storage::ALL.map(|storage| (storage.as_str(), storage));
    one_of(text, "a place in the browser", &all)
}

/// A category, by its name.
pub fn category(text: &str) -> Result<Category, Fault> {
    one_of(text, "a category", &Category::ALL.map(|category| (category.as_str(), category)))
}

/// A language, by its code.
pub fn language(text: &str) -> Result<Language, Fault> {
    one_of(text, "a language Constat speaks", &Language::ALL.map(|language| (language.as_str(), language)))
}

/// A colour.
pub fn color(text: &str) -> Result<Color, Fault> {
    let fault = |_| Fault::new(format!("`{text}` is not a colour"), "Write it as #rrggbb");
    Color::parse(text).map_err(fault)
}

/// A lifetime of choice or proof.
pub fn months(months: i64) -> Result<Months, Fault> {
    let (min, max) = (Months::MIN.get(), Months::MAX.get());
    let valid = u8::try_from(months).ok().and_then(|months| Months::new(months).ok());
    valid.ok_or_else(|| {
        Fault::new(format!("{months} months is out of bounds"), format!("Write {min} to {max}"))
    })
}

/// A cookie's life in whole days. What a site may declare is checked later:
/// the catalogue states what services do, also when that is too long.
pub fn days(days: i64) -> Result<u16, Fault> {
    let remedy = "Write the number of days, rounded up, and 0 for the browser session";
    u16::try_from(days).map_err(|_| Fault::new(format!("{days} days is no cookie's life"), remedy))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port_as_a_browser_writes_them() {
        for good in
            ["https://www.boreale.example", "http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:8"]
        {
            assert_eq!(origin(good).as_deref(), Ok(good));
        }
        for (bad, remedy) in [
            ("https://www.boreale.example/", "Write `https://www.boreale.example`"),
            ("https://www.boreale.example/fr", "Write `https://www.boreale.example`"),
            ("https://WWW.boreale.example", "Write `https://www.boreale.example`"),
            ("https://www.boreale.example:443", "Write `https://www.boreale.example`"),
            ("https://boréale.example", "Write `https://xn--borale-dva.example`"),
            ("www.boreale.example", "Write scheme://host"),
            ("ftp://www.boreale.example", "Write scheme://host"),
            ("https://*.boreale.example", "Write scheme://host"),
            ("*", "Write scheme://host"),
            ("null", "Write scheme://host"),
            ("", "Write scheme://host"),
        ] {
            let fault = origin(bad).expect_err(bad);
            assert!(fault.remedy.starts_with(remedy), "{bad}: {}", fault.remedy);
        }
    }

    #[test]
    fn an_address_of_a_policy_is_https_and_nothing_else() {
        assert!(https("https://www.boreale.example/fr/cookies?a=1#b").is_ok());
        for bad in [
            "http://a.example",
            "javascript:alert(1)",
            "//a.example",
            "https://",
            "https://u:p@a.example",
            "",
        ] {
            assert!(https(bad).is_err(), "{bad}");
        }
        assert!(https(&format!("https://a.example/{}", "a".repeat(URL_BYTES_MAX))).is_err());
    }

    #[test]
    fn an_email_address_has_a_plain_form() {
        assert!(email("dpo+fr@boreale.example").is_ok());
        for bad in [
            "dpo",
            "dpo@",
            "@boreale.example",
            "d po@a.example",
            "a@b@c.example",
            "dpo@localhost",
            "dpo@a..b",
        ] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_is_a_lower_case_name_alone() {
        assert!(host("www.google-analytics.com").is_ok());
        for bad in [
            "WWW.a.example",
            "https://a.example",
            "a.example/x",
            "a.example:80",
            "*.a.example",
            "-a.example",
            "",
        ] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }
}
