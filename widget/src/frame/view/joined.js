/**
 * That another device has joined, until the person says that they know: a code that somebody else has typed is noticed.
 */
import { when } from "../moments.js";
import { button, h, icon } from "./element.js";

/** @typedef {import("../app.js").State} State */

export class Joined {
  #shown = "";

  /**
   * @param {import("../app.js").App} app
   * @param {() => void} end Asks whether the chat is to be ended.
   */
  constructor(app, end) {
    this.app = app;
    this.end = end;
    this.node = h("section", { class: "joined", role: "status" });
    this.node.hidden = true;
  }

  /**
   * @param {State} state
   * @returns {boolean} Whether another one has joined by now.
   */
  update({ conversation, known, texts, language }) {
    const at = conversation?.joined ?? null;
    const news = at === null || at === known ? "" : at;
    if (`${news} ${language}` === this.#shown) return false;
    const fresh = news !== "" && !this.#shown.startsWith(news);
    this.#shown = `${news} ${language}`;
    this.node.hidden = news === "";
    this.node.replaceChildren(...(news === "" ? [] : this.#words(news, texts, language)));
    return fresh;
  }

  // Internal

  /**
   * @param {string} at
   * @param {State["texts"]} texts
   * @param {string} language
   */
  #words(at, texts, language) {
    const mine = button({ label: texts.joinedMine, kind: "link", press: () => this.app.know() });
    const not = button({ label: texts.joinedNot, kind: "link", press: this.end });
    return [icon("alert"), h("p", {}, texts.joined(when(at, texts, language))), h("div", { class: "answers" }, mine, not)];
  }
}
