//! Byte budgets: limits on what a visitor fetches, all after brotli. Exceeding one fails the build.

use crate::tools::failure::Failure;

/// A kilobyte here is 1,000 bytes, the stricter of the two readings.
const KB: usize = 1_000;

/// A limit on the bytes of one thing.
pub struct Budget {
    /// The name of the weighed thing, in the printed table and in the failure.
    pub what: &'static str,
    /// The most it may weigh, after brotli.
    pub limit_bytes: usize,
    /// What to look at when it weighs more.
    pub remedy: &'static str,
}

/// The minified loader, before the server adds the settings of a site.
pub const LOADER: Budget = Budget {
    what: "loader.js",
    limit_bytes: 8_700,
    remedy: "Move work that only an unanswered visitor needs from www/loader into the widget.",
};

/// Makes the budget of an optional part of the loader from its name: what a site that uses it alone fetches more.
macro_rules! optional {
    ($($(#[$doc:meta])* $part:ident = $name:literal, $limit_bytes:literal;)*) => {
        $(
            $(#[$doc])*
            pub const $part: Budget = Budget {
                what: concat!("+ ", $name, ".js"),
                limit_bytes: $limit_bytes,
                remedy: concat!("Make www/loader/optional/", $name, ".js smaller."),
            };
        )*
    };
}

optional! {
    /// What a site in first-party mode, in which the response to an answer sets the cookie, fetches more.
    FIRST_PARTY = "first_party", 600;
    /// What a site that tells Google's tags of the choice fetches more.
    CONSENT_MODE = "consent_mode", 700;
    /// What a site that takes a signal of browsers for a refusal fetches more, beside the notice that says so.
    GPC = "gpc", 200;
    /// What a site fetches more whose server adds the policy of the visitor's choice to its pages.
    CSP = "csp", 200;
    /// What a site that tells other services of the choice fetches more, with one more part for each service.
    SIGNALS = "signals", 250;
    /// [`SIGNALS`] for this service.
    SIGNAL_MICROSOFT = "signal_microsoft", 250;
    /// [`SIGNALS`] for this service.
    SIGNAL_MATOMO = "signal_matomo", 190;
    /// [`SIGNALS`] for this service.
    SIGNAL_PIANO = "signal_piano", 210;
    /// [`SIGNALS`] for this service.
    SIGNAL_ADOBE = "signal_adobe", 280;
    /// [`SIGNALS`] for this service.
    SIGNAL_META = "signal_meta", 140;
    /// [`SIGNALS`] for this service.
    SIGNAL_TIKTOK = "signal_tiktok", 130;
    /// [`SIGNALS`] for this service.
    SIGNAL_POSTHOG = "signal_posthog", 170;
    /// [`SIGNALS`] for this service.
    SIGNAL_PLAUSIBLE = "signal_plausible", 100;
    /// [`SIGNALS`] for this service.
    SIGNAL_SHOPIFY = "signal_shopify", 260;
    /// [`SIGNALS`] for this service.
    SIGNAL_WORDPRESS = "signal_wordpress", 190;
}

/// What a site whose file says something of tags fetches more, for the way into the owner's view.
pub const DEBUG: Budget = Budget {
    what: "+ debug.js",
    limit_bytes: 900,
    remedy: "Make www/loader/optional/debug.js smaller, or move what it does into www/debug.js.",
};

/// The overlay of the owner's view, without the hosts that the server puts in.
pub const DEBUG_OVERLAY: Budget =
    Budget { what: "debug.js", limit_bytes: 4 * KB, remedy: "Make www/debug.js smaller." };

/// What a site that blocks without marks fetches more, without the hosts.
pub const AUTO_BLOCK: Budget = Budget {
    what: "+ auto_block.js",
    limit_bytes: 12_700,
    remedy: "Make www/loader/optional/auto_block_*.js smaller.",
};

/// The JavaScript that wasm-bindgen writes around the widget.
pub const GLUE: Budget = Budget {
    what: "widget glue (.js)",
    limit_bytes: 6 * KB,
    remedy: "Use fewer web-sys interfaces in the widget.",
};

/// The widget itself.
pub const WASM: Budget = Budget {
    what: "widget (.wasm)",
    limit_bytes: 70 * KB,
    remedy: "Look for a new dependency, a formatting call or a generic function that grew the widget.",
};

/// All of the widget.
pub const WIDGET: Budget = Budget {
    what: "glue + widget",
    limit_bytes: 74 * KB,
    remedy: "Make the glue or the widget smaller: both together are what an unanswered visitor waits for.",
};

/// "My record", which only a visitor who has answered and opens "Manage cookies" fetches.
pub const RECORD: Budget =
    Budget { what: "record.js", limit_bytes: 2 * KB + KB / 2, remedy: "Make www/record.js smaller." };

/// All that a returning visitor fetches: the loader with the settings and first layer of the demo site.
pub const CONSENT_JS: Budget = Budget {
    what: "consent.js",
    limit_bytes: 10_650,
    remedy: "Make www/loader, the settings or the first layer's HTML and CSS smaller.",
};

/// What a new visitor fetches before the banner is painted in a language that is not the main one.
pub const FIRST_PAINT: Budget = Budget {
    what: "consent.js + banner",
    limit_bytes: 11_500,
    remedy: "Make the first layer's HTML and CSS smaller.",
};

/// The most that a visitor fetches who asks for nothing, with every part of the loader that few pages need.
pub const FIRST_VISIT: Budget = Budget {
    what: "first visit",
    limit_bytes: 13 * KB,
    remedy: "Make www/loader or www/parts smaller, or move what only the configuration layer needs into the widget.",
};

/// What "Configure" fetches: the notice and the widget.
pub const ASKED_FOR: Budget = Budget {
    what: "notice + widget",
    limit_bytes: 78 * KB,
    remedy: "Make the notice of the demo site or the widget smaller.",
};

/// The whole page of the verifier, with its program inside.
pub const VERIFIER: Budget = Budget {
    what: "verify.html",
    limit_bytes: 250 * KB,
    remedy: "Look for a new dependency of verifier/ or shared/ that is not needed.",
};

impl Budget {
    /// Prints the weight beside the limit, and fails when it is above.
    pub fn check(&self, bytes: usize) -> Result<(), Failure> {
        println!("   {:<22} {bytes:>7} of {:>6} bytes", self.what, self.limit_bytes);
        if bytes <= self.limit_bytes {
            return Ok(());
        }
        let over = bytes - self.limit_bytes;
        Err(Failure::new(
            format!(
                "{} weighs {bytes} bytes after brotli, {over} over its budget of {}.",
                self.what, self.limit_bytes
            ),
            format!("{} The budgets are in xtask/src/budgets.rs.", self.remedy),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed_and_one_byte_more_is_not() {
        assert!(GLUE.check(6_000).is_ok());
        let failure = GLUE.check(6_001).unwrap_err().to_string();
        assert!(
            failure.contains("widget glue (.js) weighs 6001 bytes after brotli, 1 over its budget of 6000"),
            "{failure}"
        );
    }
}
