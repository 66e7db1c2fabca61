/**
 * What the browser keeps for us; a browser that keeps nothing (private window, storage blocked) costs memory over reloads, no more.
 *
 * The session is kept for all tabs of a site. What somebody has written and not sent is kept for its tab alone and goes with it.
 */

export class Kept {
  /** @type {Map<string, string>} */
  #memory = new Map();

  /**
   * @param {() => Storage} storage Asked for late: even naming it may be refused.
   * @param {string} prefix Keeps sites that share our storage apart.
   */
  constructor(storage, prefix) {
    this.prefix = `sparekey:${prefix}:`;
    try {
      this.storage = storage();
    } catch {
      this.storage = null;
    }
  }

  /**
   * @param {string} name
   * @returns {string | null}
   */
  get(name) {
    try {
      return this.storage?.getItem(this.prefix + name) ?? this.#memory.get(name) ?? null;
    } catch {
      return this.#memory.get(name) ?? null;
    }
  }

  /**
   * @param {string} name
   * @param {string | null} value
   */
  set(name, value) {
    if (value === null) this.#memory.delete(name);
    else this.#memory.set(name, value);
    try {
      if (value === null) this.storage?.removeItem(this.prefix + name);
      else this.storage?.setItem(this.prefix + name, value);
    } catch {
      // full or refused: memory has it
    }
  }
}
