//! Every word of the console, in four languages (`www/console/texts/`).

use super::view::sentence::Text;
use constat_shared::Language;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

macro_rules! texts {
    ($($(#[$doc:meta])* $section:ident: $name:ident { $($key:ident)* })*; $($message:ident)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            #[allow(missing_docs)]
            pub struct $name { $(pub $key: Text,)* }
        )*

        /// What is shown instead of a screen.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(missing_docs)]
        pub struct Messages {
            $(pub $message: MessageTexts,)*
        }

        /// The texts of one language. A text that is missing or unknown fails a test.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Texts {
            $($(#[$doc])* pub $section: $name,)*
            /// Names of roles, by id.
            pub roles: BTreeMap<String, Text>,
            /// What a role may do, by id.
            pub role_texts: BTreeMap<String, Text>,
            /// What a permission allows, by id.
            pub permissions: BTreeMap<String, Text>,
            /// What was done, by the id of the action.
            pub actions: BTreeMap<String, Text>,
            /// What an audit has found, by the id of the difference.
            pub differences: BTreeMap<String, Text>,
            /// What entries of the audit trail name, by its id.
            pub targets: BTreeMap<String, Text>,
            /// What a visitor did, by the id of the action.
            pub answers: BTreeMap<String, Text>,
            /// Why records are erased, by the id of the reason.
            pub reasons: BTreeMap<String, Text>,
            /// What is shown instead of a screen.
            pub messages: Messages,
        }

        #[cfg(test)]
        impl Texts {
            /// Every text with its name.
            pub fn all(&self) -> Vec<(String, &Text)> {
                let mut all = vec![
                    $($((concat!(stringify!($section), ".", stringify!($key)).to_owned(), &self.$section.$key),)*)*
                ];
                for (name, map) in [
                    ("roles", &self.roles),
                    ("role_texts", &self.role_texts),
                    ("permissions", &self.permissions),
                    ("actions", &self.actions),
                    ("differences", &self.differences),
                    ("targets", &self.targets),
                    ("answers", &self.answers),
                    ("reasons", &self.reasons),
                ] {
                    all.extend(map.iter().map(|(id, text)| (format!("{name}.{id}"), text)));
                }
                $(
                    let MessageTexts { title, what, todo } = &self.messages.$message;
                    let named = [("title", title), ("what", what), ("todo", todo)];
                    let id = stringify!($message);
                    all.extend(named.map(|(key, text)| (format!("messages.{id}.{key}"), text)));
                )*
                all
            }
        }
    };
}

texts! {
    /// What is around every screen.
    shell: ShellTexts {
        account all_sites api audit_trail choose_site crumbs demo demo_line home installation language log menu notices
        overview people printed records sections sign_out site skip tokens
    }
    /// Words of several screens.
    common: CommonTexts {
        cancel every_site month months next picture pictures shown_once thousands
    }
    /// Words of forms.
    forms: FormsTexts {
        code email error_title new_password password password_hint summary
    }
    /// What is wrong with a field.
    errors: ErrorsTexts {
        audit_runs code_required confirm_required code_wrong current_password_wrong day_malformed day_order days_range
        days_too_many email_malformed email_required is_self last_admin last_role name_required password_is_email
        password_long password_required password_short reason_required role_exists role_required scope_not_yours
        scope_required sign_in_wrong site_not_yours site_required too_many until_malformed until_past vendor_required
        who_malformed
    }
    /// Files of an answer that leave the house.
    exports: ExportsTexts {
        back bundle bundle_text button certificate certificate_text choose consent_record consent_record_text noted
        purpose purpose_long purpose_required reason reason_audit reason_authority reason_dispute reason_hint
        reason_person reason_required recipient recipient_long recipient_required title
    }
    /// How a check stands.
    standing: StandingTexts {
        failed good never off old running
    }
    /// The sign-in screen.
    sign_in: SignInTexts {
        button code_hint forgotten host password_set session_ended signed_out throttled title
    }
    /// A new account.
    welcome: WelcomeTexts {
        code_button code_hint code_intro code_label code_open code_picture code_scan code_skip code_title code_typed code_why
        intro link_ends password_button password_title recovery_button recovery_intro recovery_lost recovery_of
        recovery_once recovery_title roles step title
    }
    /// A new password.
    reset: ResetTexts {
        button intro title what_happens
    }
    /// The own account.
    account: AccountTexts {
        act current_password demo done_language done_others done_password done_session end_others end_session ends
        first_sign_in language language_button made no_end no_role opened own password password_button
        password_effect recovery_left recovery_left_one roles second_factor second_factor_new second_factor_none
        second_factor_set session_ends sessions sessions_lead signed_in_before this_session title used
    }
    /// The second factor of the own account.
    second_factor: SecondFactorTexts {
        current current_hint done needed new_hint replace replace_effect set
    }
    /// New recovery codes of the own account.
    recovery_codes: RecoveryCodesTexts {
        button code_hint done effect lead purpose title
    }
    /// What waits, and the sites.
    home: HomeTexts {
        audit audit_failed audit_failed_text audit_never_text audit_old audit_old_text compare failed last_answer
        names_only new new_terms new_terms_text no_answer no_notice no_sites nothing_waits nothing_waits_why notice
        open_log open_trail read_notice role_given role_given_text search_site see_people see_tokens site site_closed
        sites stamp
        stamp_never_text stamp_old stamp_old_text title to_do to_read token_made
        token_made_text trail_failed trail_failed_text waits
    }
    /// One site.
    site: SiteTexts {
        answers choice_months expired expired_none first_answer last_answer leaf leaves log_meaning meaning
        no_answer no_answer_then no_answer_todo none none_kept none_kept_why notice notice_meaning origin
        origins pictures pictures_meaning proof_months refused refused_last refused_none refused_why retention
        retention_meaning retention_old stamp stamp_meaning stands state tag tag_where time_zone what
    }
    /// Every version of the notice.
    notices: NoticesTexts {
        acknowledged acknowledgement changed_that_day compare_before compare_button compare_from compare_title
        compare_to cut day day_button day_hint day_title empty first_came first_terms from_until in_force lead
        new_terms no_pictures none_on_day not_needed notice on_day one_version pictures same_terms since terms title
        to_acknowledge today until versions
    }
    /// One notice.
    notice: NoticeTexts {
        acknowledge acknowledge_button acknowledge_short acknowledge_text authority by_nobody configuration
        configuration_drawn contacts controller cookies cookies_count cookies_count_one dpo drawn drawn_changed drawn_same drawn_unknown exempt
        file first_layer hashes hashes_lead lifetimes lifetimes_text no_cookies no_vendors notice_hash pictures_lead pictures_none pictures_taken purposes
        switches_off switches_opened switches_saved terms_hash texts texts_lead title transfer vendor vendors
    }
    /// Two notices.
    compare: CompareTexts {
        added after allowers allowers_text asks asks_not before category_came category_changed changed
        company_changed controller_changed crumb difference everybody everybody_text exemption_withdrawn legend
        legend_came legend_went more_reasons more_reasons_one nobody nobody_text purpose purpose_came purposes
        purposes_none removed same texts texts_count texts_count_one texts_none title vendor_came vendors
        vendors_none visitors what
    }
    /// The log.
    log: LogTexts {
        audit audit_lead audit_now authority by checkpoint done_of empty empty_link empty_title lead leaves
        month months months_lead no_audit no_authority progress refresh_now refresh_stop refreshes result runs shard
        stamp title when
    }
    /// The search for records.
    records: RecordsTexts {
        action allowed allowed_of allowed_services any before_oldest before_oldest_todo consent_id days_hint either empty empty_link
        filtered find find_hint found from future future_todo go_on in_page language looked narrow newest not_an_id
        not_an_id_todo nothing notice oldest other_site part refused search services title to to_newest unknown
        unknown_todo vendor vendor_allowed when
    }
    /// The answers of one consent id.
    timeline: TimelineTexts {
        answer answers by_loader category changed checked checked_failed chosen crumb event_id files first holds
        kept left_out loader no_files no_person no_services not_proven not_proving nothing_to_remove notice_lost
        now_allowed now_refused out_of_reach picture proven removed replaced shown signals steps stopped title
        unchanged unreadable until
    }
    /// Before records are erased.
    erase: EraseTexts {
        backups browser button button_one choose confirm file gone in_trail keys leaves reason records records_one
        stays title
    }
    /// After records were erased.
    purge: PurgeTexts {
        at count done done_one download leaf log proof proof_text title waits
    }
    /// People and roles.
    people: PeopleTexts {
        active add add_button add_lead done_removed done_role done_taken email_hint ended every_site given_by invited lead list
        made_ends made_reset made_text made_welcome never new_link only_you person remove role roles signed_in sites
        state take title until until_hint until_label you
    }
    /// Before an account is removed.
    remove: RemoveTexts {
        account_gone back button gone keep last_admin last_admin_text no_session no_token question records_stay
        role_gone sessions sessions_one stays title token trail_stays
    }
    /// Before a role is taken.
    take: TakeTexts {
        account_stays button closes keep last last_text nothing_closes question title token
    }
    /// Before a link is made.
    link: LinkTexts {
        button reset title welcome
    }
    /// API tokens.
    tokens: TokensTexts {
        add add_button days days_hint done_revoked empty ended expires lead list made made_by made_text name
        name_hint never revoke revoked scope scope_label title used valid
    }
    /// Before a token is revoked.
    revoke: RevokeTexts {
        button cannot_undo gone keep programs title
    }
    /// The audit trail.
    trail: TrailTexts {
        action all any_action any_site any_who commands empty entries failed failed_todo failures filter
        forgotten from lead lost_head newest nobody none_filtered none_in_page older pages site target title to
        verify verify_button verify_lead well when who
    }
    /// What is shown instead of a screen: words of all of them.
    message: MessageWords {
        home todo
    }
    ;
    // Each with a title, what happened, and what to do.
    bad_form forbidden form_outdated not_found link_used plain_http too_many fault unavailable
}

/// A message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageTexts {
    /// What it is.
    pub title: Text,
    /// What happened; `{minutes}` is how long to wait.
    pub what: Text,
    /// What to do.
    pub todo: Text,
}

static FRENCH: LazyLock<Texts> =
    LazyLock::new(|| parsed(include_str!("../../../../www/console/texts/fr.toml")));
static DUTCH: LazyLock<Texts> =
    LazyLock::new(|| parsed(include_str!("../../../../www/console/texts/nl.toml")));
static GERMAN: LazyLock<Texts> =
    LazyLock::new(|| parsed(include_str!("../../../../www/console/texts/de.toml")));
static ENGLISH: LazyLock<Texts> =
    LazyLock::new(|| parsed(include_str!("../../../../www/console/texts/en.toml")));

/// # Panics
/// When a text is missing, which a test finds first.
fn parsed(file: &str) -> Texts {
    toml::from_str(file).unwrap_or_else(|error| panic!("texts of the console: {error}"))
}

impl Texts {
    /// The texts of a language.
    pub fn of(language: Language) -> &'static Texts {
        match language {
            Language::Fr => &FRENCH,
            Language::Nl => &DUTCH,
            Language::De => &GERMAN,
            Language::En => &ENGLISH,
        }
    }

    /// The name of a role.
    pub fn role<'a>(&'a self, id: &'a str) -> &'a str {
        self.roles.get(id).map_or(id, Text::as_str)
    }

    /// What a role may do.
    pub fn role_text(&self, id: &str) -> &str {
        self.role_texts.get(id).map_or("", Text::as_str)
    }

    /// What a permission allows.
    pub fn permission<'a>(&'a self, id: &'a str) -> &'a str {
        self.permissions.get(id).map_or(id, Text::as_str)
    }

    /// What was done.
    pub fn action<'a>(&'a self, id: &'a str) -> &'a str {
        self.actions.get(id).map_or(id, Text::as_str)
    }

    /// What an entry of the audit trail names.
    pub fn target<'a>(&'a self, id: &'a str) -> &'a str {
        self.targets.get(id).map_or(id, Text::as_str)
    }

    /// What a visitor did.
    pub fn answer<'a>(&'a self, id: &'a str) -> &'a str {
        self.answers.get(id).map_or(id, Text::as_str)
    }

    /// Why records are erased.
    pub fn reason<'a>(&'a self, id: &'a str) -> &'a str {
        self.reasons.get(id).map_or(id, Text::as_str)
    }

    /// The name of a file that leaves the house, by its kind.
    pub fn export_title(&self, kind: &str) -> &str {
        match kind {
            "certificate" => self.exports.certificate.as_str(),
            "bundle" => self.exports.bundle.as_str(),
            _ => self.exports.consent_record.as_str(),
        }
    }

    /// What that file is.
    pub fn export_text(&self, kind: &str) -> &str {
        match kind {
            "certificate" => self.exports.certificate_text.as_str(),
            "bundle" => self.exports.bundle_text.as_str(),
            _ => self.exports.consent_record_text.as_str(),
        }
    }

    /// Why somebody exports a record, by the name of the reason.
    pub fn export_reason(&self, reason: &str) -> &str {
        match reason {
            "person_asked" => self.exports.reason_person.as_str(),
            "authority_asked" => self.exports.reason_authority.as_str(),
            "dispute" => self.exports.reason_dispute.as_str(),
            _ => self.exports.reason_audit.as_str(),
        }
    }

    /// A number, its thousands apart.
    pub fn count(&self, number: &u64) -> String {
        let digits = number.to_string();
        let mut out = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push_str(self.common.thousands.as_str());
            }
            out.push(digit);
        }
        out
    }
}
