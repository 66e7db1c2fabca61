/**
 * What the widget changes of the page itself, and takes back: the title while messages wait, scrolling behind a full chat.
 */

const COUNTED = /^\(\d+\+?\) /;

/** @param {number} unread */
export function countInTitle(unread) {
  const title = document.title.replace(COUNTED, "");
  const counted = unread > 0 ? `(${unread}) ${title}` : title;
  if (counted !== document.title) document.title = counted;
}

/** @param {boolean} held */
export function holdScrolling(held) {
  document.documentElement.style.overflow = held ? "hidden" : "";
}

/** Remembers on this page's own site that there is a chat, so that its frame is loaded without being opened first. */
export const memory = {
  key: "sparekey",
  get kept() {
    try {
      return localStorage.getItem(this.key) === "1";
    } catch {
      return false; // the site keeps nothing: the chat is there once it is opened
    }
  },
  set kept(kept) {
    try {
      if (kept) localStorage.setItem(this.key, "1");
      else localStorage.removeItem(this.key);
    } catch {
      // as above
    }
  },
};
