//! What owners of sites have in their pages, and how each is put: the table of `docs/page.md`, as pages.

use constat_testkit::sample_site::EXEMPTION;

/// One row of the table.
pub struct Setup {
    /// What the owner has, as the first cell of its row says.
    pub have: &'static str,
    /// Keys at the top of the site file.
    pub keys: &'static str,
    /// What is written otherwise in the sample's file.
    pub changes: &'static [(&'static str, &'static str)],
    /// Tables at its end: vendors, and what belongs to tags.
    pub tables: &'static str,
    /// In the page's head; `THIRD` is where the third parties are.
    pub head: &'static str,
    /// In its body.
    pub body: &'static str,
    /// The scripts of the third party, each with what it does; `THIRD` in it as above.
    pub scripts: &'static [(&'static str, &'static str)],
    /// What it is asked before an answer, by the owner's own decision or because it needs none.
    pub always: &'static [&'static str],
    /// What it is asked once all is allowed.
    pub allowed: &'static [&'static str],
}

impl Setup {
    const fn of(
        have: &'static str,
        tables: &'static str,
        body: &'static str,
        scripts: &'static [(&'static str, &'static str)],
        allowed: &'static [&'static str],
    ) -> Setup {
        Setup { have, keys: "", changes: &[], tables, head: "", body, scripts, always: &[], allowed }
    }
}

/// A tag that counts by a pixel.
const HIT: &str = "new Image().src = 'THIRD/hit';";
/// What a tag of Google does by the newest `update` in the data layer.
const GOOGLE: &str = "const update = dataLayer.filter(entry => entry[0] === 'consent' && entry[1] === 'update').pop(); if (update && update[2].analytics_storage === 'granted') new Image().src = 'THIRD/hit';";

/// A container with two tags, each of which waits for the event, once in a page, and requires a consent type: it
/// fires when all that it requires is granted, as Google's document about tags and consent says.
const CONTAINER: &str = "const state = {}, tags = [['analytics_storage', 'hit'], ['ad_storage', 'advertising']];
    const see = entry => {
      if (entry[0] === 'consent') Object.assign(state, entry[2]);
      if (entry.event === 'constat_choice') for (const tag of tags) if (state[tag[0]] === 'granted' && !tag.fired) { tag.fired = true; new Image().src = 'THIRD/' + tag[1]; }
    };
    const push = dataLayer.push;
    dataLayer.forEach(see);
    dataLayer.push = (...more) => { more.forEach(see); return push.apply(dataLayer, more); };";

