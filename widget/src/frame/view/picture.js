/**
 * A picture in the conversation. It is fetched when it comes into view, in a place that is kept for it, so that nothing jumps.
 */
import { Problem } from "../api.js";
import { isOurs } from "../conversation.js";
import { button, h } from "./element.js";

/** @typedef {import("../app.js").State["texts"]} Texts */

/**
 * @param {import("../api.js").Entry} entry
 * @param {Texts} texts
 * @param {import("../pictures.js").Pictures} pictures
 * @param {(address: string, words: string) => void} enlarge
 */
export function picture(entry, texts, pictures, enlarge) {
  const words = isOurs(entry) ? texts.pictureOf(entry.name || texts.agent) : texts.pictureYours;
  const node = h("div", { class: "picture" });
  const load = async () => {
    node.replaceChildren(h("p", {}, texts.loading));
    try {
      node.replaceChildren(small(await pictures.addressOf(entry), words, enlarge));
    } catch (fault) {
      const gone = fault instanceof Problem && fault.status === 404;
      node.replaceChildren(
        h("p", {}, gone ? texts.pictureGone : texts.pictureFailed),
        ...(gone ? [] : [button({ label: texts.retry, kind: "link", press: () => void load() })]),
      );
    }
  };
  const seen = new IntersectionObserver((found) => {
    if (!found.some(({ isIntersecting }) => isIntersecting)) return;
    seen.disconnect();
    void load();
  });
  seen.observe(node);
  return node;
}

/**
 * @param {string} address
 * @param {string} words
 * @param {(address: string, words: string) => void} enlarge
 */
function small(address, words, enlarge) {
  return h("button", { type: "button", click: () => enlarge(address, words) }, h("img", { src: address, alt: words }));
}

/**
 * A picture that is on its way.
 * @param {string} address
 * @param {Texts} texts
 */
export function pictureSent(address, texts) {
  return h("div", { class: "picture" }, h("img", { src: address, alt: texts.pictureYours }));
}
