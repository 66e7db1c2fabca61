/**
 * While a person is to answer: the case's code, who has it or how many come before it, and that nobody need sit and wait. No time is
 * promised: nobody has measured one.
 */
import { when } from "../moments.js";
import { copyText } from "./bubble.js";
import { button, h, icon } from "./element.js";

/** @typedef {import("../app.js").State} State */

export class Waiting {
  #shown = "";

  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.place = h("p", { role: "status" });
    this.node = h("section", { class: "waiting" });
    this.node.hidden = true;
  }

  /** @param {State} state */
  update(state) {
    const { conversation, config, texts, language } = state;
    const code = conversation?.status === "open" ? conversation.case : null;
    const queued = conversation?.queue != null;
    const now = JSON.stringify([code, queued, conversation?.agent, config?.hours, language]);
    const ahead = conversation?.queue?.ahead;
    const place = typeof ahead === "number" ? texts.ahead(ahead) : "";
    if (this.place.textContent !== place) this.place.textContent = place;
    this.place.hidden = place === "";
    if (now === this.#shown) return;
    this.#shown = now;
    this.node.hidden = code === null;
    this.node.setAttribute("aria-label", texts.case);
    this.node.replaceChildren(...(code === null ? [] : this.#body(code, queued, state)));
  }

  // Internal

  /**
   * @param {string} code
   * @param {boolean} queued
   * @param {State} state
   */
  #body(code, queued, { conversation, config, texts, language }) {
    const copy = button({ label: texts.copy, kind: "link", press: () => void copyText(code, copy, texts.copied) });
    copy.setAttribute("aria-label", texts.copyCase);
    const who = conversation?.agent ? texts.waitAgent(conversation.agent) : promised(config?.hours ?? null, texts, language);
    return [
      h("p", { class: "case" }, icon("person"), h("span", {}, `${texts.case}: `, h("strong", { dir: "ltr" }, code)), copy),
      this.place,
      h("p", {}, h("strong", {}, who), " ", h("span", { class: "note" }, texts.waitNote)),
      ...(queued ? [button({ label: texts.leave, kind: "link leave", press: () => this.app.leaveQueue() })] : []),
    ];
  }
}

/**
 * @param {import("../api.js").Config["hours"] | null} hours
 * @param {State["texts"]} texts
 * @param {string} language
 */
function promised(hours, texts, language) {
  if (hours?.open) return texts.waitNow;
  return hours?.opens ? texts.waitOpens(when(hours.opens, texts, language)) : texts.waitOpen;
}