/// The vendor of the sample whose audience measurement cannot be exempt.
const GOOGLE_ANALYTICS: &str = "[[vendors]]
id = \"google-analytics\"
[vendors.cookies._ga]
duration_days = 390
[vendors.cookies.\"_ga_*\"]
duration_days = 390
";

/// Every row, in its order.
pub const SETUPS: [Setup; 23] = [
    Setup::of(
        "Google Analytics, by gtag.js",
        "[consent_mode]\n",
        "<script type='text/plain' data-category='audience' data-vendor='google-analytics' data-src='THIRD/gtag/js'></script>
         <script type='text/plain' data-category='audience' data-vendor='google-analytics'>window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); } gtag('js', new Date()); gtag('config', 'G-1');</script>",
        &[("/gtag/js", GOOGLE)],
        &["/gtag/js", "/hit"],
    ),
    Setup::of(
        "Google Ads conversions, by gtag.js",
        "[consent_mode]\n[[vendors]]\nid = 'google-ads'\n[vendors.cookies.IDE]\nduration_days = 390\n",
        "<script type='text/plain' data-category='advertising' data-vendor='google-ads' data-src='THIRD/gtag/js'></script>",
        &[("/gtag/js", GOOGLE)],
        &["/gtag/js", "/hit"],
    ),
    Setup::of(
        "Google Tag Manager",
        "[consent_mode]\n[[vendors]]\nid = 'google-tag-manager'\n",
        "<script type='text/plain' data-category='third_party' data-vendor='google-tag-manager'>const script = document.createElement('script'); script.async = true; script.src = 'THIRD/gtm.js'; document.head.append(script);</script>",
        &[("/gtm.js", CONTAINER)],
        &["/advertising", "/gtm.js", "/hit"],
    ),
    Setup {
        have: "Google’s tag before an answer, by your own decision",
        keys: "",
        changes: &[],
        tables: "[consent_mode]\nmode = 'advanced'\ni_know = 'Our counsel has agreed.'\n",
        head: "SNIPPET<script async src='THIRD/gtag/js'></script>",
        body: "",
        scripts: &[("/gtag/js", "if (dataLayer[0][1] === 'default' && dataLayer[0][2].ad_storage === 'denied') new Image().src = 'THIRD/ping'; const look = setInterval(() => { const update = dataLayer.filter(entry => entry[1] === 'update').pop(); if (!update) return; clearInterval(look); if (update[2].ad_storage === 'granted') new Image().src = 'THIRD/hit'; }, 20);")],
        always: &["/gtag/js", "/ping"],
        allowed: &["/hit"],
    },
    Setup::of(
        "Meta Pixel",
        "[[vendors]]\nid = 'meta-pixel'\n",
        "<script type='text/plain' data-category='advertising' data-vendor='meta-pixel'>if (!window.fbq) { const queue = window.fbq = (...given) => queue.queue.push(given); queue.queue = []; const script = document.createElement('script'); script.src = 'THIRD/fbevents.js'; document.head.append(script); } fbq('init', '1'); fbq('track', 'PageView');</script>",
        &[("/fbevents.js", "for (const [what] of fbq.queue) if (what === 'track') new Image().src = 'THIRD/hit';")],
        &["/fbevents.js", "/hit"],
    ),
    Setup::of(
        "TikTok Pixel",
        "[signals]\ntiktok = true\n[[vendors]]\nid = 'tiktok-pixel'\n",
        "<script type='text/plain' data-category='advertising' data-vendor='tiktok-pixel'>window.ttq = window.ttq || []; ttq.push(['page']); const script = document.createElement('script'); script.src = 'THIRD/events.js'; document.head.append(script);</script>",
        &[("/events.js", "if (ttq.some(([what]) => what === 'grantConsent')) new Image().src = 'THIRD/hit';")],
        &["/events.js", "/hit"],
    ),
    Setup::of(
        "LinkedIn Insight Tag",
        "[[vendors]]\nid = 'linkedin-insight'\n[vendors.cookies.li_gc]\nduration_days = 390\n",
        "<script type='text/plain' data-category='advertising' data-vendor='linkedin-insight'>window._linkedin_data_partner_ids = ['1'];</script>
         <script type='text/plain' data-category='advertising' data-vendor='linkedin-insight' data-src='THIRD/insight.min.js'></script>",
        &[("/insight.min.js", "if (window._linkedin_data_partner_ids) new Image().src = 'THIRD/hit';")],
        &["/insight.min.js", "/hit"],
    ),
    Setup::of(
        "Microsoft Advertising (UET)",
        "[signals]\nmicrosoft = true\n[[vendors]]\nid = 'microsoft-advertising'\n",
        "<script type='text/plain' data-category='advertising' data-vendor='microsoft-advertising' data-src='THIRD/bat.js'></script>",
        &[("/bat.js", "if (window.uetq.some(one => one && one.ad_storage === 'granted')) new Image().src = 'THIRD/hit';")],
        &["/bat.js", "/hit"],
    ),
    Setup::of(
        "Microsoft Clarity",
        "[signals]\nmicrosoft = true\n[[vendors]]\nid = 'microsoft-clarity'\n",
        "<script type='text/plain' data-category='audience' data-vendor='microsoft-clarity' data-src='THIRD/tag/1'></script>",
        &[("/tag/1", "if (clarity.q.some(([what, state]) => what === 'consentv2' && state.analytics_Storage === 'granted')) new Image().src = 'THIRD/hit';")],
        &["/tag/1", "/hit"],
    ),
    Setup::of(
        "Matomo",
        "[[vendors]]\nid = 'matomo'\n",
        "<script type='text/plain' data-category='audience' data-vendor='matomo'>window._paq = window._paq || []; _paq.push(['trackPageView']); const script = document.createElement('script'); script.async = true; script.src = 'THIRD/matomo.js'; document.head.append(script);</script>",
        &[("/matomo.js", "if (_paq.some(([what]) => what === 'trackPageView')) new Image().src = 'THIRD/hit';")],
        &["/matomo.js", "/hit"],
    ),
    Setup {
        have: "Matomo, exempt from consent",
        keys: "",
        changes: &[
            ("[categories.audience]\n", "[categories.audience]\nexempt = true\n"),
            (GOOGLE_ANALYTICS, EXEMPTION),
        ],
        tables: "[signals]\nmatomo = true\n[[vendors]]\nid = 'matomo'\n",
        head: "",
        body: "<script type='text/plain' data-category='audience' data-vendor='matomo'>window._paq = window._paq || []; _paq.push(['trackPageView']); const script = document.createElement('script'); script.async = true; script.src = 'THIRD/matomo.js'; document.head.append(script);</script>",
        scripts: &[("/matomo.js", "if (_paq[0][0] === 'disableCampaignParameters') new Image().src = 'THIRD/hit';")],
        always: &["/matomo.js", "/hit"],
        allowed: &[],
    },
    Setup::of(
        "Piano Analytics",
        "[signals]\npiano = true\n[[vendors]]\nid = 'piano-analytics'\ntransfer = 'none'\ncountry = 'FR'\n",
        "<script type='text/plain' data-category='audience' data-vendor='piano-analytics' data-src='THIRD/piano-analytics.js'></script>",
        &[("/piano-analytics.js", "if (pdl.consent.defaultPreset.PA === 'opt-in') new Image().src = 'THIRD/hit';")],
        &["/piano-analytics.js", "/hit"],
    ),
    Setup::of(
        "Adobe Experience Platform Web SDK",
        "[signals]\nadobe = true\n[[vendors]]\nid = 'adobe-analytics'\n[vendors.cookies.s_ecid]\nduration_days = 390\n[vendors.cookies.s_fid]\nduration_days = 390\n[vendors.cookies.s_vi]\nduration_days = 390\n",
        "<script type='text/plain' data-category='audience' data-vendor='adobe-analytics'>alloy('configure', { defaultConsent: 'pending' }); alloy('sendEvent', {});</script>
         <script type='text/plain' data-category='audience' data-vendor='adobe-analytics' data-src='THIRD/alloy.js'></script>",
        &[("/alloy.js", "setTimeout(() => { if (alloy.q.some(([, , [what, given]]) => what === 'setConsent' && given.consent[0].value.collect.val === 'y')) new Image().src = 'THIRD/hit'; }, 50);")],
        &["/alloy.js", "/hit"],
    ),
    Setup::of(
        "PostHog",
        "[signals]\nposthog = true\n[[vendors]]\nid = 'posthog'\n",
        "<script type='text/plain' data-category='audience' data-vendor='posthog'>window.posthog = window.posthog || []; const script = document.createElement('script'); script.src = 'THIRD/array.js'; document.head.append(script);</script>",
        &[("/array.js", "if (posthog.some(([what]) => what === 'opt_in_capturing')) new Image().src = 'THIRD/hit';")],
        &["/array.js", "/hit"],
    ),
    Setup::of(
        "Plausible",
        "[[vendors]]\nid = 'plausible'\n",
        "<script type='text/plain' data-category='audience' data-vendor='plausible' defer data-domain='helvia.example' data-src='THIRD/script.js'></script>",
        &[("/script.js", "if (!localStorage.plausible_ignore && document.querySelector('[data-domain]')) new Image().src = 'THIRD/hit';")],
        &["/script.js", "/hit"],
    ),
    Setup::of(
        "A video (YouTube, Vimeo, Dailymotion)",
        "",
        "<iframe data-category='third_party' data-vendor='youtube' title='Notre assistance' data-constat-src='THIRD/embed/1'></iframe>",
        &[],
        &["/embed/1"],
    ),
    Setup::of(
        "A map (Google Maps)",
        "[[vendors]]\nid = 'google-maps'\n",
        "<iframe data-category='third_party' data-vendor='google-maps' title='Notre agence' data-constat-src='THIRD/maps/embed'></iframe>",
        &[],
        &["/maps/embed"],
    ),
    Setup::of(
        "An anti-robot check in a form (reCAPTCHA, hCaptcha)",
        "",
        "<form><p class='g-recaptcha'>Autorisez reCAPTCHA pour envoyer ce formulaire. <a href='#' data-constat='manage'>Gérer les cookies</a></p></form>
         <script type='text/plain' data-category='third_party' data-vendor='recaptcha' async defer data-src='THIRD/recaptcha/api.js'></script>",
        &[("/recaptcha/api.js", "const frame = document.createElement('iframe'); frame.src = 'THIRD/anchor'; document.querySelector('.g-recaptcha').append(frame);")],
        &["/recaptcha/api.js", "/anchor"],
    ),
    Setup::of(
        "A chat (Crisp, Zendesk)",
        "[[vendors]]\nid = 'crisp'\n",
        "<script type='text/plain' data-category='third_party' data-vendor='crisp'>window.$crisp = []; const script = document.createElement('script'); script.src = 'THIRD/l.js'; script.async = 1; document.head.append(script);</script>",
        &[("/l.js", HIT)],
        &["/l.js", "/hit"],
    ),
    Setup::of(
        "A feed or a share button",
        "[[vendors]]\nid = 'x'\n",
        "<blockquote class='feed'>Un message</blockquote><script type='text/plain' data-category='third_party' data-vendor='x' async data-src='THIRD/widgets.js'></script>",
        &[("/widgets.js", "const frame = document.createElement('iframe'); frame.src = 'THIRD/feed'; document.querySelector('.feed').replaceWith(frame);")],
        &["/widgets.js", "/feed"],
    ),
    Setup::of(
        "Fonts or a stylesheet of another host",
        "[[vendors]]\nid = 'google-fonts'\n",
        "<script type='text/plain' data-category='third_party' data-vendor='google-fonts'>const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = 'THIRD/css2'; document.head.append(link);</script>",
        &[],
        &["/css2"],
    ),
    Setup::of(
        "A tracking pixel, an image",
        "[[vendors]]\nid = 'hotjar'\n",
        "<script type='text/plain' data-category='audience' data-vendor='hotjar'>new Image().src = 'THIRD/pixel';</script>",
        &[],
        &["/pixel"],
    ),
    Setup {
        have: "Pages in which nobody can mark a tag",
        keys: "auto_block = true\n",
        changes: &[],
        tables: "[[vendors]]\nid = 'own-chat'\nname = 'Chat'\ncompany = 'Chat SAS'\ncategory = 'third_party'\npolicy_url = 'https://chat.example/'\ncountry = 'FR'\ntransfer = 'none'\npurposes = ['audience-measurement']\nhosts = ['localhost']\n",
        head: "",
        body: "<script>document.head.append(Object.assign(document.createElement('script'), { src: 'THIRD/chat.js' })); fetch('THIRD/api', { mode: 'no-cors' }); document.body.append(Object.assign(new Image(), { src: 'THIRD/pixel' }));</script>",
        scripts: &[("/chat.js", HIT)],
        always: &[],
        allowed: &["/api", "/chat.js", "/hit", "/pixel"],
    },
];
