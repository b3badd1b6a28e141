//! The command line.

pub mod catalogue;
pub mod command_line;
pub mod console;
pub mod store;

pub use catalogue::{CatalogueArgs, CatalogueCommand, CatalogueListArgs};
pub use command_line::{
    AuditArgs, CheckArgs, Cli, ClockArgs, ClockCommand, Command, CopyArgs, KeysArgs, KeysCommand, ProveArgs,
    PublicHost, RecordsArgs, ServeArgs, SnapshotArgs, TimestampArgs, VerifyArgs,
};
pub use console::{
    LinkArgs, TokenAddArgs, TokenArgs, TokenCommand, TokenListArgs, TokenRevokeArgs, UserAddArgs, UserArgs,
    UserCommand, UserListArgs, UserRemoveArgs, UserResetArgs,
};
pub use store::{DEADLINE, KeyArgs, StoreArgs};
