/**
 * The server's operations (docs/web.openapi.yaml). The token goes into a header, never into an address.
 */

/**
 * @typedef {{ id: string, label: string }} Choice
 * @typedef {{ id: string, at: string, from: "person" | "bot" | "agent", text: string, choices: Choice[], screen: number,
 *   client: string | null, picked: string | null, name?: string | null, picture?: boolean }} Entry
 * @typedef {{ status: "pending" | "open" | "resolved" | null, case: string | null, language: string | null, screen: number,
 *   read: string | null, rated: boolean, identified: boolean, joined?: string | null, agent?: string | null,
 *   queue?: { ahead: number | null } | null }} Conversation
 * @typedef {{ entries: Entry[], state: Conversation, more: boolean }} Page
 * @typedef {{ company: string, site: string, languages: { code: string, name: string }[], language: string,
 *   problems: { flow: string, title: string }[], hours: { open: boolean, opens: string | null, within: string | null },
 *   identity: boolean, pictures?: boolean, understands?: string[], consent?: { url: string, days: number | null } | null,
 *   incident?: { text: string, since: string } | null }} Config
 */

/** Seconds that an answer may take; a slow line of a phone needs a few, and for a picture a minute. */
const PATIENCE_S = 30;
const PICTURE_S = 60;

/** What the server says where a session is another account's. */
export const ANOTHERS = "urn:sparekey:problem:another-account";

/** What the server says when nothing more may be held open. */
const CROWDED = "urn:sparekey:problem:too-many-open";

/** The server refused, and says why. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {number | null} retryAfter Seconds.
   * @param {string | null} reason Why an identity was refused.
   * @param {string | null} type What it is, for programs.
   * @param {string | null} token The session that it was answered to.
   */
  constructor(status, retryAfter, reason, type, token) {
    super(reason ?? `the server answered ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
    this.reason = reason;
    this.type = type;
    this.token = token;
  }

  /** The server holds nothing more open; a question that does not wait is answered all the same. */
  get crowded() {
    return this.type === CROWDED;
  }

  /** The same call works later. */
  get passing() {
    return this.status === 429 || this.status >= 500;
  }
}

export class Api {
  /** @type {string | null} */
  token = null;

  /**
   * @param {string} base
   * @param {string} origin Of the page that the widget stands on.
   */
  constructor(base, origin) {
    this.base = base;
    this.origin = origin;
  }

  /**
   * @param {string} language
   * @returns {Promise<Config>}
   */
  async config(language) {
    return (await this.#call("GET", `/config?${new URLSearchParams({ language })}`)).json();
  }

  /** @returns {Promise<{ token: string }>} */
  async createSession() {
    return (await this.#call("POST", "/sessions")).json();
  }

  /** @param {string} url The page whose words are agreed to. */
  async agree(url) {
    await this.#call("POST", "/consent", { url });
  }

  /**
   * @param {string} token Signed by the page's own server.
   * @returns {Promise<{ token: string }>}
   */
  async identify(token) {
    return (await this.#call("POST", "/identity", { token })).json();
  }

  /** @returns {Promise<{ code: string }>} By which another device may join. */
  async invite() {
    return (await this.#call("POST", "/device-codes")).json();
  }

  /**
   * @param {string} code Of another device.
   * @returns {Promise<{ token: string, joined: string }>}
   */
  async join(code) {
    return (await this.#call("POST", "/devices", { code })).json();
  }

  /**
   * Say something; the body's id makes a repetition harmless.
   * @param {string} path
   * @param {object} body
   */
  async say(path, body) {
    await this.#call("POST", path, body);
  }

  /**
   * @param {string} id
   * @param {Uint8Array<ArrayBuffer>} picture A JPEG.
   */
  async sendPicture(id, picture) {
    const headers = { "Content-Type": "image/jpeg" };
    await this.#call("POST", `/pictures?${new URLSearchParams({ id })}`, picture, { headers, patience: PICTURE_S });
  }

  /** @param {string} entry */
  async picture(entry) {
    return (await this.#call("GET", `/pictures/${encodeURIComponent(entry)}`, undefined, { patience: PICTURE_S })).blob();
  }

  /**
   * @param {string | null} after Id of the last entry that is known.
   * @param {number} wait Seconds.
   * @param {AbortSignal} signal
   * @returns {Promise<Page>}
   */
  async page(after, wait, signal) {
    const asked = new URLSearchParams({ wait: String(wait), ...(after && { after }) });
    return (await this.#call("GET", `/messages?${asked}`, undefined, { signal, patience: PATIENCE_S + wait })).json();
  }

  /**
   * @param {string | null} after
   * @param {AbortSignal} signal
   */
  stream(after, signal) {
    return this.#call("GET", "/events", undefined, {
      signal,
      patience: null,
      headers: { Accept: "text/event-stream", ...(after && { "Last-Event-ID": after }) },
    });
  }

  async typing() {
    await this.#call("POST", "/typing");
  }

  /** @param {string} upto */
  async read(upto) {
    await this.#call("POST", "/read", { upto });
  }

  /**
   * @param {number} rating
   * @param {string | null} comment
   */
  async rate(rating, comment) {
    await this.#call("POST", "/rating", { rating, comment });
  }

  async transcript() {
    return (await this.#call("GET", "/transcript")).text();
  }

  /**
   * @param {string} code
   * @returns {Promise<{ status: "pending" | "open" | "resolved" | "unknown" }>}
   */
  async findCase(code) {
    return (await this.#call("POST", "/cases", { code })).json();
  }

  async logOut() {
    await this.#call("DELETE", "/identity");
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object | Uint8Array<ArrayBuffer>} [body] JSON, or bytes.
   * @param {{ signal?: AbortSignal, patience?: number | null, headers?: Record<string, string> }} [how] Patience in seconds.
   */
  async #call(method, path, body, { signal, patience = PATIENCE_S, headers = {} } = {}) {
    const token = this.token;
    const limits = [signal, patience === null ? undefined : AbortSignal.timeout(patience * 1000)].filter((limit) => limit !== undefined);
    const response = await fetch(this.base + path, {
      method,
      cache: "no-store",
      credentials: "omit",
      headers: {
        "Sparekey-Embed": this.origin,
        ...(token && { Authorization: `Bearer ${token}` }),
        ...(body && { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body instanceof Uint8Array ? body : body && JSON.stringify(body),
      signal: eitherOf(limits),
    });
    if (!response.ok) throw await problemOf(response, token);
    return response;
  }
}

/**
 * @param {AbortSignal[]} limits
 * @returns {AbortSignal | undefined}
 */
function eitherOf(limits) {
  if (limits.length < 2) return limits[0];
  const both = new AbortController();
  for (const limit of limits) {
    if (limit.aborted) both.abort(limit.reason);
    limit.addEventListener("abort", () => both.abort(limit.reason), { once: true });
  }
  return both.signal;
}

/**
 * @param {Response} response
 * @param {string | null} token
 */
async function problemOf(response, token) {
  const after = Number(response.headers.get("Retry-After"));
  const document = await response.json().catch(() => ({}));
  return new Problem(response.status, after > 0 ? after : null, document.reason ?? null, document.type ?? null, token);
}
