/**
 * What one sees first: what is broken now, the usual problems, when people are there, and the way back to what was said before.
 */
import { since, when } from "../moments.js";
import { button, h, icon } from "./element.js";

/** Problems that are shown; more make nobody faster. */
const MOST = 6;

export class Home {
  #shown = "";

  /**
   * @param {import("../app.js").App} app
   * @param {() => void} askCase
   */
  constructor(app, askCase) {
    this.app = app;
    this.askCase = askCase;
    this.node = h("div", { class: "home", tabindex: "-1" });
  }

  /** @param {import("../app.js").State} state */
  update(state) {
    const { config, language, entries, conversation } = state;
    const now = JSON.stringify([language, config, entries.length > 0, conversation?.case]);
    if (now === this.#shown) return;
    this.#shown = now;
    this.node.replaceChildren(...[this.#greeting(state), this.#incident(state), this.#resume(state), this.#problems(state), this.#foot(state)].filter((part) => part !== null));
  }

  focus() {
    this.node.focus();
  }

  // Internal

  /** @param {import("../app.js").State} state */
  #greeting({ texts, config, language }) {
    return h("div", { class: "greeting" }, h("h2", {}, texts.greeting), config && h("p", { class: "hours" }, icon("person"), hoursIn(config.hours, texts, language)));
  }

  /** @param {import("../app.js").State} state */
  #incident({ texts, config, language }) {
    if (!config?.incident) return null;
    const words = h("p", { lang: config.language, dir: "auto" }, config.incident.text);
    const known = h("p", { class: "since" }, since(config.incident.since, texts, language));
    return h("div", { class: "incident", role: "status" }, icon("alert"), h("div", {}, h("strong", {}, texts.incident), words, known));
  }

  /** @param {import("../app.js").State} state */
  #resume({ texts, entries, conversation }) {
    if (entries.length === 0) return null;
    const words = h("span", { class: "words" }, h("strong", {}, texts.resume), h("span", {}, conversation?.case ? `${texts.case}: ${conversation.case}` : texts.resumeNote));
    return h("button", { type: "button", class: "card resume", click: () => this.app.go("chat") }, icon("clock"), words, icon("go"));
  }

  /** @param {import("../app.js").State} state */
  #problems({ texts, config }) {
    if (config === null) return h("p", { class: "loading", role: "status" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), texts.loading);
    const problems = config.problems.slice(0, MOST).map(({ flow, title }) =>
      h("li", {}, h("button", { type: "button", class: "card", click: () => this.app.startFlow(flow) }, h("span", { class: "words" }, h("bdi", { lang: config.language }, title)), icon("go"))),
    );
    return h("section", { "aria-labelledby": "problems" }, h("h3", { id: "problems" }, texts.problems), h("ul", { class: "problems" }, ...problems));
  }

  /** @param {import("../app.js").State} state */
  #foot({ texts, config, language }) {
    const words = config && answeredIn(config, texts, language);
    return h("div", { class: "foot" }, button({ label: texts.haveCase, kind: "link", press: this.askCase }), words && h("p", { dir: "auto" }, words));
  }
}

/**
 * What is to be said where the bot does not speak the language of the words around it; empty if it does.
 * @param {import("../api.js").Config} config
 * @param {import("../app.js").State["texts"]} texts
 * @param {string} language
 */
export function answeredIn(config, texts, language) {
  if (config.language === language) return "";
  const name = config.languages.find(({ code }) => code === config.language)?.name ?? "";
  return config.understands?.includes(language) ? texts.understands(name) : texts.answersIn(name);
}

/**
 * @param {import("../api.js").Config["hours"]} hours
 * @param {import("../app.js").State["texts"]} texts
 * @param {string} language
 */
function hoursIn({ open, opens, within }, texts, language) {
  if (open) return within ? texts.hoursWithin(within) : texts.hoursOpen;
  return opens ? texts.hoursOpens(when(opens, texts, language)) : texts.hoursClosed;
}
