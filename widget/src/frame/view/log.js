/**
 * The conversation on the screen. Lines are only added, so that a screen reader says each once; what was there at the beginning it
 * does not say at all.
 */
import { answerAwaited, isOurs, isSeen, pickedAt, presentQuestion, unreadOf } from "../conversation.js";
import { day } from "../moments.js";
import { bubble, outgoing, spokenIn } from "./bubble.js";
import { choices } from "./choices.js";
import { button, h } from "./element.js";
import { picture } from "./picture.js";

/** @typedef {import("../app.js").State} State */

/** Pixels from the end that still count as being there. */
const NEAR = 80;
/** Milliseconds without an answer until there is something to see, and until there is something to say. */
const TYPING_AFTER = 300;
const SLOW_AFTER = 6_000;

export class Log {
  /** @type {Map<string, (present: boolean, picked: string | null) => void>} */
  #questions = new Map();
  /** @type {Set<string>} */
  #drawn = new Set();
  #language = "";
  #outbox = "";
  #day = "";
  #awaiting = 0;
  #timer = 0;

  /**
   * @param {import("../app.js").App} app
   * @param {Node} ending What comes behind the last line.
   * @param {(address: string, words: string) => void} enlarge Shows a picture large.
   */
  constructor(app, ending, enlarge) {
    this.app = app;
    this.enlarge = enlarge;
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite" });
    this.pending = h("div", { class: "pending", "aria-live": "polite" });
    this.typing = h("div", { class: "typing", role: "status" });
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region" }, this.log, this.pending, this.typing, ending);
    this.newer = button({ label: "", sign: "down", kind: "newer", bare: true, press: () => this.#toEnd() });
    this.newer.hidden = true;
    this.node = h("div", { class: "conversation" }, this.scroller, this.newer);
    this.scroller.addEventListener("scroll", () => this.#scrolled());
    this.scroller.addEventListener("keydown", (event) => this.#walk(event));
    new ResizeObserver(() => this.#resized()).observe(this.scroller);
  }

  #stuck = true;

  /** @param {State} state */
  update(state) {
    const { texts } = state;
    this.scroller.setAttribute("aria-label", texts.log);
    this.newer.setAttribute("aria-label", texts.newer);
    this.newer.title = texts.newer;
    if (this.#outdated(state)) this.#clear(state);
    this.log.setAttribute("aria-live", state.loaded && this.#drawn.size > 0 ? "polite" : "off");
    const fresh = state.entries.filter(({ id }) => !this.#drawn.has(id));
    for (const entry of fresh) this.#draw(entry, state);
    this.#lock(state);
    // Whoever opens the chat because something came is to see it.
    if (!state.shown && unreadOf(state.entries, state.conversation?.read ?? null) > 0) this.#stuck = true;
    const outbox = this.#drawOutbox(state);
    this.#showTyping(state);
    if (fresh.length > 0 || outbox) this.#follow(fresh, state);
    else if (this.#stuck) this.#toEnd();
    this.#look();
  }

  focus() {
    this.scroller.focus();
  }

  // Internal

  /** @param {State} state Another language, or another conversation. */
  #outdated({ language, entries }) {
    const ids = new Set(entries.map(({ id }) => id));
    return language !== this.#language || [...this.#drawn].some((id) => !ids.has(id));
  }

  /** @param {State} state */
  #clear({ language }) {
    this.#language = language;
    this.#outbox = this.#day = "";
    this.#drawn.clear();
    this.#questions.clear();
    this.log.setAttribute("aria-live", "off");
    this.log.replaceChildren();
  }

  /**
   * @param {import("../api.js").Entry} entry
   * @param {State} state
   */
  #draw(entry, state) {
    this.#drawn.add(entry.id);
    const today = day(entry.at, state.language);
    if (today !== this.#day) this.log.append(h("p", { class: "day" }, (this.#day = today)));
    if (!isOurs(entry) && !entry.text && entry.picked === null && !entry.picture) return;
    const line = bubble(entry, state, entry.picture ? picture(entry, state.texts, this.app.pictures, this.enlarge) : null);
    if (entry.choices.length > 0) {
      const given = choices({ question: entry, texts: state.texts, language: spokenIn(state), pick: (choice) => this.app.pick(entry, choice) });
      this.#questions.set(entry.id, given.update);
      line.append(given.node);
    }
    this.log.append(line);
  }

  /** @param {State} state */
  #lock({ entries, outbox, conversation }) {
    const present = presentQuestion(entries, conversation);
    for (const entry of entries) this.#questions.get(entry.id)?.(entry === present, pickedAt(entry, entries, outbox));
  }

  /**
   * @param {State} state
   * @returns {boolean} Whether something came.
   */
  #drawOutbox(state) {
    const shown = state.outbox.filter(isSeen);
    const now = JSON.stringify(shown.map(({ id, sending }) => [id, sending]));
    if (now === this.#outbox) return false;
    const more = shown.length > this.pending.childElementCount;
    this.#outbox = now;
    this.pending.replaceChildren(...shown.map((item) => outgoing(item, state, this.app)));
    return more;
  }

  /** @param {State} state */
  #showTyping(state) {
    const awaited = state.typing > 0 || answerAwaited(state.entries, state.outbox, state.conversation);
    if (!awaited || (state.connection !== "live" && state.connection !== null)) {
      this.#awaiting = 0;
      clearTimeout(this.#timer);
      return this.typing.replaceChildren();
    }
    this.#awaiting ||= Date.now();
    const waited = Date.now() - this.#awaiting;
    const next = [TYPING_AFTER, SLOW_AFTER].find((moment) => moment > waited);
    clearTimeout(this.#timer);
    if (next !== undefined) this.#timer = window.setTimeout(() => this.#showTyping(this.app.store.state), next - waited + 10);
    this.#sayTyping(waited, state);
  }

  /**
   * @param {number} waited
   * @param {State} state
   */
  #sayTyping(waited, { texts, conversation, outbox }) {
    const slow = waited > SLOW_AFTER && !outbox.some(({ sending }) => sending === "sending"); // which has not arrived
    const words = slow ? texts.slow : conversation?.status === "open" ? texts.agentTyping : texts.typing;
    if (waited < TYPING_AFTER || this.typing.dataset.words === `${words}${this.typing.childElementCount}`) return;
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typing.replaceChildren(dots, h("span", { class: slow ? "slow" : "unseen" }, words));
    this.typing.dataset.words = `${words}2`;
    if (this.#stuck) this.#toEnd();
  }

  /**
   * Show what came: its beginning where it is longer than the window, so that one reads from there.
   * @param {import("../api.js").Entry[]} fresh
   * @param {State} state
   */
  #follow(fresh, state) {
    const own = state.outbox.length > 0 || fresh.some((entry) => !isOurs(entry));
    if ((!this.#stuck && !own) || this.scroller.clientHeight === 0) return; // nothing is laid out while the chat is closed
    const first = fresh.find(isOurs);
    const line = first && fresh.length < 4 ? /** @type {HTMLElement | null} */ (this.log.querySelector(`[data-id="${CSS.escape(first.id)}"]`)) : null;
    this.#toEnd();
    if (line === null || line.offsetTop > this.scroller.scrollTop) return;
    this.scroller.scrollTop = line.offsetTop - 8;
    this.#stuck = false;
  }

  #toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#stuck = true;
  }

  #resized() {
    if (this.#stuck) this.#toEnd();
    this.#look();
  }

  #scrolled() {
    const { scrollTop, clientHeight, scrollHeight } = this.scroller;
    this.#stuck = scrollHeight - clientHeight - scrollTop < NEAR;
    this.#look();
  }

  /** Note what is on the screen; a line counts once it begins there. */
  #look() {
    const { scrollTop, clientHeight } = this.scroller;
    const last = /** @type {HTMLElement | null} */ (this.log.lastElementChild);
    this.newer.hidden = this.#stuck;
    const { shown, screen } = this.app.store.state;
    const looking = shown && screen === "chat" && document.visibilityState === "visible";
    if (looking && last !== null && clientHeight > 0 && last.offsetTop < scrollTop + clientHeight) this.app.seen();
  }

  /** @param {KeyboardEvent} event Arrows go from line to line. */
  #walk(event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const lines = /** @type {HTMLElement[]} */ ([...this.scroller.querySelectorAll(".line")]);
    const here = lines.findIndex((line) => line.contains(document.activeElement));
    const next = event.key === "ArrowUp" ? (here < 0 ? lines.length : here) - 1 : here + 1;
    if (here < 0 && event.key === "ArrowDown") return;
    lines[next]?.focus();
    event.preventDefault();
  }
}
