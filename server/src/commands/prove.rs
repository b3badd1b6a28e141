//! `constat prove`: writes one record's evidence bundle, also while the server runs.

use super::noted;
use super::print::print;
use crate::access::exports::ExportKind;
use crate::access::trail::{Action, Command, Note};
use crate::cli::ProveArgs;
use crate::failure::Failure;
use crate::files::Output;
use crate::proof::keys::Keys;
use crate::proof::prove::prove;
use crate::store::open_store;

/// Writes the bundle of the newest record of a consent id, or of the event named. It is noted before.
pub fn run(args: &ProveArgs) -> Result<(), Failure> {
    let output = Output::at(&args.output)?;
    let store = open_store(&args.key.data)?;
    let keys = Keys::open(&args.key, &*store)?;
    let (event_id, bytes) = prove(&*store, &keys, &args.site, &args.consent_id, args.event)?;
    let target = format!("{} {} {event_id}", args.consent_id, ExportKind::Bundle);
    let note = Note::of(Action::RecordExported).by_command(Command::Prove).on(Some(&args.site));
    noted::note(&args.key.data, Ok(keys), note.about(args.consent_id).saying(&target));
    output.write(&bytes, &args.key.data.data)?;
    let name = args.output.display();
    print(format_args!("{name}: evidence of event {event_id}; check it with `constat verify`"))
}
