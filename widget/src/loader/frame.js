/**
 * The iframe and the talk with it. It is loaded when it is needed first; what is said to it before it is ready waits.
 */
import { listen, post } from "../shared/protocol.js";
import { element } from "./element.js";

/** @typedef {import("../shared/protocol.js").PageMessage} PageMessage */
/** @typedef {import("../shared/protocol.js").FrameMessage} FrameMessage */

/** At this width, or height, the frame fills the window: the same as in loader.css. */
const FULL = "(max-width: 600px), (max-height: 480px)";

export class Frame {
  #ready = false;
  /** @type {PageMessage[]} */
  #waiting = [];
  /** @type {Map<number, { resolve: () => void, reject: (fault: Error) => void }>} */
  #calls = new Map();
  #calling = 0;

  /**
   * @param {object} given
   * @param {string} given.server Origin of the widget's server.
   * @param {string} given.title
   * @param {import("../shared/protocol.js").Options} given.options
   * @param {(message: FrameMessage) => void} given.take
   * @param {AbortSignal} given.signal
   */
  constructor({ server, title, options, take, signal }) {
    this.server = server;
    this.options = options;
    this.take = take;
    this.node = element("iframe", "frame");
    this.node.id = "chat";
    this.node.title = title;
    this.node.hidden = true;
    this.node.allow = "clipboard-write";
    this.node.referrerPolicy = "strict-origin";
    listen(() => this.node.contentWindow, server, (/** @type {FrameMessage} */ message) => this.#receive(message), signal);
    window.visualViewport?.addEventListener("resize", () => this.fit(), { signal });
    window.visualViewport?.addEventListener("scroll", () => this.fit(), { signal });
  }

  // Actions

  load() {
    if (this.node.src) return;
    const asked = new URLSearchParams({ origin: location.origin, language: this.options.language ?? "" });
    this.node.src = `${this.server}/widget/frame?${asked}`;
  }

  /** @param {PageMessage} message */
  say(message) {
    this.load();
    if (this.#ready && this.node.contentWindow) post(this.node.contentWindow, this.server, message);
    else this.#waiting.push(message);
  }

  /**
   * Say something that is answered; rejected with the reason if it was refused.
   * @param {(call: number) => PageMessage} message
   * @returns {Promise<void>}
   */
  ask(message) {
    const call = ++this.#calling;
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject });
      this.say(message(call));
    });
  }

  /** On a phone: stand above the keyboard, which makes the window that is seen smaller. */
  fit() {
    const seen = window.visualViewport;
    const full = !this.node.hidden && seen !== null && matchMedia(FULL).matches && seen.scale === 1;
    this.node.style.height = full ? `${seen.height}px` : "";
    this.node.style.transform = full && seen.offsetTop > 0 ? `translateY(${seen.offsetTop}px)` : "";
  }

  get full() {
    return matchMedia(FULL).matches;
  }

  // Internal

  /** @param {FrameMessage} message */
  #receive(message) {
    if (message.kind === "ready") this.#begin();
    else if (message.kind === "answer") this.#answer(message.call, message.fault);
    else this.take(message);
  }

  #begin() {
    this.#ready = true;
    const waiting = this.#waiting.splice(0);
    this.say({ kind: "hello", options: this.options });
    for (const message of waiting) this.say(message);
  }

  /**
   * @param {number} call
   * @param {string | null} fault
   */
  #answer(call, fault) {
    const promise = this.#calls.get(call);
    this.#calls.delete(call);
    if (fault === null) promise?.resolve();
    else promise?.reject(new Error(fault));
  }
}
