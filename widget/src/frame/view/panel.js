/**
 * The whole of the chat: its head, what is shown below it, and where the focus goes.
 */
import { isOurs, unreadOf } from "../conversation.js";
import { directionOf } from "../language.js";
import { pictureIn } from "../pictures.js";
import { Sound } from "../sound.js";
import { Banner } from "./banner.js";
import { Composer } from "./composer.js";
import { Consent, isAsked } from "./consent.js";
import { button, h, icon } from "./element.js";
import { Ending } from "./ending.js";
import { Home } from "./home.js";
import { Joined } from "./joined.js";
import { Log } from "./log.js";
import { Sheet } from "./sheet.js";
import { Waiting } from "./waiting.js";

/** @typedef {import("../app.js").State} State */

export class Panel {
  #shown = false;
  #screen = "";
  #asked = false;
  #entries = -1;

  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.sound = new Sound();
    this.sheet = new Sheet(app);
    this.banner = new Banner();
    this.joined = new Joined(app, () => this.sheet.forget());
    this.waiting = new Waiting(app);
    this.ending = new Ending(app);
    this.consent = new Consent(app);
    this.home = new Home(app, () => this.sheet.lookUp());
    this.log = new Log(app, this.ending.node, (address, words) => this.sheet.enlarge(address, words));
    this.composer = new Composer(app, { typed: (code) => this.sheet.lookUp(code), given: (file) => void this.sheet.preview(file) });
    this.title = h("h1", { id: "title" });
    this.line = h("p", { class: "presence", id: "presence", role: "status" });
    this.back = button({ label: "", sign: "back", kind: "quiet back", bare: true, press: () => app.go("home") });
    this.menu = button({ label: "", sign: "menu", kind: "quiet", bare: true, press: () => this.sheet.options() });
    this.close = button({ label: "", sign: "close", kind: "quiet", bare: true, press: () => app.tellPage({ kind: "close" }) });
    this.menu.setAttribute("aria-haspopup", "dialog");
    const head = h("header", {}, this.back, h("div", { class: "mark" }, icon("key")), h("div", { class: "titles" }, this.title, this.line), this.menu, this.close);
    this.panel = h("div", { class: "panel", role: "dialog", "aria-labelledby": "title presence" }, head, this.banner.node, this.joined.node, this.waiting.node, this.consent.node, this.home.node, this.log.node, this.composer.node, this.sheet.node);
    this.node = h("main", {}, this.panel);
    this.panel.addEventListener("keydown", (event) => event.key === "Escape" && !this.sheet.node.open && app.tellPage({ kind: "close" }));
    for (const kind of /** @type {const} */ (["dragover", "drop"])) this.panel.addEventListener(kind, (event) => this.#dropped(event));
    app.store.subscribe((state) => this.update(state));
    this.update(app.store.state);
  }

  /** @param {State} state */
  update(state) {
    const focused = document.activeElement;
    this.#label(state);
    const chat = state.screen === "chat";
    const asked = isAsked(state);
    this.home.node.hidden = chat || asked;
    this.log.node.hidden = !chat || asked;
    this.composer.node.hidden = asked;
    this.back.hidden = !chat || !state.home || asked;
    for (const part of [this.banner, this.waiting, this.consent, this.home, this.ending, this.composer, this.log]) part.update(state);
    if (this.joined.update(state)) this.sheet.node.close(); // it is not to be overlooked behind it
    // Whoever has pressed what is gone now goes on where one goes on, not at the beginning of the document.
    if (state.shown && focused !== document.body && !focused?.checkVisibility()) this.#restore(state);
    this.#focus(state);
    this.#ring(state);
  }

  // Internal

  /** @param {DragEvent} event A file that is dropped anywhere is meant for here; the browser would open it instead of the chat. */
  #dropped(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "drop") this.composer.give(pictureIn(event.dataTransfer));
  }

  /** @param {State} state */
  #label({ texts, config, language, conversation }) {
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
    this.title.textContent = config?.company ?? texts.title;
    document.title = this.title.textContent;
    const line = presence(conversation, texts);
    if (this.line.textContent !== line) this.line.textContent = line; // said only when it changes
    for (const [made, words] of /** @type {const} */ ([[this.back, texts.home], [this.menu, texts.menu], [this.close, texts.close]])) {
      made.setAttribute("aria-label", words);
      made.title = words;
    }
  }

  /** @param {State} state When the chat opens, or shows something else. A field on a phone would call up the keyboard over it. */
  #focus(state) {
    const { shown, screen } = state;
    const asked = isAsked(state);
    const opened = shown && !this.#shown;
    const changed = shown && (screen !== this.#screen || asked !== this.#asked);
    [this.#shown, this.#screen, this.#asked] = [shown, screen, asked];
    if (!opened && !changed) return;
    this.#restore(state);
  }

  /** @param {State} state */
  #restore(state) {
    const { screen, touch } = state;
    if (isAsked(state)) this.consent.focus();
    else if (touch && screen === "home") this.home.focus();
    else if (touch) this.log.focus();
    else this.composer.focus();
  }

  /** @param {State} state */
  #ring({ entries, loaded, conversation, sound, shown }) {
    const before = this.#entries;
    this.#entries = loaded ? entries.length : -1;
    const fresh = before >= 0 && entries.slice(before).some(isOurs);
    const unseen = !shown || document.visibilityState === "hidden";
    if (fresh && unseen && sound && unreadOf(entries, conversation?.read ?? null) > 0) this.sound.play();
  }
}

/**
 * @param {State["conversation"]} conversation
 * @param {State["texts"]} texts
 */
function presence(conversation, texts) {
  if (conversation?.status !== "open") return texts.assistantLine;
  return conversation.agent ? texts.agentLine(conversation.agent) : texts.waitingLine;
}
