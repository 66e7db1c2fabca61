/**
 * A sheet over the chat: the options, and the question what has become of a case. Esc, or a press beside it, closes it.
 */
import { Problem } from "../api.js";
import { LANGUAGES } from "../language.js";
import { button, h } from "./element.js";
import { answeredIn } from "./home.js";

/** @typedef {import("../app.js").State["texts"]} Texts */

export class Sheet {
  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.title = h("h2", { id: "sheet-title" });
    this.body = h("div", { class: "sheet-body" });
    this.node = h("dialog", { class: "sheet", "aria-labelledby": "sheet-title" });
    this.node.addEventListener("click", (event) => event.target === this.node && this.node.close());
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
  }

  get #texts() {
    return this.app.store.state.texts;
  }

  // Actions

  options() {
    const texts = this.#texts;
    const { language, sound, entries, conversation, config } = this.app.store.state;
    const answered = config && answeredIn(config, texts, language);
    const fault = h("p", { class: "fault", role: "alert" });
    const said = entries.length > 0;
    this.#open(
      texts.menu,
      conversation?.case && h("p", { class: "case" }, `${texts.case}: `, h("strong", { dir: "ltr" }, conversation.case)),
      h("label", { class: "row" }, h("span", {}, texts.language), this.#languages(language)),
      answered && h("p", { class: "note", dir: "auto" }, answered),
      h("label", { class: "row" }, h("span", {}, texts.sound), this.#soundSwitch(sound)),
      said && button({ label: texts.transcript, kind: "row", press: () => void this.#download(fault) }),
      button({ label: texts.caseTitle, kind: "row", press: () => this.lookUp() }),
      said && button({ label: texts.forget, kind: "row grave", press: () => this.#forget() }),
      fault,
    );
  }

  lookUp() {
    const texts = this.#texts;
    const field = h("input", { type: "text", id: "case", required: true, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", dir: "ltr" });
    const result = h("p", { class: "result", role: "status" });
    const look = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (field.value.trim()) result.textContent = await this.#stateOf(field.value.trim());
    };
    this.#open(
      texts.caseTitle,
      h("form", { submit: look }, h("label", { for: "case" }, texts.caseLabel), field, h("button", { type: "submit", class: "primary" }, texts.caseLook)),
      result,
    );
    field.focus();
  }

  // Internal

  /**
   * @param {string} title
   * @param {...(Node | string | null | undefined | false)} body
   */
  #open(title, ...body) {
    this.title.textContent = title;
    const close = button({ label: this.#texts.cancel, sign: "close", kind: "quiet", bare: true, press: () => this.node.close() });
    this.node.replaceChildren(h("div", { class: "sheet-head" }, this.title, close), this.body);
    this.body.replaceChildren(.../** @type {(Node | string)[]} */ (body.filter(Boolean)));
    if (!this.node.open) this.node.showModal();
  }

  /** @param {string} present */
  #languages(present) {
    const field = h("select", {}, ...LANGUAGES.map(({ code, name }) => h("option", { value: code, lang: code, selected: code === present }, name)));
    field.addEventListener("change", () => {
      this.app.speak(field.value);
      this.options();
      this.body.querySelector("select")?.focus();
    });
    return field;
  }

  /** @param {boolean} on */
  #soundSwitch(on) {
    const field = h("input", { type: "checkbox", class: "switch", role: "switch" });
    field.checked = on;
    field.addEventListener("change", () => this.app.setSound(field.checked));
    return field;
  }

  /** @param {HTMLElement} fault */
  async #download(fault) {
    try {
      const address = URL.createObjectURL(new Blob([await this.app.api.transcript()], { type: "text/plain;charset=utf-8" }));
      h("a", { href: address, download: "conversation.txt" }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      this.node.close();
    } catch {
      fault.textContent = this.#texts.transcriptFailed;
    }
  }

  #forget() {
    const texts = this.#texts;
    const fault = h("p", { class: "fault", role: "alert" });
    const end = async () => {
      try {
        await this.app.logOut();
        this.node.close();
      } catch {
        fault.textContent = texts.startFailed;
      }
    };
    const buttons = h("div", { class: "buttons" }, button({ label: texts.cancel, kind: "secondary", press: () => this.options() }), button({ label: texts.forgetYes, kind: "primary grave", press: () => void end() }));
    this.#open(texts.forget, h("p", {}, texts.forgetAsk), buttons, fault);
  }

  /** @param {string} code */
  async #stateOf(code) {
    try {
      return this.#texts.caseStates[await this.app.findCase(code)];
    } catch (fault) {
      return fault instanceof Problem && fault.status === 429 ? this.#texts.caseBusy : this.#texts.caseFailed;
    }
  }
}
