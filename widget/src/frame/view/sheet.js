/**
 * A sheet over the chat: the options, codes of cases and of other devices. Esc, or a press beside it, closes it.
 */
import { ANOTHERS, Problem } from "../api.js";
import { LANGUAGES } from "../language.js";
import { drawn } from "../pictures.js";
import { copyText } from "./bubble.js";
import { button, h } from "./element.js";
import { answeredIn } from "./home.js";
import { unbroken } from "./prose.js";

/** @typedef {import("../app.js").State["texts"]} Texts */

/** Letters of a code of another device; one of a case has fewer. */
const DEVICE_CODE = 12;

export class Sheet {
  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.title = h("h2", { id: "sheet-title", tabindex: "-1" });
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
      said && button({ label: texts.device, kind: "row", press: () => void this.#invite() }),
      said && button({ label: texts.forget, kind: "row grave", press: () => this.forget() }),
      fault,
    );
  }

  lookUp(code = "") {
    const texts = this.#texts;
    const field = h("input", { type: "text", id: "case", required: true, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", dir: "ltr", value: code });
    const result = h("p", { class: "result", role: "status" });
    const look = async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      const code = field.value.replace(/[\s-]/g, "");
      if (code) result.textContent = await (code.length === DEVICE_CODE ? this.#join(code) : this.#stateOf(code));
    };
    this.#open(
      texts.caseTitle,
      h("form", { submit: look }, h("label", { for: "case" }, ...unbroken(texts.caseLabel)), field, h("button", { type: "submit", class: "primary" }, texts.caseLook)),
      result,
      this.app.store.state.entries.length > 0 && h("p", { class: "note" }, texts.joinNote),
    );
    field.focus();
  }

  /** @param {Blob} file Is shown as agents would see it, before they do. */
  async preview(file) {
    const texts = this.#texts;
    const { whose } = this.app.store.state;
    const send = (/** @type {string} */ address) => {
      if (whose === this.app.store.state.whose) this.app.showPicture(address); // it was not chosen for anybody else's chat
      this.node.close();
    };
    try {
      const address = await drawn(file);
      this.#open(
        texts.pictureTitle,
        h("img", { class: "large", src: address, alt: texts.pictureYours }),
        h("p", {}, texts.pictureNote),
        h("div", { class: "buttons" }, button({ label: texts.cancel, kind: "secondary", press: () => this.node.close() }), button({ label: texts.pictureSend, kind: "primary", press: () => send(address) })),
      );
    } catch {
      this.#open(texts.pictureTitle, h("p", { class: "fault", role: "alert" }, texts.pictureUnreadable));
    }
  }

  /**
   * @param {string} address
   * @param {string} words What it is.
   */
  enlarge(address, words) {
    this.#open(words, h("img", { class: "large", src: address, alt: words }));
  }

  forget() {
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

  // Internal

  /**
   * @param {string} title
   * @param {...(Node | string | null | undefined | false)} body
   */
  #open(title, ...body) {
    this.title.textContent = title;
    const close = button({ label: this.#texts.done, sign: "close", kind: "quiet", bare: true, press: () => this.node.close() });
    this.node.replaceChildren(h("div", { class: "sheet-head" }, this.title, close), this.body);
    this.body.replaceChildren(.../** @type {(Node | string)[]} */ (body.filter(Boolean)));
    if (this.node.open) this.title.focus();
    else this.node.showModal();
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

  async #invite() {
    const texts = this.#texts;
    const fault = h("p", { class: "fault", role: "alert" });
    const place = h("div", { class: "device-code", role: "status" }, texts.loading);
    this.#open(texts.device, h("p", {}, texts.deviceHow(texts.haveCase)), place, h("p", { class: "note" }, texts.deviceNote), fault);
    try {
      const code = await this.app.invite();
      const copy = button({ label: texts.copy, kind: "link", press: () => void copyText(code, copy, texts.copied) });
      place.replaceChildren(h("strong", { dir: "ltr" }, code), copy);
    } catch (problem) {
      place.replaceChildren();
      fault.textContent = isBusy(problem) ? texts.caseBusy : texts.startFailed;
    }
  }

  /**
   * @param {string} code Of another device.
   * @returns {Promise<string>} What to say; nothing where it is seen.
   */
  async #join(code) {
    const texts = this.#texts;
    try {
      await this.app.join(code);
      this.node.close();
      return "";
    } catch (problem) {
      if (!(problem instanceof Problem) || isBusy(problem)) return isBusy(problem) ? texts.caseBusy : texts.caseFailed;
      return problem.status === 404 ? texts.codeUnknown : problem.type === ANOTHERS ? texts.codeAnothers : problem.status === 409 ? texts.codeHere : texts.caseFailed;
    }
  }

  /** @param {string} code Of a case. */
  async #stateOf(code) {
    const texts = this.#texts;
    try {
      const status = await this.app.findCase(code);
      const state = texts.caseStates[status];
      return status === "unknown" ? state : `${state} ${texts.caseContinue(texts.device)}`;
    } catch (problem) {
      return isBusy(problem) ? texts.caseBusy : texts.caseFailed;
    }
  }
}

/** @param {unknown} problem */
function isBusy(problem) {
  return problem instanceof Problem && problem.status === 429;
}
