//! The own account.

use super::data::{errors, grants, moment};
use super::maker::Maker;
use crate::http::console::view::account::{Account, Done, OpenSession};
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;

impl Maker {
    pub fn account(&mut self) {
        let t = self.t();
        let session = |id: &str, is_this| OpenSession {
            id: id.into(),
            opened_at: moment("11-27"),
            used_at: moment("11-28"),
            ends_at: moment("11-29"),
            is_this,
        };
        let page = |shell, done, full: bool, errors| Account {
            shell,
            done,
            grants: if full { grants() } else { vec![] },
            has_second_factor: full,
            recovery_codes_left: 9,
            made_at: moment("06-02"),
            ends_at: full.then(|| moment("12-31")),
            signed_in_before_at: full.then(|| moment("11-26")),
            sessions: if full {
                vec![session("s1", true), session("s2", false)]
            } else {
                vec![session("s1", true)]
            },
            errors,
        };
        let full = page(self.shell(Section::Account), Done::Password, true, Errors::default());
        self.add("account", "account", &full);
        let wrong = errors(&[
            ("current_password", &t.errors.current_password_wrong),
            ("password", &t.errors.password_short),
        ]);
        let wrong = page(self.shell(Section::Account), Done::Nothing, false, wrong);
        self.add("account-errors", "account", &wrong);
        for done in [Done::Language, Done::SessionEnded, Done::OthersEnded] {
            let page = page(self.shell(Section::Account), done, true, Errors::default());
            self.add("account-done", "account", &page);
        }
    }
}
