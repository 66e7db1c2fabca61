/**
 * Light or dark, and the company's colour, as CSS variables of the document.
 */
import { cssOf, inkOn, parseColour, readable } from "./colour.js";

/** @typedef {import("./colour.js").Colour} Colour */

/** What text in the company's colour stands on: the grounds of frame.css that have the least contrast. */
const GROUNDS = { light: /** @type {Colour} */ ([238, 242, 248]), dark: /** @type {Colour} */ ([34, 42, 56]) };
const ACCENT = { light: /** @type {Colour} */ ([31, 95, 208]), dark: /** @type {Colour} */ ([74, 130, 230]) };
const dark = matchMedia("(prefers-color-scheme: dark)");

/** @param {import("../shared/protocol.js").Options} options */
export function dress(options) {
  const apply = () => {
    const scheme = options.scheme === "auto" ? (dark.matches ? "dark" : "light") : options.scheme;
    const accent = (options.accent && parseColour(options.accent)) || ACCENT[scheme];
    const root = document.documentElement;
    root.dataset.scheme = scheme;
    root.style.setProperty("--accent", cssOf(accent));
    root.style.setProperty("--on-accent", cssOf(inkOn(accent)));
    root.style.setProperty("--accent-ink", cssOf(readable(accent, GROUNDS[scheme])));
  };
  dark.addEventListener("change", apply);
  apply();
}
