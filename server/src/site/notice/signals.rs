//! The signals of a browser that the site takes for a refusal.

use crate::site::file::report::{Fault, Report};
use crate::site::file::schema::SiteFile;
use constat_shared::RefusalSignal;

/// Those that the file names, in their order.
pub fn check(file: &SiteFile, report: &mut Report) -> Vec<RefusalSignal> {
    let given = |signal: &RefusalSignal| match signal {
        RefusalSignal::Gpc => file.gpc.as_deref(),
        RefusalSignal::Dnt => file.dnt.as_deref(),
    };
    let refuses = |signal: &RefusalSignal| {
        given(signal).and_then(|text| report.take(signal.as_str(), refuse(text))).is_some()
    };
    RefusalSignal::ALL.iter().copied().filter(refuses).collect()
}

/// The one thing that a signal of the browser can mean.
fn refuse(text: &str) -> Result<(), Fault> {
    match text {
        "refuse" => Ok(()),
        _ => Err(Fault::new(format!("`{text}` is unknown"), "Write \"refuse\", or leave the key out")),
    }
}
