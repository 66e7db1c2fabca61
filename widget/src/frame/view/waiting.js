/**
 * While a person is to answer: the case's code, when that will be, and that nobody need sit and wait.
 */
import { when } from "../moments.js";
import { copyText } from "./bubble.js";
import { button, h, icon } from "./element.js";

export class Waiting {
  #shown = "";

  constructor() {
    this.node = h("section", { class: "waiting" });
    this.node.hidden = true;
  }

  /** @param {import("../app.js").State} state */
  update({ conversation, config, texts, language }) {
    const code = conversation?.status === "open" ? conversation.case : null;
    const now = JSON.stringify([code, config?.hours, language]);
    if (now === this.#shown) return;
    this.#shown = now;
    this.node.hidden = code === null;
    if (code === null) return this.node.replaceChildren();
    const copy = button({ label: texts.copy, kind: "link", press: () => void copyText(code, copy, texts.copied) });
    copy.setAttribute("aria-label", texts.copyCase);
    this.node.setAttribute("aria-label", texts.case);
    this.node.replaceChildren(
      h("p", { class: "case" }, icon("person"), h("span", {}, `${texts.case}: `, h("strong", { dir: "ltr" }, code)), copy),
      h("p", {}, h("strong", {}, promised(config?.hours ?? null, texts, language)), " ", texts.waitNote),
    );
  }
}

/**
 * @param {import("../api.js").Config["hours"] | null} hours
 * @param {import("../app.js").State["texts"]} texts
 * @param {string} language
 */
function promised(hours, texts, language) {
  if (hours?.open && hours.within) return texts.waitWithin(hours.within);
  return hours !== null && !hours.open && hours.opens ? texts.waitOpens(when(hours.opens, language)) : texts.waitOpen;
}
