/**
 * Where one writes. Enter sends, Shift and Enter begins a line, and the Enter that ends a syllable of an input method does neither.
 * What is written survives a reload.
 */
import { areTaken, pictureIn } from "../pictures.js";
import { button, h, icon } from "./element.js";

/** Most characters of a message, as the server has it; the count is shown near the end. */
const MOST = 4096;
const COUNT_FROM = 3500;
const DRAFT = "draft";
/** A code of another device, as that one shows it. Here it would be stored and shown to others, and would help nobody. */
const DEVICE_CODE = /^[\da-z]{4}(-[\da-z]{4}){2}$/i;
/** Pixels up to which the field grows. */
const TALLEST = 128;

export class Composer {
  /** @type {string | null} */
  #whose;

  /**
   * @param {import("../app.js").App} app
   * @param {object} asks
   * @param {(code: string) => void} asks.typed About a code of another device.
   * @param {(file: Blob) => void} asks.given Whether a picture is to be sent.
   */
  constructor(app, { typed, given }) {
    this.app = app;
    this.typed = typed;
    this.given = given;
    this.#whose = app.store.state.whose;
    this.field = h("textarea", { rows: "1", id: "message", dir: "auto", enterkeyhint: "send", autocomplete: "off", "aria-describedby": "promise count" });
    this.field.value = app.tab.get(DRAFT) ?? "";
    this.label = h("label", { for: "message", class: "unseen" });
    this.count = h("p", { class: "count", id: "count" });
    this.promise = h("p", { class: "promise", id: "promise" });
    this.file = h("input", { type: "file", accept: "image/jpeg,image/png,image/webp", hidden: true, tabindex: "-1" });
    this.picture = button({ label: "", sign: "picture", kind: "quiet", bare: true, press: () => this.file.click() });
    this.send = button({ label: "", sign: "send", kind: "send", bare: true, press: () => this.#send() });
    this.node = h(
      "form",
      { class: "composer", submit: (event) => event.preventDefault() },
      this.count,
      h("div", { class: "field" }, this.label, this.field, this.file, this.picture, this.send),
      this.promise,
    );
    this.field.addEventListener("input", () => {
      this.#changed();
      if (this.field.value) app.composing();
    });
    this.file.addEventListener("change", () => {
      this.give(this.file.files?.[0]);
      this.file.value = ""; // the same one may be chosen again
    });
    this.field.addEventListener("paste", (event) => {
      const file = pictureIn(event.clipboardData);
      if (file) event.preventDefault();
      this.give(file);
    });
    this.field.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** @param {import("../app.js").State} state */
  update(state) {
    const { texts, screen, whose } = state;
    this.picture.hidden = !areTaken(state);
    this.picture.setAttribute("aria-label", texts.picture);
    this.picture.title = texts.picture;
    if (whose !== this.#whose) this.#clear(whose);
    this.label.textContent = texts.message;
    this.field.placeholder = screen === "home" ? texts.placeholderHome : texts.placeholder;
    this.send.setAttribute("aria-label", texts.send);
    this.send.title = texts.send;
    if (this.promise.textContent !== texts.promise) this.promise.replaceChildren(icon("shield"), texts.promise);
    this.#check();
  }

  focus() {
    this.field.focus();
  }

  /** @param {Blob | undefined} file That was chosen, pasted or dropped. */
  give(file) {
    if (file && areTaken(this.app.store.state)) this.given(file);
  }

  // Internal

  get #length() {
    return [...this.field.value.trim()].length;
  }

  #send() {
    const text = this.field.value.trim();
    this.focus();
    if (!text || this.#length > MOST) return;
    if (DEVICE_CODE.test(text)) this.typed(text);
    else this.app.say(text);
    this.field.value = "";
    this.#changed();
  }

  /** @param {string | null} whose Somebody else's chat now. */
  #clear(whose) {
    this.#whose = whose;
    this.field.value = "";
    this.#changed();
  }

  #changed() {
    this.app.tab.set(DRAFT, this.field.value || null);
    this.#check();
  }

  #check() {
    const { texts } = this.app.store.state;
    const over = this.#length - MOST;
    const words = over > 0 ? texts.tooLong(over) : this.#length >= COUNT_FROM ? texts.left(-over) : "";
    if (this.count.textContent !== words) this.count.textContent = words;
    this.count.setAttribute("role", over > 0 ? "alert" : "status");
    this.field.setAttribute("aria-invalid", String(over > 0));
    this.send.setAttribute("aria-disabled", String(over > 0 || this.#length === 0));
    this.field.style.height = "auto";
    if (this.field.scrollHeight > 0) this.field.style.height = `${Math.min(this.field.scrollHeight, TALLEST)}px`;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // 229 is what some browsers report for a key that an input method has taken.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#send();
  }
}
