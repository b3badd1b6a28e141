//! `constat check`: site files are validated without being served.

use crate::cli::CheckArgs;
use crate::failure::Failure;
use crate::site::{self, Catalogue, SiteError};

/// Checks every file; prints what is wrong with each, or that it is good.
pub fn run(args: &CheckArgs) -> Result<(), Failure> {
    let catalogue = Catalogue::embedded().map_err(|errors| all(&errors))?;
    let mut errors = Vec::new();
    for file in &args.files {
        match site::read_file(file, &catalogue) {
            Ok(site) => println!("{}: good, notice {}", file.display(), site.notice.notice_hash()),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(all(&errors)) }
}

/// All errors, a line each.
pub fn all(errors: &[SiteError]) -> Failure {
    let lines: Vec<_> = errors.iter().map(|error| format!("  {error}")).collect();
    let count = match errors.len() {
        1 => "one mistake".to_owned(),
        count => format!("{count} mistakes"),
    };
    Failure::new(format!("{count} in the site files:\n{}", lines.join("\n")))
}
