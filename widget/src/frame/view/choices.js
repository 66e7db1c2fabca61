/**
 * The quick replies under a question. They lock once one is chosen or the question is over; what was chosen stays in sight.
 */
import { h, icon, unseen } from "./element.js";

/** Choices that end a step of an article, and their signs. */
const SIGNS = /** @type {Record<string, "check" | "alert" | "person">} */ ({ "@worked": "check", "@still_stuck": "alert", "@human": "person" });

/**
 * @param {object} given
 * @param {import("../api.js").Entry} given.question
 * @param {import("../app.js").State["texts"]} given.texts
 * @param {string} given.language Of the choices.
 * @param {(choice: import("../api.js").Choice) => void} given.pick
 */
export function choices({ question, texts, language, pick }) {
  const buttons = question.choices.map((choice) => chip(choice, language, pick));
  const node = h("div", { class: "choices", role: "group", "aria-label": texts.answers }, ...buttons);
  /**
   * @param {boolean} present
   * @param {string | null} picked
   */
  const update = (present, picked) => {
    const locked = !present || picked !== null;
    node.classList.toggle("locked", locked);
    question.choices.forEach((choice, index) => mark(/** @type {HTMLElement} */ (buttons[index]), locked, choice.id === picked, texts.chosen));
  };
  return { node, update };
}

/**
 * @param {import("../api.js").Choice} choice
 * @param {string} language
 * @param {(choice: import("../api.js").Choice) => void} pick
 */
function chip(choice, language, pick) {
  const sign = SIGNS[choice.id];
  const kind = choice.id.startsWith("@") ? choice.id.replace("@", "is-") : "";
  const made = h("button", { type: "button", class: `chip ${kind}`, dir: "auto", "data-choice": choice.id }, sign ? icon(sign) : null, h("span", { lang: language }, choice.label));
  made.addEventListener("click", () => made.getAttribute("aria-disabled") === "true" || pick(choice));
  return made;
}

/**
 * A locked chip keeps the focus that it has, and is passed over by the next press of Tab: behind it come the new answers.
 * @param {HTMLElement} made
 * @param {boolean} locked
 * @param {boolean} chosen
 * @param {string} words
 */
function mark(made, locked, chosen, words) {
  made.setAttribute("aria-disabled", String(locked));
  made.tabIndex = locked ? -1 : 0;
  if (chosen === made.classList.contains("chosen")) return;
  made.classList.toggle("chosen", chosen);
  if (chosen) made.append(unseen(` (${words})`));
  else made.querySelector(".unseen")?.remove();
}
