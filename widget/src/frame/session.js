/**
 * The anonymous session: made when somebody says something first, kept for all tabs of the site, gone with the log out.
 */

const TOKEN = "token";
/**
 * The token that the server has refused. A tab may see late what another one has kept: were the dead token taken away, the living one
 * that has just taken its place would go with it.
 */
const ENDED = "ended";

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
    this.api.token = this.#living;
    kept.watch(TOKEN, () => this.refresh());
    kept.watch(ENDED, () => this.refresh());
  }

  get exists() {
    return this.api.token !== null;
  }

  /** Take what another tab may have made of it while this one slept. */
  refresh() {
    this.#take(this.#living);
  }

  /** Make one unless there is one; of several tabs the first makes it for all. */
  async ensure() {
    if (this.exists) return;
    await alone(`${this.kept.prefix}session`, async () => {
      const made = this.#living ?? (await this.api.createSession()).token;
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
   * @param {string | null} token The server does not take it any more; there may be a newer one meanwhile.
   * @returns {boolean} Whether there is no session now.
   */
  expire(token) {
    if (token !== null) this.kept.set(ENDED, token);
    this.refresh();
    return !this.exists;
  }

  get #living() {
    const token = this.kept.get(TOKEN);
    return token === this.kept.get(ENDED) ? null : token;
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
