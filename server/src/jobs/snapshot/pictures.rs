//! A visit to the page in each language and window: the banner as it comes up,
//! then the configuration layer as a press on "Configure" opens it.

use crate::chromium::browser::Pipe;
use crate::chromium::devtools::DevtoolsError;
use crate::chromium::page::{self, Page};
use crate::failure::Failure;
use constat_shared::log::Image;
use constat_shared::{Hash, Language, Layer};
use std::time::Duration;

/// The windows, in CSS pixels, one of which is one pixel of the picture: a
/// phone's and a desktop's.
const WINDOWS: [(u32, u32); 2] = [(360, 740), (1280, 800)];

/// How long one picture may take, also on a busy machine.
const PICTURE_MAX: Duration = Duration::from_secs(30);

/// Whether the first layer is there.
const BANNER_IS_UP: &str = "(() => {
  const root = document.querySelector('constat-consent')?.shadowRoot;
  const layer = root?.querySelector('.banner');
  return location.pathname === '/LANG' && document.readyState === 'complete'
    && document.fonts.status === 'loaded'
    && layer?.lang === 'LANG' && layer.checkVisibility();
})()";

/// Whether the configuration layer is open.
const CONFIGURATION_IS_UP: &str = "(() => {
  const root = document.querySelector('constat-consent')?.shadowRoot;
  const layer = root?.querySelector('dialog[open].configuration');
  return document.fonts.status === 'loaded' && layer?.lang === 'LANG' && layer.checkVisibility();
})()";

/// Where the middle of the button "Configure" is, brought into the window if it is not.
const CONFIGURE: &str = "(() => {
  const shadow = document.querySelector('constat-consent').shadowRoot;
  const button = shadow.querySelector('.banner [data-action=configure]');
  button.scrollIntoView({ block: 'nearest' });
  const box = button.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
})()";

/// A picture and its PNG file.
pub type Picture = (Image, Vec<u8>);

/// What is being photographed.
#[derive(Clone, Copy)]
struct View {
    language: Language,
    layer: Layer,
    width: u32,
    height: u32,
}

/// The browser's name and version: "Chromium 140.0.7339.127".
///
/// # Errors
/// A sentence, when it does not answer.
pub async fn browser(pipe: &mut Pipe) -> Result<String, Failure> {
    let version = async { page::browser(pipe).await.map_err(|error| Failure::new(error.to_string())) };
    within("Chromium has not started", version).await
}

/// Takes every picture of the notice that `origin` shows: each language, window and layer.
///
/// # Errors
/// A sentence that names the picture and what went wrong.
pub async fn pictures(
    pipe: &mut Pipe,
    origin: &str,
    languages: &[Language],
) -> Result<Vec<Picture>, Failure> {
    let mut pictures = Vec::new();
    for language in languages {
        for (width, height) in WINDOWS {
            let view = View { language: *language, layer: Layer::Banner, width, height };
            let banner = async {
                let mut page = Page::open(pipe, &format!("{origin}/{language}"), (width, height)).await?;
                let picture = view.photograph(&mut page, BANNER_IS_UP).await?;
                Ok((page, picture))
            };
            let (mut page, banner) = view.within("did not come up", banner).await?;
            let view = View { layer: Layer::Configuration, ..view };
            let configuration = async {
                page.press(CONFIGURE).await?;
                let picture = view.photograph(&mut page, CONFIGURATION_IS_UP).await?;
                page.close().await?;
                Ok(picture)
            };
            let configuration = view.within("did not open", configuration).await?;
            pictures.extend([banner, configuration]);
        }
    }
    Ok(pictures)
}

impl View {
    /// Waits until the layer is there and painted, and photographs the window.
    async fn photograph(self, page: &mut Page<'_>, is_up: &str) -> Result<Picture, DevtoolsError> {
        let View { language, layer, width, height } = self;
        let png = page.photograph(&is_up.replace("LANG", language.as_str())).await?;
        Ok((Image { language, layer, width, height, sha256: Hash::of(&png) }, png))
    }

    async fn within<T>(
        self,
        what: &str,
        job: impl Future<Output = Result<T, DevtoolsError>>,
    ) -> Result<T, Failure> {
        let View { language, layer, width, height } = self;
        let name = format!("the {} in {language} at {width}x{height}", layer.as_str());
        let job = async { job.await.map_err(|error| Failure::new(format!("{name} {what}: {error}"))) };
        within(&format!("{name} {what}"), job).await
    }
}

async fn within<T>(what: &str, job: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let late = |_| Failure::new(format!("{what} within {} seconds", PICTURE_MAX.as_secs()));
    tokio::time::timeout(PICTURE_MAX, job).await.map_err(late)?
}
