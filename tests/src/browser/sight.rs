//! What a visitor sees, and what a press at a place of the window would meet.

use super::session::{Browser, Outcome, inside};
use serde_json::Value;
use thirtyfour::prelude::*;

/// A function of the page: what keeps a press from an element, or nothing. WebKit gives the boxes of
/// a page whose root is zoomed in the page's pixels, and takes points in those of the window.
const OBSTACLE: &str = "const obstacle = (node) => {
  if (!node || !node.checkVisibility()) return 'not shown';
  const html = document.documentElement, zoom = Number(getComputedStyle(html).zoom) || 1;
  const scale = zoom !== 1 && Math.abs(html.getBoundingClientRect().width * zoom - innerWidth) < 20 ? zoom : 1;
  const { x, y, width, height } = node.getBoundingClientRect();
  const box = new DOMRect(x * scale, y * scale, width * scale, height * scale), middle = [box.x + box.width / 2, box.y + box.height / 2];
  if (box.top < -1 || box.left < -1 || box.bottom > innerHeight + 1 || box.right > innerWidth + 1) return 'outside of the window';
  let met = document.elementFromPoint(...middle), inner;
  while ((inner = met?.shadowRoot?.elementFromPoint(...middle)) && inner !== met) met = inner;
  return met === node || node.contains(met) ? null : 'under ' + met?.localName;
}";

impl Browser {
    /// Waits until a press in the middle of each of these parts of Constat's would meet it, all of
    /// them being in the window.
    pub async fn in_reach(&self, selectors: &[&str]) -> Outcome {
        let places: Vec<_> = selectors.iter().map(|selector| inside(selector)).collect();
        let obstacles = format!("(() => {{ {OBSTACLE}; return [{}].map(obstacle) }})()", places.join(", "));
        match self.until(&format!("{obstacles}.every((one) => one === null)")).await {
            Ok(()) => Ok(()),
            Err(_) => {
                Err(format!("out of reach: {}", self.run(&format!("return {obstacles}")).await?).into())
            }
        }
    }

    /// Where the middle of something of Constat's is in the window, in CSS pixels.
    pub async fn middle_of(&self, selector: &str) -> Result<(i64, i64), WebDriverError> {
        let place = inside(selector);
        // As a text: libraries of pages change what becomes of an array.
        let middle = self.run(&format!("const box = {place}.getBoundingClientRect(); return Math.round(box.x + box.width / 2) + ' ' + Math.round(box.y + box.height / 2)")).await?;
        let mut numbers = middle.as_str().unwrap_or_default().split(' ').flat_map(str::parse);
        Ok((numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()))
    }

    /// Presses twice in quick succession at a place of the window, in CSS pixels.
    pub async fn press_twice_at(&self, (x, y): (i64, i64)) -> WebDriverResult<()> {
        self.driver.action_chain().move_to(x, y).click().click().perform().await
    }

    /// Waits until a frame that waits has its placeholder, and returns the text of it.
    pub async fn placeholder(&self, frame: &str) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let text =
            format!("document.querySelector({})?.contentDocument?.body?.innerText", Value::from(frame));
        self.until(&text).await?;
        Ok(self.run(&format!("return {text}")).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Presses the button of a frame's placeholder, as a hand would.
    pub async fn allow_frame(&self, frame: &str) -> Outcome {
        self.placeholder(frame).await?;
        let frame = Value::from(frame);
        let middle = self.run(&format!("const frame = document.querySelector({frame}), button = frame.contentDocument.querySelector('button');
            frame.scrollIntoView({{ block: 'start', behavior: 'instant' }});
            button.scrollIntoView({{ block: 'nearest', behavior: 'instant' }});
            const outer = frame.getBoundingClientRect(), box = button.getBoundingClientRect();
            return [outer.x + frame.clientLeft + box.x + box.width / 2, outer.y + frame.clientTop + box.y + box.height / 2].map(Math.round)")).await?;
        let at = |axis: usize| middle[axis].as_i64().unwrap_or_default();
        Ok(self.press_at(at(0), at(1)).await?)
    }

    /// Lets the page show two pictures and ask for whatever it wants to ask, for tests that say that
    /// it asks for nothing.
    pub async fn rest(&self) -> Outcome {
        let pictures = "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(true), 150))))";
        Ok(self.run(pictures).await.map(drop)?)
    }
}
