/**
 * The one state of the frame, and who wants to know of changes. A turn of the event loop is told of once.
 */

/** @template {object} S */
export class Store {
  /** @type {Set<(state: S) => void>} */
  #listeners = new Set();
  #told = true;

  /** @param {S} state */
  constructor(state) {
    this.state = state;
  }

  /** @param {Partial<S>} change */
  set(change) {
    this.state = { ...this.state, ...change };
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of this.#listeners) listener(this.state);
    });
  }

  /** @param {(state: S) => void} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
  }
}
