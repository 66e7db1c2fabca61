/**
 * What is asked before anything is written or picked: whether the person agrees to what becomes of their words.
 */
import { button, h, icon, unseen } from "./element.js";

/** @typedef {import("../app.js").State} State */

export class Consent {
  #shown = "";

  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.node = h("section", { class: "home consent", tabindex: "-1", "aria-labelledby": "consent", "aria-describedby": "stored" });
  }

  /** @param {State} state */
  update(state) {
    this.node.hidden = !isAsked(state);
    const now = JSON.stringify([state.language, state.config?.consent]);
    if (now === this.#shown) return;
    this.#shown = now;
    this.node.replaceChildren(...(state.config?.consent ? this.#question(state.config.consent, state.texts) : []));
  }

  focus() {
    this.node.focus();
  }

  // Internal

  /**
   * @param {{ url: string, days: number | null }} consent
   * @param {State["texts"]} texts
   */
  #question({ url, days }, texts) {
    const fault = h("p", { class: "fault", role: "alert" });
    const agree = button({ label: texts.agree, kind: "primary", press: () => void this.#agree(fault, texts) });
    const page = h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, texts.privacyPage, unseen(` (${texts.opens})`));
    const words = h("p", { id: "stored" }, texts.stored(days));
    return [h("div", { class: "greeting" }, h("h2", { id: "consent" }, icon("shield"), " ", texts.consent)), words, h("p", {}, page), h("p", {}, agree), fault];
  }

  /**
   * @param {HTMLElement} fault
   * @param {State["texts"]} texts
   */
  async #agree(fault, texts) {
    fault.textContent = "";
    try {
      await this.app.agree();
    } catch {
      fault.textContent = texts.startFailed;
      void this.app.loadConfig(); // the page may be another one by now
    }
  }
}

/** @param {State} state Whether consent is needed and was not given. */
export function isAsked({ config, agreed }) {
  return Boolean(config?.consent) && config?.consent?.url !== agreed;
}
