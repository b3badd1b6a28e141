//! The options and subcommands of `constat catalogue`.

use clap::{Args, Subcommand};

/// `constat catalogue`.
#[derive(Debug, Args)]
pub struct CatalogueArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: CatalogueCommand,
}

/// The subcommands of `constat catalogue`.
#[derive(Debug, Subcommand)]
pub enum CatalogueCommand {
    /// Say which vendor a host, a cookie or a name belongs to. The exit code is 1 when the catalogue does not
    /// know it.
    Find(CatalogueFindArgs),
    /// Print what the catalogue knows of a vendor, with the source of each fact.
    Show(CatalogueShowArgs),
    /// List the vendors, one a line: id, name, company.
    List(CatalogueListArgs),
    /// List the facts that were read more than 12 months ago.
    Stale,
}

/// `constat catalogue find`.
#[derive(Debug, Args)]
pub struct CatalogueFindArgs {
    /// A host or an address, the name of a cookie, or the name of a vendor, whole.
    #[arg(value_name = "HOST|COOKIE|NAME")]
    pub text: String,
}

/// `constat catalogue show`.
#[derive(Debug, Args)]
pub struct CatalogueShowArgs {
    /// The id of the vendor.
    pub id: String,
}

/// `constat catalogue list`.
#[derive(Debug, Args)]
pub struct CatalogueListArgs {
    /// Only those that a notice can name without a fact of the site's own.
    #[arg(long)]
    pub ready: bool,
    /// Only those of this category: essential, functional, audience, advertising or third_party.
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
}
