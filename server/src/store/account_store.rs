//! The part of a store that keeps what the console needs: accounts, sessions, tokens.

use super::error::StoreError;
use constat_shared::Timestamp;

/// The most bytes of the id of a document.
pub const DOCUMENT_ID_BYTES_MAX: usize = 320;
/// The most bytes of the JSON of a document.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024;
/// The most documents of a kind: one call returns them all.
pub const DOCUMENTS_MAX: usize = 10_000;

/// What a document of the console is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DocumentKind {
    /// A person; its id is the e-mail address in lower case.
    Account,
    /// A signed-in browser; its id is the hash of the secret in the cookie.
    Session,
    /// A one-time link; its id is the hash of the secret in the address.
    Link,
    /// An API token; its id is the `jti`.
    Token,
    /// A notice that a DPO has seen; its id is the notice's hash.
    Acknowledgement,
    /// The answer to a request with an `Idempotency-Key`.
    Request,
    /// A value of the installation, such as the console's address.
    Setting,
}

/// Something that the console keeps, as JSON that only `access/` reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What it is about.
    pub kind: DocumentKind,
    /// Its name within the kind; at most [`DOCUMENT_ID_BYTES_MAX`].
    pub id: String,
    /// Counted from 1, one more at each change.
    pub version: u64,
    /// When it is deleted; `None` when it has no end.
    pub ends_at: Option<Timestamp>,
    /// At most [`DOCUMENT_BYTES_MAX`].
    pub json: String,
}

impl Document {
    /// Checks the bounds of its id and its JSON.
    ///
    /// # Errors
    /// [`StoreError::OverLimit`] when one is exceeded.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let over = |what: &str, max| Err(StoreError::OverLimit(format!("{what} of at most {max} bytes")));
        match () {
            () if self.id.len() > DOCUMENT_ID_BYTES_MAX => over("ids", DOCUMENT_ID_BYTES_MAX),
            () if self.json.len() > DOCUMENT_BYTES_MAX => over("documents", DOCUMENT_BYTES_MAX),
            () => Ok(()),
        }
    }
}

/// The error for a new document of a kind that has [`DOCUMENTS_MAX`].
pub(super) fn too_many(kind: DocumentKind) -> StoreError {
    StoreError::OverLimit(format!("at most {DOCUMENTS_MAX} documents of the kind {}", kind.as_str()))
}

/// Keeps the console's documents. Calls block, and any thread may make them. A
/// change is durable once the call returns, and seen by every server of the store.
pub trait AccountStore: Send + Sync {
    /// The document of that id; also after its end, until
    /// [`AccountStore::expire_documents`] deletes it.
    fn document(&self, kind: DocumentKind, id: &str) -> Result<Option<Document>, StoreError>;

    /// All documents of a kind, sorted by the bytes of their ids; also those whose end
    /// has come, until [`AccountStore::expire_documents`] deletes them.
    fn documents(&self, kind: DocumentKind) -> Result<Vec<Document>, StoreError>;

    /// Stores a document: version 1 where there is none of its id, any other in
    /// the place of the version before. Returns whether it did; `false` when the
    /// store has another version. Of several writers of one version, one gets `true`.
    ///
    /// # Errors
    /// [`StoreError::OverLimit`] when a bound of [`Document`] is exceeded, or the kind
    /// has [`DOCUMENTS_MAX`] documents and this is one more.
    fn put_document(&self, document: &Document) -> Result<bool, StoreError>;

    /// Deletes a document, whatever its version. Returns whether there was one.
    fn remove_document(&self, kind: DocumentKind, id: &str) -> Result<bool, StoreError>;

    /// Deletes every document whose `ends_at` is not after `now`; returns how many.
    fn expire_documents(&self, now: Timestamp) -> Result<u64, StoreError>;
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: [DocumentKind; 7] = [
        DocumentKind::Account,
        DocumentKind::Session,
        DocumentKind::Link,
        DocumentKind::Token,
        DocumentKind::Acknowledgement,
        DocumentKind::Request,
        DocumentKind::Setting,
    ];

    /// Its name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            DocumentKind::Account => "account",
            DocumentKind::Session => "session",
            DocumentKind::Link => "link",
            DocumentKind::Token => "token",
            DocumentKind::Acknowledgement => "acknowledgement",
            DocumentKind::Request => "request",
            DocumentKind::Setting => "setting",
        }
    }
}
