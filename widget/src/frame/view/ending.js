/**
 * After a problem has ended: how the help was, once, and only if one likes.
 */
import { button, h, icon } from "./element.js";

const FACES = /** @type {const} */ (["rated1", "rated2", "rated3", "rated4", "rated5"]);

export class Ending {
  #stage = "";
  #rating = 0;

  /** @param {import("../app.js").App} app */
  constructor(app) {
    this.app = app;
    this.node = h("section", { class: "ending" });
    this.node.hidden = true;
  }

  /** @param {import("../app.js").State} state */
  update({ conversation, skipped, texts, language }) {
    const over = conversation?.status === "resolved";
    const stage = !over || skipped ? "" : conversation.rated ? "rated" : `asked ${this.#rating > 0}`;
    if (`${stage} ${language}` === this.#stage) return;
    this.#stage = `${stage} ${language}`;
    this.node.hidden = stage === "";
    if (!over) this.#rating = 0;
    if (stage === "rated") this.node.replaceChildren(h("p", { role: "status" }, `${texts.thanks} ${texts.again}`));
    else if (stage !== "") this.#ask(texts);
  }

  /** @param {import("../app.js").State["texts"]} texts */
  #ask(texts) {
    const fault = h("p", { class: "fault", role: "alert" });
    const comment = h("textarea", { rows: "2", maxlength: "1000", id: "comment", dir: "auto" });
    const send = button({ label: texts.sendRating, kind: "primary", press: () => void this.#send(comment.value.trim(), fault, texts) });
    const more = h("div", { class: "more" }, h("label", { for: "comment" }, texts.comment), comment, send);
    more.hidden = this.#rating === 0;
    const faces = h("div", { class: "faces" }, ...FACES.map((face, index) => this.#face(face, index + 1, texts, more)));
    const skip = button({ label: texts.skip, kind: "link", press: () => this.app.skipRating() });
    this.node.replaceChildren(h("fieldset", {}, h("legend", {}, texts.rate), faces), more, fault, skip);
  }

  /**
   * @param {typeof FACES[number]} face
   * @param {number} rating
   * @param {import("../app.js").State["texts"]} texts
   * @param {HTMLElement} more
   */
  #face(face, rating, texts, more) {
    const choose = () => {
      this.#rating = rating;
      more.hidden = false;
      this.node.scrollIntoView({ block: "end" });
    };
    const field = h("input", { type: "radio", name: "rating", value: String(rating), class: "unseen", change: choose });
    field.checked = rating === this.#rating;
    field.setAttribute("aria-label", texts.ratings[rating - 1] ?? "");
    return h("label", { title: texts.ratings[rating - 1] ?? "" }, field, h("span", { class: "face", "aria-hidden": "true" }, icon(face)));
  }

  /**
   * @param {string} comment
   * @param {HTMLElement} fault
   * @param {import("../app.js").State["texts"]} texts
   */
  async #send(comment, fault, texts) {
    fault.textContent = "";
    try {
      await this.app.rate(this.#rating, comment);
    } catch {
      fault.textContent = texts.ratingFailed;
      this.node.scrollIntoView({ block: "end" });
    }
  }
}
