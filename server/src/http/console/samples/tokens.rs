//! API tokens.

use super::data::{HOSTILE, choice, errors, moment, site};
use super::maker::Maker;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::tokens::{MadeToken, TokenRow, TokenState, Tokens, TokensDone, TokensRevoke};

impl Maker {
    pub fn tokens(&mut self) {
        let t = self.t();
        let list = || {
            vec![
                token("nightly export", TokenState::Valid),
                token(HOSTILE, TokenState::Revoked),
                token("old", TokenState::Ended),
            ]
        };
        let scope = || {
            [
                "notices:read",
                "notices:acknowledge",
                "log:read",
                "log:audit",
                "audit-trail:read",
                "people:write",
                "tokens:write",
            ]
            .map(|id| choice(id, id, id == "log:read"))
            .to_vec()
        };
        let page = |shell, done, tokens, errors| Tokens {
            shell,
            done,
            tokens,
            next_href: None,
            may_write: true,
            name: HOSTILE.into(),
            scope: scope(),
            sites: vec![choice("boreale", "Assurances Boréale", true)],
            days: "30".into(),
            errors,
        };
        let made = TokensDone::Made(MadeToken {
            name: "nightly export".into(),
            token: "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJFZERTQSJ9.".repeat(8),
            expires_at: moment("12-28"),
        });
        let wrong = errors(&[
            ("name", &t.errors.name_required),
            ("scope", &t.errors.scope_required),
            ("site", &t.errors.site_required),
            ("days", &t.errors.days_range),
        ]);
        let pages = [
            ("tokens", page(self.shell(Section::Tokens), made, list(), Errors::default())),
            (
                "tokens-errors",
                page(self.shell(Section::Tokens), TokensDone::Revoked(HOSTILE.into()), vec![], wrong),
            ),
            (
                "tokens-plain",
                page(self.shell(Section::Tokens), TokensDone::Nothing, list(), Errors::default()),
            ),
        ];
        for (name, page) in pages {
            self.add(name, "tokens", &page);
        }
        for state in [TokenState::Valid, TokenState::Ended] {
            let page = TokensRevoke { shell: self.shell(Section::Tokens), token: token(HOSTILE, state) };
            self.add("tokens-revoke", "tokens-revoke", &page);
        }
    }
}

fn token(name: &str, state: TokenState) -> TokenRow {
    TokenRow {
        jti: "019a".into(),
        name: name.into(),
        made_by: "dpo@boreale.example".into(),
        made_at: moment("11-01"),
        scope: vec!["log:read".into(), "notices:read".into()],
        sites: vec![site()],
        expires_at: moment("12-01"),
        used_at: (state == TokenState::Valid).then(|| moment("11-27")),
        state,
        may_revoke: state == TokenState::Valid,
    }
}
