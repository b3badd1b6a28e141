//! People.

use super::data::{HOSTILE, choice, errors, grants, moment};
use super::maker::Maker;
use crate::http::console::view::account::Grant;
use crate::http::console::view::form::Errors;
use crate::http::console::view::frame::Section;
use crate::http::console::view::people::{
    AccountState, MadeLink, People, PeopleDone, PeopleLink, PeopleRemove, PeopleTake, Person, PersonGrant,
    TokenLoss,
};

impl Maker {
    pub fn people(&mut self) {
        let t = self.t();
        let page = |shell, done, people, may_write, errors| People {
            shell,
            done,
            people,
            next_href: Some("?after=x".into()),
            may_write,
            email: HOSTILE.into(),
            roles: ["owner", "dpo", "auditor", "admin"]
                .map(|role| choice(role, role, role == "dpo"))
                .to_vec(),
            sites: vec![
                choice("*", "*", false),
                choice("boreale", "Assurances Boréale", true),
                choice("hostile", HOSTILE, false),
            ],
            until: "2026-12-31".into(),
            errors,
        };
        let wrong = errors(&[
            ("email", &t.errors.email_malformed),
            ("role", &t.errors.role_required),
            ("site", &t.errors.site_required),
            ("until", &t.errors.until_past),
        ]);
        let pages = [
            ("people", page(self.shell(Section::People), link(false), everybody(), true, Errors::default())),
            (
                "people-reset",
                page(self.shell(Section::People), link(true), everybody(), false, Errors::default()),
            ),
            (
                "people-errors",
                page(self.shell(Section::People), PeopleDone::Removed, vec![you()], true, wrong),
            ),
            (
                "people-role",
                page(
                    self.shell(Section::People),
                    PeopleDone::RoleGiven(HOSTILE.into()),
                    everybody(),
                    true,
                    Errors::default(),
                ),
            ),
            (
                "people-taken",
                page(
                    self.shell(Section::People),
                    PeopleDone::RoleTaken,
                    vec![you(), person("demo@constat.example", AccountState::Demo, false)],
                    true,
                    Errors::default(),
                ),
            ),
        ];
        for (name, page) in pages {
            self.add(name, "people", &page);
        }
    }

    pub fn people_acts(&mut self) {
        let remove = |shell, is_last_admin, sessions_count, tokens| PeopleRemove {
            shell,
            person: person(HOSTILE, AccountState::Active, false),
            sessions_count,
            tokens,
            is_last_admin,
            errors: Errors::default(),
        };
        let page =
            remove(self.shell(Section::People), false, 2, vec!["nightly export".into(), HOSTILE.into()]);
        self.add("people-remove", "people-remove", &page);
        let page = remove(self.shell(Section::People), false, 0, vec![]);
        self.add("people-remove-few", "people-remove", &page);
        let page = remove(self.shell(Section::People), true, 1, vec![]);
        self.add("people-remove-last", "people-remove", &page);
        for is_reset in [true, false] {
            let page = PeopleLink {
                shell: self.shell(Section::People),
                person: person("audit@lys.example", AccountState::Active, false),
                is_reset,
            };
            self.add("people-link", "people-link", &page);
        }
        self.people_take();
    }

    fn people_take(&mut self) {
        let t = self.t();
        let take = |shell, permissions: &[&str], is_last, errors| PeopleTake {
            shell,
            person: person(HOSTILE, AccountState::Active, false),
            grant: grants().remove(0),
            path: "/console/people/a1/roles/dpo/boreale/take".into(),
            permissions: permissions.iter().map(ToString::to_string).collect(),
            tokens: vec![TokenLoss { name: HOSTILE.into(), permissions: vec!["log:read".into()] }],
            is_last,
            errors,
        };
        let page = take(self.shell(Section::People), &["log:read", "tokens:write"], false, Errors::default());
        self.add("people-take", "people-take", &page);
        let wrong = errors(&[("take", &t.errors.last_admin)]);
        let page = take(self.shell(Section::People), &[], false, wrong);
        self.add("people-take-nothing", "people-take", &page);
        let page = take(self.shell(Section::People), &["log:read"], true, Errors::default());
        self.add("people-take-last", "people-take", &page);
    }
}

fn person(email: &str, state: AccountState, is_self: bool) -> Person {
    Person {
        email: email.into(),
        id: "a1".into(),
        grants: if state == AccountState::Ended { vec![] } else { grants().into_iter().map(held).collect() },
        state,
        ends_at: (state != AccountState::Active).then(|| moment("12-31")),
        signed_in_at: is_self.then(|| moment("11-28")),
        is_self,
        may_change: !is_self,
    }
}

fn held(grant: Grant) -> PersonGrant {
    PersonGrant { take_href: Some(format!("/console/people/a1/roles/{}/x/take", grant.role)), grant }
}

fn you() -> Person {
    person("admin@boreale.example", AccountState::Active, true)
}

fn everybody() -> Vec<Person> {
    let long = "a-very-long-address-of-an-outside-auditor@cabinet-lys-et-associes.example";
    vec![you(), person(HOSTILE, AccountState::Invited, false), person(long, AccountState::Ended, false)]
}

fn link(is_reset: bool) -> PeopleDone {
    let link = "https://consent.boreale.example/console/welcome/2kq8ZrTn4vB7xW0pLmYdHc5sJ1gFuEaQ9iKoNtRbVwX";
    let (email, link) = ("audit@lys.example".into(), link.into());
    PeopleDone::Link(MadeLink { email, link, ends_at: moment("12-05"), is_reset })
}
