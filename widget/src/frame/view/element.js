/**
 * Elements, made without markup: strings become text, whatever is in them.
 */

const SVG = "http://www.w3.org/2000/svg";

/** What the pen draws in a field of 24 x 24. */
export const ICONS = {
  key: "M14.5 9.5a5 5 0 1 0-4.2 4.9L12 16h2v2h2v2h4v-4l-5.7-5.7z M8.2 8.2h.01",
  close: "M6 6l12 12 M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  menu: "M12 5h.01 M12 12h.01 M12 19h.01",
  send: "M4 12l16-8-5 17-4-7z M11 14l9-10",
  shield: "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z M9 12l2 2 4-4",
  check: "M5 12l5 5 9-10",
  alert: "M12 4l9 16H3z M12 10v4 M12 17h.01",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4 21c0-4 4-6 8-6s8 2 8 6",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 7v5l3 2",
  down: "M12 5v14 M6 13l6 6 6-6",
  go: "M9 5l7 7-7 7",
  rated1: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9 9.5v.5 M15 9.5v.5 M8.2 16.8c1.4-3 6.2-3 7.6 0",
  rated2: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9 9.5v.5 M15 9.5v.5 M8.8 16c1.4-1.2 5-1.2 6.4 0",
  rated3: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9 9.5v.5 M15 9.5v.5 M8.8 15h6.4",
  rated4: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9 9.5v.5 M15 9.5v.5 M8.8 14.2c1.4 1.6 5 1.6 6.4 0",
  rated5: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9 9.5v.5 M15 9.5v.5 M8 13.2c.8 4.6 7.2 4.6 8 0z",
  copy: "M9 9h11v11H9z M5 15H4V4h11v1",
  picture: "M4 5h16v14H4z M4 16l5-5 4 4 3-3 4 4 M9 9h.01",
};

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | boolean | ((event: any) => void)>} [props] Attributes; a function listens to the event of its name.
 * @param {...(Node | string | null | false)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (typeof value === "boolean") made.toggleAttribute(name, value);
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== false));
  return made;
}

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon is-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", ICONS[name]);
  svg.append(line);
  return svg;
}

/**
 * A button; with an icon alone its words are its name.
 * @param {object} given
 * @param {string} given.label
 * @param {keyof typeof ICONS} [given.sign]
 * @param {string} [given.kind] Class.
 * @param {boolean} [given.bare] Only the icon is seen.
 * @param {() => void} given.press
 */
export function button({ label, sign, kind = "", bare = false, press }) {
  const made = h("button", { type: "button", class: kind, click: press }, sign ? icon(sign) : null, bare ? null : h("span", {}, label));
  if (bare) {
    made.setAttribute("aria-label", label);
    made.title = label;
  }
  return made;
}

/** @param {string} text Heard, not seen. */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}
