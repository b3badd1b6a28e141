//! `/console/sites/{site}/notices/{hash}`: one notice, as it was shown; its pictures; and that a data protection
//! officer has read it.

use super::layer;
use super::notices::{History, hash_of, history, may_acknowledge, shown, site_of};
use crate::access::acknowledgement;
use crate::access::error::Refusal;
use crate::http::console::answer::{refused, screen, see};
use crate::http::console::shell::{self, Place};
use crate::http::console::state::{Console, console, on_console};
use crate::http::console::view::frame::Section;
use crate::http::console::view::notice::{
    Notice as View, Picture, ServedFile, ShownCategory, ShownCookie, ShownTexts, ShownVendor,
};
use crate::http::console::who::{May, NoticesAcknowledge, NoticesRead};
use crate::http::console::{language, moment, posted, zone};
use crate::proof::site_history::{self, Shown};
use crate::store::notice_of_site;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use constat_shared::log::Image;
use constat_shared::{Category, Hash, Language, Layer, SiteId};
use constat_shared::{PublishedNotice, TextKey, Vendor};

/// The most bytes of a picture.
const PICTURE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What the screen needs of the store.
struct Found {
    notice: PublishedNotice,
    history: History,
    shown: Shown,
}

/// Shows it.
pub async fn get(may: May<NoticesRead>, request: HttpRequest, path: Path<(String, String)>) -> HttpResponse {
    let session = may.session;
    let (site, hash) = path.into_inner();
    let site = site_of(&site);
    let console = console(&request);
    let own = site.clone();
    let found = match on_console(&console, move |console, now| {
        let hash = hash_of(&hash)?;
        let store = &*console.app.store;
        let notice = notice_of_site(store, &own, hash)?.ok_or(Refusal::SiteUnknown)?;
        let shown = site_history::shown(site_history::entries(store, &own)?, &hash);
        Ok(Found { notice, history: history(console, &own, now)?, shown })
    })
    .await
    {
        Ok(found) => found,
        Err(error) => return refused(&request, Some(&session), &error),
    };
    let shell = shell::of(&request, &session, Place::Site(Section::Notices, site.clone()));
    let may = may_acknowledge(&session, &site);
    match view(&console, shell, &site, shell::language(&request, &session), &found, may) {
        Some(view) => screen(&view),
        None => refused(&request, Some(&session), &Refusal::SiteUnknown.into()),
    }
}

/// Acknowledges it.
pub async fn acknowledge(
    may: May<NoticesAcknowledge>,
    request: HttpRequest,
    path: Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let session = std::sync::Arc::new(may.session);
    if let Err(answer) = posted::by_person(&request, &session, payload).await {
        return answer;
    }
    let (site, hash) = path.into_inner();
    let site = site_of(&site);
    let console = console(&request);
    let (own, of) = (std::sync::Arc::clone(&session), site.clone());
    let done = on_console(&console, move |console, now| {
        let hash = hash_of(&hash)?;
        notice_of_site(&*console.app.store, &of, hash)?.ok_or(Refusal::SiteUnknown)?;
        acknowledgement::acknowledge(&console.access, own.principal(), &of, &hash, now)?;
        Ok(hash)
    });
    match done.await {
        Ok(hash) => see(&format!("/console/sites/{site}/notices/{hash}")),
        Err(error) => refused(&request, Some(&session), &error),
    }
}

/// One of its pictures.
pub async fn picture(
    may: May<NoticesRead>,
    request: HttpRequest,
    path: Path<(String, String, String)>,
) -> HttpResponse {
    let (site, hash, name) = path.into_inner();
    let site = site_of(&site);
    let console = console(&request);
    let read = on_console(&console, move |console, _| {
        let hash = hash_of(&hash)?;
        let shown = site_history::shown(site_history::entries(&*console.app.store, &site)?, &hash);
        let images = shown.snapshot.map(|snapshot| snapshot.images).unwrap_or_default();
        let image = images.into_iter().find(|image| image.file_name() == name).ok_or(Refusal::SiteUnknown)?;
        let path = console.snapshots.join(hash.to_string()).join(image.file_name());
        Ok(read_picture(&path, &image))
    });
    match read.await {
        Ok(Some(png)) => HttpResponse::Ok().content_type("image/png").body(png),
        Ok(None) => refused(&request, Some(&may.session), &Refusal::SiteUnknown.into()),
        Err(error) => refused(&request, Some(&may.session), &error),
    }
}

/// A picture that is the one that the log names.
fn read_picture(path: &std::path::Path, image: &Image) -> Option<Vec<u8>> {
    let is_small =
        std::fs::symlink_metadata(path).ok().filter(|meta| meta.is_file() && meta.len() <= PICTURE_BYTES_MAX);
    is_small?;
    std::fs::read(path).ok().filter(|png| Hash::of(png) == image.sha256)
}

