//! Which index SQLite takes.

use super::new_store::new_store;
use crate::store::sqlite::FILE_NAME;
use crate::store::sqlite::tables::records::{ANSWERS, HELD, HELD_ANY};
use rusqlite::Connection;

#[test]
fn the_records_of_a_consent_id_are_found_by_its_index() {
    let (dir, store) = new_store();
    drop(store);
    let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    for sql in [HELD_ANY, HELD, ANSWERS] {
        let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let (mut rows, mut steps) = (plan.raw_query(), Vec::<String>::new());
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get(3).unwrap());
        }
        assert!(steps.iter().any(|step| step.contains("INDEX records_by_consent_id")), "{steps:?}");
    }
}
