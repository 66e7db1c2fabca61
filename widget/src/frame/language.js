/**
 * Which language the widget speaks: the person's choice, else the page's, else the first of the browser's that it can.
 */
import { ar } from "./texts/ar.js";
import { en } from "./texts/en.js";
import { fr } from "./texts/fr.js";
import { zh } from "./texts/zh.js";

/** @typedef {import("./texts/en.js").Texts} Texts */

/** @type {Record<string, { name: string, texts: Texts }>} */
const SPOKEN = {
  en: { name: "English", texts: en },
  zh: { name: "中文", texts: zh },
  fr: { name: "Français", texts: fr },
  ar: { name: "العربية", texts: ar },
};
const RIGHT_TO_LEFT = new Set(["ar"]);

export const LANGUAGES = Object.entries(SPOKEN).map(([code, { name }]) => ({ code, name }));

/**
 * @param {...(string | null | undefined)} wanted Language tags, the most wanted first.
 * @returns {string} One that the widget speaks.
 */
export function choose(...wanted) {
  const codes = wanted.filter(Boolean).map((tag) => String(tag).toLowerCase().split("-")[0] ?? "");
  return codes.find((code) => Object.hasOwn(SPOKEN, code)) ?? "en";
}

/**
 * @param {string} code
 * @returns {Texts}
 */
export function textsOf(code) {
  return SPOKEN[code]?.texts ?? en;
}

/** @param {string} code */
export function directionOf(code) {
  return RIGHT_TO_LEFT.has(code) ? "rtl" : "ltr";
}
