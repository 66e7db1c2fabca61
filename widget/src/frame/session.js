/**
 * The anonymous session: made when somebody says something first, kept for all tabs of the site, gone with the log out.
 */

const TOKEN = "token";

export class Session {
  /**
   * @param {import("./api.js").Api} api
   * @param {import("./storage.js").Kept} kept
   * @param {(token: string | null, same: boolean) => void} changed Also by another tab; `same`: what was said is the same.
   */
  constructor(api, kept, changed) {
    this.api = api;
    this.kept = kept;
    this.changed = changed;
    this.api.token = kept.get(TOKEN);
    kept.watch(TOKEN, (token) => this.#take(token));
  }

  get exists() {
    return this.api.token !== null;
  }

  /** Take what another tab may have made of it while this one slept. */
  refresh() {
    this.#take(this.kept.get(TOKEN));
  }

  /** Make one unless there is one; of several tabs the first makes it for all. */
  async ensure() {
    if (this.exists) return;
    await alone(`${this.kept.prefix}session`, async () => {
      const made = this.kept.get(TOKEN) ?? (await this.api.createSession()).token;
      this.replace(made);
    });
  }

  /**
   * @param {string | null} token
   * @param {boolean} [same] It is of the same conversation.
   */
  replace(token, same = false) {
    this.kept.set(TOKEN, token);
    this.#take(token, same);
  }

  /**
   * Throw the token away that the server does not take any more, unless another tab has a newer one.
   * @returns {boolean} Whether there is no session now.
   */
  expire() {
    const kept = this.kept.get(TOKEN);
    this.replace(kept === this.api.token ? null : kept);
    return !this.exists;
  }

  /**
   * @param {string | null} token
   * @param {boolean} [same]
   */
  #take(token, same = false) {
    const before = this.api.token;
    if (token === before) return;
    this.api.token = token;
    this.changed(token, same || before === null);
  }
}

/**
 * Do something while no other tab does it; where a browser lets tabs not agree (storage blocked for us), at once.
 * @param {string} name
 * @param {() => Promise<void>} work
 * @param {AbortSignal} [signal]
 */
export async function alone(name, work, signal) {
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  try {
    if (navigator.locks === undefined) await begin();
    else await navigator.locks.request(name, signal ? { signal } : {}, begin);
  } catch (fault) {
    if (begun || signal?.aborted) throw fault;
    await begin();
  }
}
