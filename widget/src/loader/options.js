/**
 * What a page says about the widget: `data-` attributes of the script tag, and CSS variables of the page for its looks.
 */

/**
 * @typedef {object} PageOptions
 * @property {import("../shared/protocol.js").Options} frame What the frame is told.
 * @property {"left" | "right"} side
 * @property {string} label Words beside the launcher's icon; empty: the icon alone.
 * @property {boolean} launcher Whether there is a button of ours.
 * @property {boolean} open Open at once.
 */

/**
 * @param {DOMStringMap} data Of the script tag.
 * @returns {PageOptions}
 */
export function readOptions(data) {
  const scheme = data.theme === "light" || data.theme === "dark" ? data.theme : "auto";
  return {
    frame: {
      language: data.language || null,
      scheme,
      accent: data.accent || pageVariable("--sparekey-accent"),
      sound: data.sound !== "off",
      home: data.home !== "off",
    },
    side: data.side === "left" ? "left" : "right",
    label: data.label ?? "",
    launcher: data.launcher !== "off",
    open: data.open === "true",
  };
}

/** @param {string} name */
function pageVariable(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || null;
}
