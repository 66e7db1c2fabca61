/**
 * The widget as a page has it: a launcher, a frame, and what the page may ask of them.
 */
import { element } from "./element.js";
import { Frame } from "./frame.js";
import { Launcher } from "./launcher.js";
import style from "./loader.css";
import { countInTitle, holdScrolling, memory } from "./page.js";
import { wordsOf } from "./words.js";

/** @typedef {import("../shared/protocol.js").FrameMessage} FrameMessage */
/** @typedef {"unread" | "open" | "close"} Happening */

export class Widget {
  #ended = new AbortController();
  #opened = false;
  #unread = 0;
  /** What had the focus when a page without our button opened the chat. @type {Element | null} */
  #opener = null;
  /** @type {Record<Happening, Set<(count: number) => void>>} */
  #listeners = { unread: new Set(), open: new Set(), close: new Set() };

  /**
   * @param {string} server Origin of the widget's server.
   * @param {import("./options.js").PageOptions} options
   */
  constructor(server, options) {
    const words = wordsOf(options.frame.language ?? document.documentElement.lang);
    const signal = this.#ended.signal;
    this.frame = new Frame({ server, title: words.chat, options: options.frame, take: (message) => this.#take(message), signal });
    this.launcher = new Launcher({ label: options.label, words, toggle: () => this.toggle(), open: () => this.open() });
    this.launcher.button.setAttribute("aria-controls", this.frame.node.id);
    this.root = element("div", options.side);
    if (options.launcher) this.root.append(this.launcher.button, this.launcher.notice);
    else this.frame.node.classList.add("bare");
    this.root.append(this.frame.node);
    this.host = element("div", "");
    this.host.id = "sparekey-widget";
    this.#attach();
    document.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    if (memory.kept || options.open) this.frame.load();
    if (options.open) this.open();
  }

  // Actions

  open() {
    if (this.#opened) return;
    this.#opener = document.activeElement;
    this.#show(true);
    this.frame.say({ kind: "shown", touch: matchMedia("(pointer: coarse)").matches });
    this.frame.node.focus();
    this.#tell("open");
  }

  close() {
    if (!this.#opened) return;
    this.#show(false);
    this.frame.say({ kind: "hidden" });
    if (this.launcher.button.isConnected) this.launcher.button.focus();
    else if (this.#opener instanceof HTMLElement) this.#opener.focus();
    this.#tell("close");
  }

  toggle() {
    if (this.#opened) this.close();
    else this.open();
  }

  /** @param {string} flow */
  startFlow(flow) {
    this.frame.say({ kind: "flow", flow });
    this.open();
  }

  /** @param {string} token */
  identify(token) {
    return this.frame.ask((call) => ({ kind: "identify", call, token }));
  }

  logOut() {
    return this.frame.ask((call) => ({ kind: "logOut", call }));
  }

  /** @param {string} language */
  setLanguage(language) {
    this.#speak(language);
    this.frame.options.language = language;
    this.frame.say({ kind: "language", language });
  }

  /**
   * @param {Happening} happening
   * @param {(count: number) => void} listener
   * @returns {() => void} Stops listening.
   */
  on(happening, listener) {
    this.#listeners[happening].add(listener);
    return () => void this.#listeners[happening].delete(listener);
  }

  destroy() {
    this.#ended.abort();
    this.#opened = false;
    holdScrolling(false);
    countInTitle(0);
    this.host.remove();
  }

  // Internal

  #attach() {
    const tree = this.host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    tree.adoptedStyleSheets = [sheet];
    tree.append(this.root);
    document.body.append(this.host);
  }

  /** @param {boolean} opened */
  #show(opened) {
    this.#opened = opened;
    this.frame.load();
    this.frame.node.hidden = !opened;
    this.root.classList.toggle("open", opened);
    this.launcher.update({ opened });
    holdScrolling(opened && this.frame.full);
    this.frame.fit();
  }

  /** @param {FrameMessage} message */
  #take(message) {
    if (message.kind === "close") this.close();
    else if (message.kind === "speaks") this.#speak(message.language);
    else if (message.kind === "session") memory.kept = message.kept;
    else if (message.kind === "unread") this.#count(message.count);
  }

  /** @param {number} unread */
  #count(unread) {
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.launcher.update({ unread });
    countInTitle(unread);
    this.#tell("unread");
  }

  /** @param {string} language */
  #speak(language) {
    const words = wordsOf(language);
    this.frame.node.title = words.chat;
    this.launcher.update({ words });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key === "Escape" && this.#opened && event.composedPath()[0] === this.launcher.button) this.close();
  }

  /** @param {Happening} happening */
  #tell(happening) {
    for (const listener of this.#listeners[happening]) listener(this.#unread);
  }
}
