/**
 * The button on the page, its number of unread messages, and the note that something came. The note gives a number only: what
 * was said is nothing that the page should be able to read.
 */
import { CHAT_ICON, CLOSE_ICON, element, icon } from "./element.js";

/** Above this a badge says no exact number. */
const MOST = 99;

export class Launcher {
  #opened = false;
  #unread = 0;
  #dismissed = 0;

  /**
   * @param {object} given
   * @param {string} given.label
   * @param {import("./words.js").Words} given.words
   * @param {() => void} given.toggle
   * @param {() => void} given.open
   */
  constructor({ label, words, toggle, open }) {
    this.words = words;
    this.icon = element("span", "icon");
    this.badge = element("span", "badge");
    this.button = element("button", "launcher", this.icon, ...(label ? [label] : []), this.badge);
    this.button.type = "button";
    this.button.setAttribute("aria-haspopup", "dialog");
    this.button.addEventListener("click", toggle);
    this.see = element("button", "see");
    this.see.addEventListener("click", open);
    this.dismiss = element("button", "dismiss", "✕");
    this.dismiss.addEventListener("click", () => this.#dismiss());
    this.notice = element("div", "notice", this.see, this.dismiss);
    this.notice.setAttribute("role", "status");
    this.notice.dir = "auto";
    this.#show();
  }

  /** @param {Partial<{ opened: boolean, unread: number, words: import("./words.js").Words }>} change */
  update({ opened = this.#opened, unread = this.#unread, words = this.words }) {
    if (opened) this.#dismissed = 0;
    [this.#opened, this.#unread, this.words] = [opened, unread, words];
    this.#show();
  }

  #dismiss() {
    this.#dismissed = this.#unread;
    this.#show();
    this.button.focus();
  }

  #show() {
    const { words } = this;
    const counted = this.#unread > 0 ? words.unread(this.#unread) : "";
    this.icon.replaceChildren(icon(this.#opened ? CLOSE_ICON : CHAT_ICON));
    this.button.setAttribute("aria-expanded", String(this.#opened));
    this.button.setAttribute("aria-label", this.#opened ? words.close : [words.open, counted].filter(Boolean).join(", "));
    this.badge.hidden = this.#opened || this.#unread === 0;
    this.badge.textContent = this.#unread > MOST ? `${MOST}+` : String(this.#unread);
    this.notice.hidden = this.#opened || this.#unread <= this.#dismissed;
    this.see.replaceChildren(element("strong", "", counted), " ", element("span", "", words.see));
    this.dismiss.setAttribute("aria-label", words.dismiss);
  }
}
