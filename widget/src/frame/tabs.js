/**
 * Several tabs of one site: one follows the feed, the others hear it from there. A browser opens few connections to one server, so
 * a stream for each tab would keep the seventh from sending anything at all.
 */
import { alone } from "./session.js";

/**
 * What the tab that follows tells the others.
 * @typedef {{ kind: "entries", after: string | null, entries: import("./api.js").Entry[] }
 *   | { kind: "state", state: import("./api.js").Conversation }
 *   | { kind: "typing" }
 *   | { kind: "connection", connection: import("./feed.js").Connection }} Told
 */

export class Tabs {
  #channel;

  /**
   * @param {string} name Of this site's chat.
   * @param {(told: Told, token: string) => void} hear With the session that it is of.
   */
  constructor(name, hear) {
    this.name = name;
    this.#channel = channelOf(name);
    this.#channel?.addEventListener("message", ({ data }) => hear(data.told, data.token));
  }

  /**
   * @param {Told} told
   * @param {string | null} token Of the session that it is of.
   */
  tell(told, token) {
    this.#channel?.postMessage({ told, token });
  }

  /**
   * Do what one tab does for all; where tabs cannot agree each does it for itself.
   * @param {() => Promise<void>} work
   * @param {AbortSignal} signal Ends the waiting for it.
   */
  async lead(work, signal) {
    try {
      await (this.#channel === null ? work() : alone(`${this.name}:feed`, work, signal));
    } catch (fault) {
      if (!signal.aborted) throw fault;
    }
  }
}

/** @param {string} name */
function channelOf(name) {
  try {
    return navigator.locks === undefined ? null : new BroadcastChannel(name);
  } catch {
    return null; // blocked, as storage is
  }
}
