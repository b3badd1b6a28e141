//! Screens of those who are not signed in, and messages.

use super::data::{HOSTILE, QR_CODE, errors, moment};
use super::maker::Maker;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::{Gate, Section};
use crate::http::console::view::message::{Happened, Message, MessageGate};
use crate::http::console::view::reset::Reset;
use crate::http::console::view::sign_in::{Arrival, SignIn};
use crate::http::console::view::welcome::{WelcomeCode, WelcomePassword, WelcomeRecovery};

impl Maker {
    pub fn gates(&mut self) {
        let t = self.t();
        let sign_in =
            |gate, arrival, email: &str, errors| SignIn { gate, arrival, email: email.into(), errors };
        let page = sign_in(self.gate("/console/sign-in"), Arrival::Plain, "", Errors::default());
        self.add("sign-in", "sign-in", &page);
        let wrong = errors(&[("password", &t.errors.sign_in_wrong)]);
        let page = sign_in(self.gate("/console/sign-in"), Arrival::SessionEnded, HOSTILE, wrong);
        self.add("sign-in-error", "sign-in", &page);
        let both = errors(&[("email", &t.errors.email_malformed), ("password", &t.errors.password_required)]);
        let page = sign_in(self.gate("/console/sign-in"), Arrival::SignedOut, "x", both);
        self.add("sign-in-errors", "sign-in", &page);
        let gate = self.gate("/console/welcome/TOKEN");
        let short = errors(&[("password", &t.errors.password_short)]);
        let email = || "dpo@boreale.example".to_owned();
        let (roles, link_ends_at) = (vec!["dpo".into()], moment("12-01"));
        let page = WelcomePassword { gate: gate.clone(), email: email(), roles, link_ends_at, errors: short };
        self.add("welcome-password", "welcome", &page);
        let page = WelcomeCode {
            gate: gate.clone(),
            email: email(),
            address: "otpauth://totp/Constat:x?secret=JBSW&issuer=Constat".into(),
            secret: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
            qr_svg: QR_CODE.into(),
            may_skip: true,
            errors: errors(&[("code", &t.errors.code_wrong)]),
        };
        self.add("welcome-code", "welcome", &page);
        let codes = (0..10).map(|n| format!("k7qm-{n}xrt-9wzd")).collect();
        let page = WelcomeRecovery { gate: Gate { path: None, ..gate.clone() }, email: email(), codes };
        self.add("welcome-recovery", "welcome", &page);
        let page = Reset { gate, email: email(), link_ends_at: moment("12-01"), errors: Errors::default() };
        self.add("reset", "reset", &page);
    }

    pub fn messages(&mut self) {
        for happened in Happened::ALL {
            let shell = self.shell(Section::Other);
            self.add("message", "message", &Message { shell, happened, wait_minutes: 12 });
            let gate = self.gate("/console/sign-in");
            self.add("message-gate", "message", &MessageGate { gate, happened, wait_minutes: 1 });
        }
    }
}
