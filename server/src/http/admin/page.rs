//! Lists, page by page: `{"items":[…],"next_cursor":…}`.

use super::query::Query;
use crate::http::problem::ApiError;
use actix_web::HttpResponse;
use serde::Serialize;

/// The most items of a page, and as many as there are without `limit`.
pub const LIMIT_MAX: usize = 100;
/// The names that the query of a list has.
pub const NAMES: [&str; 2] = ["limit", "cursor"];

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Listed<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to ask with for the next one; `null` when there is none.
    pub next_cursor: Option<String>,
}

/// In which order a list is.
#[derive(Clone, Copy)]
pub enum Order {
    /// The lowest key first.
    Rising,
    /// The highest key first.
    Falling,
}

/// Which page is asked for.
pub struct Page {
    /// The most items.
    pub limit: usize,
    /// The key of the last item of the page before.
    pub after: Option<String>,
}

impl Page {
    /// Reads `limit` and `cursor`.
    ///
    /// # Errors
    /// A problem, when the limit is no number, or out of bounds.
    pub fn read(query: &Query) -> Result<Page, ApiError> {
        let limit = query.parsed("limit", |text| match text.parse() {
            Ok(limit @ 1..=LIMIT_MAX) => Ok(limit),
            _ => Err(format!("must be a number from 1 to {LIMIT_MAX}")),
        })?;
        Ok(Page { limit: limit.unwrap_or(LIMIT_MAX), after: query.get("cursor").map(str::to_owned) })
    }

    /// This page of a whole list. `key` is what the list is sorted by; each item has another.
    pub fn of<T>(&self, mut items: Vec<T>, order: Order, key: impl Fn(&T) -> String) -> Listed<T> {
        items.sort_by(|a, b| match order {
            Order::Rising => key(a).cmp(&key(b)),
            Order::Falling => key(b).cmp(&key(a)),
        });
        let is_behind = |item: &T| {
            self.after.as_ref().is_none_or(|after| match order {
                Order::Rising => key(item) > *after,
                Order::Falling => key(item) < *after,
            })
        };
        let mut items: Vec<_> = items.into_iter().filter(is_behind).collect();
        let has_more = items.len() > self.limit;
        items.truncate(self.limit);
        let next_cursor = items.last().filter(|_| has_more).map(&key);
        Listed { items, next_cursor }
    }
}

impl<T> Listed<T> {
    /// The same with other items.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(change).collect(), next_cursor: self.next_cursor }
    }
}

impl<T: Serialize> Listed<T> {
    /// The answer.
    pub fn answer(&self) -> HttpResponse {
        HttpResponse::Ok().json(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_a_list_hold_every_item_once_also_when_one_is_gone_meanwhile() {
        for order in [Order::Rising, Order::Falling] {
            let mut items: Vec<String> = ["e", "b", "d", "a", "c"].map(str::to_owned).to_vec();
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = Page { limit: 2, after }.of(items.clone(), order, Clone::clone);
                seen.extend(page.items);
                let Some(next) = page.next_cursor else { break };
                after = Some(next);
                items.retain(|item| item != "b" || seen.is_empty());
            }
            let expected = match order {
                Order::Rising => vec!["a", "b", "c", "d", "e"],
                Order::Falling => vec!["e", "d", "c", "a"],
            };
            assert_eq!(seen, expected);
        }
    }
}