fn view(
    console: &Console,
    shell: crate::http::console::view::frame::Shell,
    site: &SiteId,
    language: Language,
    found: &Found,
    may_acknowledge: bool,
) -> Option<View> {
    let zone = zone::of(console, site);
    let notice = &found.notice;
    let hash = notice.notice_hash();
    let row = found.history.row(found.history.place(&hash)?, &zone, language);
    let kept = found.history.acknowledged.get(&row.hash);
    let when = |at| moment::moment(at, &zone, language);
    let quoted = if notice.languages.contains(&language) { language } else { notice.languages[0] };
    let snapshot = found.shown.snapshot.as_ref();
    let picture = |image: &Image| picture_view(site, &hash, image, language);
    let files = layer::compared(console, notice, Some(&found.shown.files));
    let texts = |of: &Language| ShownTexts {
        drawn: layer::first(notice, *of, files),
        configuration: layer::configuration(notice, *of, files),
        ..notice_texts(notice, *of, language)
    };
    Some(View {
        site: super::account::site_name(console, site),
        terms_hash: notice.terms_hash().to_string(),
        from: row.from,
        until: row.until,
        before: row.before,
        may_acknowledge: may_acknowledge && kept.is_none(),
        acknowledgements: kept.iter().map(|kept| shown(kept, &zone, language)).collect(),
        controller: format!("{}, {}", notice.controller.name, notice.controller.address),
        dpo_email: notice.controller.dpo_email.clone(),
        authority: notice.authority.name.clone(),
        choice_months: notice.lifetimes.choice().get().into(),
        proof_months: notice.lifetimes.proof().get().into(),
        texts: notice.languages.iter().map(texts).collect(),
        vendors: notice.vendors.iter().map(|vendor| vendor_view(notice, vendor, quoted)).collect(),
        files: found
            .shown
            .files
            .iter()
            .map(|(name, hash)| ServedFile { name: name.clone(), hash: hash.to_string() })
            .collect(),
        pictures: snapshot.map(|pack| pack.images.iter().map(picture).collect()).unwrap_or_default(),
        pictures_taken_at: snapshot.map(|pack| when(pack.taken_at)),
        hash: row.hash,
        shell,
    })
}

/// A picture of a notice on the screen.
pub fn picture_view(site: &SiteId, notice: &Hash, image: &Image, reader: Language) -> Picture {
    Picture {
        href: format!("/console/sites/{site}/notices/{notice}/pictures/{}", image.file_name()),
        is_first_layer: image.layer == Layer::Banner,
        language: language::name(image.language, reader).to_owned(),
        width: image.width,
        height: image.height,
        hash: image.sha256.to_string(),
    }
}

/// The texts of a notice in one language, in the order in which a visitor meets them.
pub fn notice_texts(notice: &PublishedNotice, language: Language, reader: Language) -> ShownTexts {
    let own = &notice.texts[&language];
    let text = |key: TextKey| notice.text(language, key).unwrap_or_default().into_owned();
    let buttons =
        [TextKey::ContinueWithoutAccepting, TextKey::RefuseAll, TextKey::Configure, TextKey::AllowAll];
    let categories = notice.categories.iter().map(|category| {
        let (title, description) = TextKey::of_category(category.id);
        ShownCategory { title: text(title), description: text(description), is_exempt: category.exempt }
    });
    let shown = [TextKey::Title, TextKey::Intro].into_iter().chain(buttons);
    let of_categories =
        notice.categories.iter().flat_map(|category| <[TextKey; 2]>::from(TextKey::of_category(category.id)));
    let shown: Vec<TextKey> = shown.chain(of_categories).collect();
    let further = TextKey::ALL.iter().filter(|key| !shown.contains(key)).map(|key| text(*key));
    let further = further.filter(|text| !text.is_empty());
    ShownTexts {
        language: language.as_str().to_owned(),
        direction: language.direction().to_owned(),
        name: language::name(language, reader).to_owned(),
        drawn: None,
        configuration: None,
        title: text(TextKey::Title),
        intro: own.fill(TextKey::Intro, "{purposes}", &purposes(notice, language)),
        buttons: buttons.into_iter().map(text).collect(),
        categories: categories.collect(),
        further: further.collect(),
    }
}

/// What consent is asked for, as the first layer lists it.
fn purposes(notice: &PublishedNotice, language: Language) -> String {
    let own = &notice.texts[&language];
    let key = |category| match category {
        Category::Functional => Some(TextKey::IntroFunctional),
        Category::Audience => Some(TextKey::IntroAudience),
        Category::Advertising => Some(TextKey::IntroAdvertising),
        Category::ThirdParty => Some(TextKey::IntroThirdParty),
        Category::Essential => None,
    };
    let asked = notice.categories.iter().filter(|category| !category.exempt);
    asked.filter_map(|category| key(category.id)).map(|key| own.get(key)).collect::<Vec<_>>().join(", ")
}

/// A vendor in the words of the notice.
pub fn vendor_view(notice: &PublishedNotice, vendor: &Vendor, language: Language) -> ShownVendor {
    let own = &notice.texts[&language];
    let purpose = |id| {
        let titles = notice.purposes.get(id).and_then(|texts| texts.get(&language));
        titles.map_or_else(|| format!("{id}"), |text| text.title.clone())
    };
    let transfer = own.get(TextKey::of_transfer(vendor.transfer));
    ShownVendor {
        name: vendor.name.clone(),
        company: vendor.company.clone(),
        category: own.get(TextKey::of_category(vendor.category).0).to_owned(),
        transfer: format!("{} – {transfer}", vendor.country),
        policy_url: vendor.policy_url.clone(),
        purposes: vendor.purposes.iter().map(purpose).collect(),
        cookies: vendor
            .cookies
            .iter()
            .map(|cookie| ShownCookie {
                name: cookie.name.clone(),
                duration: own.duration(cookie.duration_days),
                purpose: purpose(&cookie.purpose),
            })
            .collect(),
    }
}
