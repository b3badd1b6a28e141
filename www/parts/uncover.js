/*
 * Nothing of the page that has the focus lies under the first layer (WCAG 2.2,
 * 2.4.11). Fetched when something of the page gets the focus beside it.
 */

const GAP_PX = 8;

/* Moves the page, and the first layer to the other end of the window where the page cannot move far enough. */
export function uncover(banner) {
  let node = document.activeElement;
  if (banner && node === banner.getRootNode().host) return;
  while (node && node.shadowRoot && node.shadowRoot.activeElement) node = node.shadowRoot.activeElement;
  if (!node || node === document.body || node === document.documentElement || !banner || !banner.isConnected) return;
  if (!moved(node, banner)) return;
  banner.style.cssText = banner.style.top ? "" : "top: 0; bottom: auto";
  moved(node, banner);
}

/* Moves the page until the node is beside the first layer. Returns whether it still lies under it. */
function moved(node, banner) {
  if (!hidden(node, banner)) return false;
  const box = node.getBoundingClientRect(), over = banner.getBoundingClientRect();
  scrollBy({ top: banner.style.top ? box.top - over.bottom - GAP_PX : box.bottom - over.top + GAP_PX, behavior: "instant" });
  return hidden(node, banner);
}

function hidden(node, banner) {
  const box = node.getBoundingClientRect(), over = banner.getBoundingClientRect();
  return box.top >= over.top && box.bottom <= over.bottom && box.left >= over.left && box.right <= over.right;
}
