/**
 * Whose chat it is on this device: somebody else's after each log out. What the one before has written and not sent goes from every
 * tab, also from one that was asleep meanwhile, so that no tab says one person's words in another's chat.
 */
import { makeId } from "./outbox.js";

const WHOSE = "whose";
/** What a tab keeps that somebody has written and not sent. */
const WORDS = ["outbox", "draft"];

export class Owner {
  /**
   * @param {import("./storage.js").Kept} tab
   * @param {import("./storage.js").Kept} site
   * @param {(whose: string | null) => void} changed
   */
  constructor(tab, site, changed) {
    this.tab = tab;
    this.site = site;
    this.changed = changed;
    this.#keepWordsOf(this.present);
    site.watch(WHOSE, () => this.check());
  }

  get present() {
    return this.site.get(WHOSE);
  }

  /** Look whether another tab has changed it. */
  check() {
    if (this.present !== this.tab.get(WHOSE)) this.#becomes(this.present);
  }

  /** Whoever comes now is somebody else. */
  another() {
    this.site.set(WHOSE, makeId());
    this.#becomes(this.present);
  }

  // Internal

  /** @param {string | null} whose */
  #becomes(whose) {
    this.changed(whose);
    this.#keepWordsOf(whose);
  }

  /** @param {string | null} whose */
  #keepWordsOf(whose) {
    if (this.tab.get(WHOSE) !== whose) for (const name of WORDS) this.tab.set(name, null);
    this.tab.set(WHOSE, whose);
  }
}
