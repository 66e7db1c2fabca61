/**
 * One line of the conversation: of the bot, of a person of the team, or of the person, sent or on its way.
 */
import { isOurs, labelOf } from "../conversation.js";
import { clock } from "../moments.js";
import { NOBODY } from "../pictures.js";
import { button, h, icon, unseen } from "./element.js";
import { pictureSent } from "./picture.js";
import { prose } from "./prose.js";

/** @typedef {import("../app.js").State} State */

/**
 * @param {import("../api.js").Entry} entry
 * @param {State} state
 * @param {Node | null} picture
 */
export function bubble(entry, state, picture) {
  const { texts, language } = state;
  const ours = isOurs(entry);
  const name = ours ? nameOf(entry, texts) : texts.you;
  const said = ours ? prose(entry.text, texts.opens) : plain(entry.text || labelOf(entry, state.entries));
  const bare = picture !== null && entry.text === "";
  return h(
    "div",
    { class: `line ${ours ? "ours" : "theirs"} ${entry.from} ${kindOf(entry)}`, tabindex: "-1", "data-id": entry.id },
    ours ? h("p", { class: "name" }, name) : unseen(`${name}: `),
    h("div", { class: "bubble", ...(entry.from === "bot" && { lang: spokenIn(state) }) }, picture, !bare && said),
    h("time", { datetime: entry.at }, clock(entry.at, language)),
  );
}

/**
 * @param {import("../api.js").Entry} entry
 * @param {State["texts"]} texts
 */
function nameOf({ from, name }, texts) {
  if (from === "bot") return texts.assistant;
  return name ? texts.agentNamed(name) : texts.agent;
}

/**
 * The language of the bot's words, which need not be that of the words around them.
 * @param {State} state
 */
export function spokenIn({ conversation, config, language }) {
  return conversation?.language ?? config?.language ?? language;
}

/**
 * What an entry is to the eye: a question ends with what is asked, the steps of an article begin with their title.
 * @param {import("../api.js").Entry} entry
 */
function kindOf({ choices }) {
  if (choices.some(({ id }) => id === "@still_stuck")) return "steps";
  return choices.length > 0 ? "asks" : "tells";
}

/**
 * Something that was said and has no place in the conversation yet.
 * @param {import("../outbox.js").Outgoing} item
 * @param {State} state
 * @param {import("../app.js").App} app
 */
export function outgoing(item, state, app) {
  const { texts } = state;
  return h(
    "div",
    { class: `line theirs is-${item.sending}`, tabindex: "-1", "data-id": item.id },
    unseen(`${texts.you}: `),
    h("div", { class: "bubble" }, item.picture ? pictureSent(item.picture, texts) : plain(item.text)),
    item.sending === "failed" ? failed(item, state, app) : h("p", { class: "sending" }, ...sendingOf(item, texts)),
  );
}

/**
 * @param {import("../outbox.js").Outgoing} item
 * @param {State["texts"]} texts
 */
function sendingOf(item, texts) {
  if (item.sending === "sent") return [icon("check"), texts.sent];
  const said = { sending: texts.sending, waiting: texts.waitingToSend, busy: texts.failedBusy, failed: texts.failed };
  return [icon("clock"), said[item.sending]];
}

/**
 * @param {import("../outbox.js").Outgoing} item
 * @param {State} state
 * @param {import("../app.js").App} app
 */
function failed(item, { texts }, app) {
  const copy = button({ label: texts.copy, kind: "link", press: () => void copyText(item.text, copy, texts.copied) });
  const retry = button({ label: texts.retry, kind: "link", press: () => app.outbox.retry(item.id) });
  const discard = button({ label: texts.discard, kind: "link", press: () => app.outbox.drop(({ id }) => id === item.id) });
  return h(
    "div",
    { class: "failure", role: "alert" },
    h("p", {}, icon("alert"), !item.picture ? texts.failed : item.fault === NOBODY ? texts.pictureNobody : texts.pictureRefused),
    h("div", {}, !item.picture && retry, !item.picture && copy, discard),
  );
}

/**
 * @param {string} text
 * @param {HTMLButtonElement} pressed
 * @param {string} done
 */
export async function copyText(text, pressed, done) {
  await navigator.clipboard.writeText(text).catch(() => copyOld(text));
  pressed.replaceChildren(done);
}

/** @param {string} text Copied as browsers did it before they asked for a right to. */
function copyOld(text) {
  const field = h("textarea", { class: "unseen" });
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

/** @param {string} text */
function plain(text) {
  return h("p", { class: "plain", dir: "auto" }, text);
}
