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
      return this.#memory.get(name) ?? this.storage?.getItem(this.prefix + name) ?? null;
    } catch {
      return null;
    }
  }

  /**
   * Call `take` whenever another tab sets something.
   * @param {string} name
   * @param {(value: string | null) => void} take
   */
  watch(name, take) {
    window.addEventListener("storage", (event) => {
      if (event.storageArea === this.storage && event.key === this.prefix + name) take(event.newValue);
    });
  }

  /**
   * @param {string} name
   * @param {string | null} value
   */
  set(name, value) {
    this.#memory.delete(name);
    try {
      if (value === null) return this.storage?.removeItem(this.prefix + name);
      if (this.storage) return this.storage.setItem(this.prefix + name, value);
    } catch {
      // full or refused: memory has it
    }
    if (value !== null) this.#memory.set(name, value);
  }
}
