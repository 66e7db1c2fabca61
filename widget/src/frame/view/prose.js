/**
 * What the bot says, as paragraphs, numbered steps and links. The text is plain: nothing in it is markup, and a link is made only of an
 * http(s) address, with the host that a browser would really go to in sight.
 */
import { h, unseen } from "./element.js";

const NUMBERED = /^\s*(\d{1,2})[.)]\s+(.*)$/;
const BULLET = /^\s*[•*-]\s+(.*)$/;
const ADDRESS = /https?:\/\/[^\s<>"'`，。；！？（）「」]+/gi;
/** A case's code, which is read and copied as one word. */
const CODE = /R-[0-9A-Z]{5}-[0-9A-Z]{5}/g;
/** Spaces that belong to a mark, as French has them: no line breaks there. */
const NARROW = /(?<=«) | (?=[»?!:;])/g;
/** What ends a sentence rather than an address. */
const TRAILING = /[.,;:!?)\]}]+$/;

/**
 * @param {string} text
 * @param {string} opens What is said of a link.
 * @returns {HTMLElement}
 */
export function prose(text, opens) {
  const made = h("div", { class: "prose" });
  for (const line of text.split("\n").filter((each) => each.trim())) {
    const [tag, words, number] = kindOf(line);
    const said = inline(words, opens);
    if (tag === "p") made.append(h("p", { dir: "auto" }, ...said));
    else listIn(made, tag, number).append(h("li", {}, ...said));
  }
  return made;
}

/**
 * The list that a line goes on with, or a new one.
 * @param {HTMLElement} made
 * @param {"ol" | "ul"} tag
 * @param {string} [number] Of its first line.
 */
function listIn(made, tag, number = "1") {
  const last = made.lastElementChild;
  if (last?.localName === tag) return last;
  const list = h(tag, { dir: "auto", ...(number !== "1" && { start: number }) });
  made.append(list);
  return list;
}

/**
 * @param {string} line
 * @returns {["p" | "ol" | "ul", string, string?]}
 */
function kindOf(line) {
  const numbered = NUMBERED.exec(line);
  if (numbered) return ["ol", numbered[2] ?? "", numbered[1]];
  const bullet = BULLET.exec(line);
  return bullet ? ["ul", bullet[1] ?? ""] : ["p", line];
}

/**
 * @param {string} text
 * @param {string} opens
 * @returns {(Node | string)[]}
 */
function inline(text, opens) {
  const parts = [];
  let done = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const written = found[0].replace(TRAILING, "");
    const link = linkTo(written, opens);
    if (link === null) continue;
    parts.push(...unbroken(text.slice(done, found.index)), link);
    done = found.index + written.length;
  }
  return [...parts, ...unbroken(text.slice(done))].filter((part) => part !== "");
}

/**
 * Words, with what must stay in one line.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
export function unbroken(text) {
  const words = text.replace(NARROW, "\u00a0");
  const codes = words.match(CODE) ?? [];
  return words.split(CODE).flatMap((part, place) => (place === 0 ? [part] : [h("bdi", { class: "code", dir: "ltr" }, codes[place - 1] ?? ""), part]));
}

/**
 * @param {string} written
 * @param {string} opens
 */
function linkTo(written, opens) {
  if (!URL.canParse(written)) return null;
  const url = new URL(written);
  if (!["http:", "https:"].includes(url.protocol) || url.username || url.password) return null;
  const seen = url.host + (url.pathname === "/" ? "" : url.pathname) + url.search;
  return h(
    "a",
    { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" },
    seen.length > 60 ? `${seen.slice(0, 59)}…` : seen,
    unseen(` (${opens})`),
  );
}
