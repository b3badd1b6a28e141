//! Everything the visitor is shown on one site.

mod category;
mod color;
mod lifetime;
#[expect(clippy::module_inception, reason = "the notice itself is this folder's main file")]
mod notice;
mod refusal_signal;
#[cfg(any(test, feature = "sample"))]
pub(crate) mod sample;
mod terms_change;
mod texts;
mod vendor;
mod view;

pub use category::Category;
pub use color::{Color, ColorError};
pub use lifetime::{Lifetimes, Months, MonthsError, ProofShorterThanChoice};
pub use notice::{Authority, Controller, FORMAT, Notice, NoticeCategory, Palette, PublishedNotice, Theme};
pub use refusal_signal::RefusalSignal;
pub use terms_change::{Reason, TermsChange};
pub use texts::{TextKey, Texts};
pub use vendor::{
    Cookie, PurposeText, Purposes, Storage, TRACKER_DAYS_MAX, Transfer, VENDORS_MAX, Vendor, is_of_pattern,
};
pub use view::{CategoryView, ControllerView, CookieView, NoticeView, VendorView};
