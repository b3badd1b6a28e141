//! `constat timestamp`: time-stamps over the heads of the logs (RFC 3161), also while the server runs.

use super::print::{print, remark, warn};
use crate::cli::TimestampArgs;
use crate::failure::Failure;
use crate::jobs::timestamp::stamp_site;
use crate::proof::keys::Keys;
use crate::site::{self, Catalogue, SiteFolder};
use crate::store::{checked_time, open_store_to_write};
use constat_shared::SiteId;

/// Has every log stamped that has grown since it was stamped last.
pub fn run(args: &TimestampArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded().map_err(|errors| site::all_mistakes(&errors))?;
    let folder = SiteFolder::open(&args.sites).map_err(|errors| site::all_mistakes(&errors))?;
    let sites = folder.read(&catalogue).map_err(|errors| site::all_mistakes(&errors))?;
    let asking =
        sites.into_iter().filter_map(|(_, site)| Some((site.notice.site.clone(), site.timestamp_authority?)));
    let asking: Vec<(SiteId, String)> = asking.collect();
    if asking.is_empty() {
        return Err(Failure::new(format!(
            "no site of {} names a time-stamping authority: \
             write timestamp_authority = \"https://…\" at the top of its file",
            args.sites.display()
        )));
    }
    let store = open_store_to_write(&args.key.data)?;
    checked_time(&*store)?;
    let keys = Keys::open(&args.key, &*store)?;
    let mut failed_count = 0;
    for (site, url) in &asking {
        // An authority that fails does not stop the other sites.
        // Nor does a line that cannot be printed: the stamp is in the log.
        let mut report = |line| print(line).unwrap_or_else(remark);
        if let Err(failure) = stamp_site(&*store, &keys, site, url, &mut report) {
            warn(format_args!("{site}: {failure}"));
            failed_count += 1;
        }
    }
    match failed_count {
        0 => Ok(()),
        _ => Err(Failure::new(format!(
            "the logs of {failed_count} of {} sites were not all stamped: see the errors above. \
             The next run asks for the missing stamps",
            asking.len()
        ))),
    }
}
