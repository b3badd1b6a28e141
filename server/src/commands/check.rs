//! `constat check`: site files are validated without being served.

use super::print::print;
use crate::cli::CheckArgs;
use crate::failure::Failure;
use crate::site::{self, Catalogue};

/// Checks every file; prints what is wrong with each, or that it is good.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded().map_err(|errors| site::all_mistakes(&errors))?;
    let mut errors = Vec::new();
    for file in &args.files {
        match site::read_file(file, &catalogue) {
            Ok(site) => {
                print(format_args!("{}: good, notice {}", file.display(), site.notice.notice_hash()))?;
            }
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(site::all_mistakes(&errors)) }
}
