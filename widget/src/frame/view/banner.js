/**
 * How the connection is, if it is not as it should be; and that it is well again, for a moment.
 */
import { button, h, icon } from "./element.js";

/** Milliseconds that a trouble may take unnoticed, and that its end is told. */
const UNNOTICED = 1_500;
const TOLD = 2_000;

export class Banner {
  #shown = "";
  #timer = 0;
  #wanted = "";

  constructor() {
    this.node = h("div", { class: "banner", role: "status" });
    this.node.hidden = true;
  }

  /** @param {import("../app.js").State} state */
  update({ connection, texts, expired }) {
    const trouble = connection === "live" || connection === null ? "" : connection;
    const wanted = trouble || (expired ? "expired" : "");
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    clearTimeout(this.#timer);
    if (wanted === "" && this.#shown !== "" && this.#shown !== "expired") this.#tell("back", texts, () => this.#tell("", texts));
    else if (wanted === "" || wanted === "expired" || this.#shown !== "") this.#tell(wanted, texts);
    else this.#timer = window.setTimeout(() => this.#tell(wanted, texts), wanted === "offline" ? 0 : UNNOTICED);
  }

  /**
   * @param {string} kind
   * @param {import("../app.js").State["texts"]} texts
   * @param {() => void} [then]
   */
  #tell(kind, texts, then) {
    this.#shown = kind;
    this.node.hidden = kind === "";
    this.node.className = `banner ${kind}`;
    const words = { offline: texts.offline, reconnecting: texts.reconnecting, lost: texts.lost, back: texts.back, expired: texts.expired }[kind];
    this.node.replaceChildren(...(words ? [icon(kind === "back" ? "check" : "alert"), h("span", {}, words)] : []));
    // The focus event is one of the hopes that end a pause between two tries.
    if (kind === "lost") this.node.append(button({ label: texts.retry, kind: "link", press: () => void window.dispatchEvent(new Event("focus")) }));
    if (then) this.#timer = window.setTimeout(then, TOLD);
  }
}
