//! The own account.

use super::data::{QR_CODE, errors, grants, moment};
use super::maker::Maker;
use crate::http::console::view::account::{Account, Done, OpenSession};
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::second_factor::{RecoveryCodes, RecoveryCodesMade, SecondFactor};

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
            is_demo: matches!(done, Done::Language),
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
        self.second_factor();
    }

    fn second_factor(&mut self) {
        let t = self.t();
        let set = |shell, has_one, errors| SecondFactor {
            shell,
            has_one,
            address: "otpauth://totp/Constat:x?secret=JBSW&issuer=Constat".into(),
            secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP".into(),
            qr_svg: QR_CODE.into(),
            errors,
        };
        let page = set(self.shell(Section::Account), false, errors(&[("code", &t.errors.code_wrong)]));
        self.add("second-factor", "second-factor", &page);
        let both = errors(&[("current", &t.errors.code_wrong), ("code", &t.errors.code_required)]);
        let page = set(self.shell(Section::Account), true, both);
        self.add("second-factor-replaced", "second-factor", &page);
        for errors in [Errors::default(), errors(&[("code", &t.errors.code_wrong)])] {
            let page = RecoveryCodes { shell: self.shell(Section::Account), errors };
            self.add("recovery-codes", "recovery-codes", &page);
        }
        for has_new_factor in [true, false] {
            let codes = (0..10).map(|n| format!("k7qm-{n}xrt-9wzd")).collect();
            let page = RecoveryCodesMade { shell: self.shell(Section::Account), has_new_factor, codes };
            self.add("recovery-codes-made", "recovery-codes", &page);
        }
    }
}
