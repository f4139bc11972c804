//! Files that people bring as inputs of AI work.
//!
//! Owns: which files are taken (kind, size, quota) and who sees them: whoever brought them,
//! owners, and who may open a conversation that they belong to. Never reads what is in them; tools
//! do. Costs no credits.

use ampere_adapters::documents::{self, DocumentError, Kind};
use ampere_credits::FileId;
use ampere_store::rows::RunRow;
pub use ampere_store::rows::{FileRow, Page};

use crate::app::App;
use crate::caller::{Act, Caller};
use crate::error::AppError;

/// Bytes of one file.
pub const LARGEST_FILE: u64 = documents::MAX_INPUT_BYTES as u64;
/// Characters of a file's name.
const LONGEST_NAME: usize = 200;

/// Files that a caller sees, with what is taken of the organization's quota.
#[derive(Debug, Clone)]
pub struct Files {
    /// Newest first.
    pub files: Vec<FileRow>,
    /// Bytes of all files of the organization.
    pub used_bytes: u64,
    /// Bytes that they may have.
    pub quota_bytes: u64,
}

impl App {
    /// Keeps a file of the caller's.
    ///
    /// # Errors
    /// [`AppError::FileTooLarge`], [`AppError::UnsupportedFile`], [`AppError::StorageFull`]; an
    /// empty file, or a name that is none.
    pub async fn upload_file(
        &self,
        caller: &Caller,
        name: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> crate::Done<FileRow> {
        caller.may(Act::StartWork)?;
        let name = checked_name(name)?;
        if bytes.is_empty() {
            return Err(AppError::field("", "required", "The file is empty."));
        }
        let kind = documents::recognize(&name, media_type, &bytes).map_err(refused)?;
        let quota_bytes = self.catalog.files.quota_bytes;
        let now = self.now();
        let row = FileRow {
            id: FileId::mint(now, &*self.entropy),
            org: caller.org,
            owner: caller.user,
            owner_name: caller.name.clone(),
            name,
            media_type: media_type_of(kind).to_owned(),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            created_at: now,
        };
        if self.store.add_file(row.clone(), bytes, quota_bytes).await? {
            Ok(row)
        } else {
            Err(AppError::StorageFull { quota_bytes })
        }
    }

    /// Keeps a picture that a run made, as a file of whoever started it.
    ///
    /// # Errors
    /// [`AppError::StorageFull`]; when the database cannot be written.
    pub(crate) async fn keep_picture(
        &self,
        run: &RunRow,
        name: &str,
        png: Vec<u8>,
    ) -> crate::Done<FileRow> {
        let (now, quota_bytes) = (self.now(), self.catalog.files.quota_bytes);
        let row = FileRow {
            id: FileId::mint(now, &*self.entropy),
            org: run.org,
            owner: run.started_by,
            owner_name: run.started_by_name.clone(),
            name: name.to_owned(),
            media_type: "image/png".to_owned(),
            size: u64::try_from(png.len()).unwrap_or(u64::MAX),
            created_at: now,
        };
        if !self.store.add_file(row.clone(), png, quota_bytes).await? {
            return Err(AppError::StorageFull { quota_bytes });
        }
        if let Some(session) = run.session {
            self.store.add_session_file(run.org, session, row.id).await?;
        }
        Ok(row)
    }

    /// The caller's files, and everybody's for owners, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_files(&self, caller: &Caller, page: Page) -> crate::Done<Files> {
        let owner = (!caller.sees_all()).then_some(caller.user);
        Ok(Files {
            files: self.store.files(caller.org, owner, page).await?,
            used_bytes: self.store.files_size(caller.org).await?,
            quota_bytes: self.catalog.files.quota_bytes,
        })
    }

    /// A file that the caller may see: also of conversations that are shared with them.
    ///
    /// # Errors
    /// [`AppError::NotFound`], for other people's too.
    pub async fn get_file(&self, caller: &Caller, id: FileId) -> crate::Done<FileRow> {
        match self.own_file(caller, id).await {
            Err(AppError::NotFound)
                if self.store.opens_file(caller.org, id, caller.user).await? =>
            {
                self.store.file(caller.org, id).await?.ok_or(AppError::NotFound)
            }
            found => found,
        }
    }

    /// A file of the caller's own, or any for who sees all.
    async fn own_file(&self, caller: &Caller, id: FileId) -> crate::Done<FileRow> {
        let row = self.store.file(caller.org, id).await?;
        let own = |row: &FileRow| row.owner == caller.user || caller.sees_all();
        row.filter(own).ok_or(AppError::NotFound)
    }

    /// A file with its bytes.
    ///
    /// # Errors
    /// As [`App::get_file`].
    pub async fn file_content(
        &self,
        caller: &Caller,
        id: FileId,
    ) -> crate::Done<(FileRow, Vec<u8>)> {
        let row = self.get_file(caller, id).await?;
        let bytes = self.store.file_bytes(caller.org, id).await?.ok_or(AppError::NotFound)?;
        Ok((row, bytes))
    }

    /// Deletes a file; runs that have read it keep what they made of it. Whom only a shared
    /// conversation shows it cannot.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn delete_file(&self, caller: &Caller, id: FileId) -> crate::Done<()> {
        caller.may(Act::StartWork)?;
        self.own_file(caller, id).await?;
        if self.store.delete_file(caller.org, id).await? { Ok(()) } else { Err(AppError::NotFound) }
    }
}

/// The last part of what a browser calls the file, which may be a path.
fn checked_name(name: &str) -> crate::Done<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let wrong = |code, detail: &str| Err(AppError::field("?name", code, detail));
    if name.is_empty() {
        return wrong("required", "The file needs a name.");
    }
    if name.chars().count() > LONGEST_NAME {
        return wrong("too_long", "At most 200 characters.");
    }
    if name.chars().any(char::is_control) {
        return wrong("invalid_value", "One line without control characters.");
    }
    Ok(name.to_owned())
}

fn refused(error: DocumentError) -> AppError {
    match error {
        DocumentError::TooBig { .. } => AppError::FileTooLarge { largest_bytes: LARGEST_FILE },
        other => AppError::UnsupportedFile(other.to_string()),
    }
}

/// One media type for each kind, whatever it was called on its way here.
fn media_type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text/plain",
        Kind::Markdown => "text/markdown",
        Kind::Csv => "text/csv",
        Kind::Html => "text/html",
        Kind::Pdf => "application/pdf",
        Kind::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    }
}
