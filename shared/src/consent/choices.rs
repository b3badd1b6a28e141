//! What the visitor allows and what they refuse.

use super::action::Action;
use crate::notice::{Category, Notice, Vendor};
use crate::values::{Code, Problem, VendorId};
use std::collections::BTreeMap;

/// A boolean for each category and each vendor of a notice: refusals are
/// recorded too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// For each category that the notice uses.
    pub categories: BTreeMap<Category, bool>,
    /// For each vendor that the notice names.
    pub vendors: BTreeMap<VendorId, bool>,
}

impl Choices {
    /// The choices that allow, or refuse, everything that is not exempt.
    pub fn uniform(notice: &Notice, allowed: bool) -> Choices {
        let categories = notice.categories.iter().map(|c| (c.id, allowed || c.exempt));
        let vendor = |v: &Vendor| (v.id.clone(), allowed || notice.is_exempt(v.category));
        Choices { categories: categories.collect(), vendors: notice.vendors.iter().map(vendor).collect() }
    }

    /// Checks the choices against the notice: they name each of its categories
    /// and vendors and no other, refuse nothing exempt, and agree with the action.
    ///
    /// # Errors
    /// A [`Problem`] that names the first field at fault.
    pub fn check(&self, notice: &Notice, action: Action) -> Result<(), Problem> {
        self.check_complete(notice)?;
        for (category, allowed) in &self.categories {
            let exempt = notice.is_exempt(*category);
            check_choice(action, exempt, *allowed, || format!("categories.{category}"))?;
        }
        for vendor in &notice.vendors {
            let allowed = self.vendors.get(&vendor.id).copied().unwrap_or_default();
            let exempt = notice.is_exempt(vendor.category);
            check_choice(action, exempt, allowed, || format!("vendors.{}", vendor.id))?;
        }
        Ok(())
    }

    fn check_complete(&self, notice: &Notice) -> Result<(), Problem> {
        if let Some(id) = self.categories.keys().find(|id| notice.category(**id).is_none()) {
            let detail = format!("Leave out {id}: the notice does not use it.");
            return Err(Problem::of_field(Code::CategoryUnknown, format!("categories.{id}"), detail));
        }
        if let Some(id) = self.vendors.keys().find(|id| notice.vendor(id).is_none()) {
            let detail = format!("Leave out {id}: the notice does not name it.");
            return Err(Problem::of_field(Code::VendorUnknown, format!("vendors.{id}"), detail));
        }
        if let Some(missing) = notice.categories.iter().find(|c| !self.categories.contains_key(&c.id)) {
            let detail = format!("Send true or false for {}.", missing.id);
            return Err(Problem::of_field(
                Code::CategoryMissing,
                format!("categories.{}", missing.id),
                detail,
            ));
        }
        if let Some(missing) = notice.vendors.iter().find(|v| !self.vendors.contains_key(&v.id)) {
            let detail = format!("Send true or false for {}.", missing.id);
            return Err(Problem::of_field(Code::VendorMissing, format!("vendors.{}", missing.id), detail));
        }
        Ok(())
    }
}

/// Checks one choice: what is exempt is allowed, the rest agrees with the action.
fn check_choice(
    action: Action,
    exempt: bool,
    allowed: bool,
    field: impl Fn() -> String,
) -> Result<(), Problem> {
    if exempt && !allowed {
        let detail = "It needs no consent on this site and is always allowed: send true.";
        return Err(Problem::of_field(Code::ExemptRefused, field(), detail));
    }
    match action.verdict() {
        Some(verdict) if !exempt && allowed != verdict => {
            let detail = format!("With the action {} it must be {verdict}.", action.as_str());
            Err(Problem::of_field(Code::ActionContradicted, field(), detail))
        }
        _ => Ok(()),
    }
}
