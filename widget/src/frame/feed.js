/**
 * The feed: everything that was said, in order, whatever the network does.
 *
 * Each connection first asks for what came behind the last entry that is known, then for a stream of what is new. Where streams do
 * not come through (a proxy that collects them, or refuses them) the question is asked again and again instead. Nothing is asked
 * by time, only by the id of the last entry, so nothing is lost or comes twice.
 */
import { Problem } from "./api.js";
import { pause, pauseAfter } from "./pause.js";
import { eventsOf } from "./sse.js";

/** Milliseconds after which a stream that has brought nothing at all is taken for blocked, or a silent one for dead. */
const FIRST_WORD = 8_000;
const SILENCE = 40_000;
/** Streams that break before their first word, one after the other, until none is tried any more. */
const STREAMS_TRIED = 2;
/** Seconds that a question waits for an answer where streams are blocked. */
const WAIT_S = 25;
/** Milliseconds between two looks of somebody who has asked something, while nothing more is held open. */
const CROWDED = 2_000;
/** Failures after which nobody pretends that it is a matter of seconds. */
const LOST_AFTER = 3;

/** @typedef {"live" | "reconnecting" | "offline" | "lost"} Connection */
/**
 * @typedef {object} Listener
 * @property {(entries: import("./api.js").Entry[]) => void} entries
 * @property {(state: import("./api.js").Conversation) => void} state
 * @property {() => void} typing
 * @property {(connection: Connection) => void} connection
 * @property {() => string | null} last Id of the last entry that is known.
 * @property {() => boolean} awaits An answer may come at any moment.
 * @property {(token: string | null) => void} expired The session is no more.
 */

export class Feed {
  #broken = 0;

  /**
   * @param {import("./api.js").Api} api
   * @param {Listener} listener
   */
  constructor(api, listener) {
    this.api = api;
    this.listener = listener;
  }

  /**
   * Follow the feed until told to stop, or until the session is no more.
   * @param {AbortSignal} signal
   */
  async follow(signal) {
    let failed = 0;
    while (!signal.aborted) {
      try {
        await this.catchUp(signal);
        this.listener.connection("live");
        failed = 0;
        await this.#hear(signal);
      } catch (fault) {
        if (signal.aborted) return;
        if (fault instanceof Problem && fault.status === 401) return this.listener.expired(fault.token);
        failed += 1;
        this.listener.connection(connectionAfter(failed));
        await pause(fault instanceof Problem && fault.retryAfter ? fault.retryAfter * 1000 : pauseAfter(failed), signal);
      }
    }
  }

  /**
   * Take everything that came behind the last entry that is known.
   * @param {AbortSignal} signal
   */
  async catchUp(signal) {
    while (await this.#page(0, signal));
  }

  // Internal

  /**
   * @param {number} wait Seconds.
   * @param {AbortSignal} signal
   */
  async #page(wait, signal) {
    const page = await this.api.page(this.listener.last(), wait, signal);
    this.listener.entries(page.entries);
    this.listener.state(page.state);
    return page.more;
  }

  /**
   * Hear of what is new; where nothing more is held open, look as often as the server says, or as often as an answer may come.
   * @param {AbortSignal} signal
   */
  async #hear(signal) {
    try {
      if (this.#broken < STREAMS_TRIED) await this.#stream(signal);
      else await this.#ask(signal);
    } catch (fault) {
      if (!(fault instanceof Problem && fault.crowded)) throw fault;
      const until = Date.now() + (fault.retryAfter ?? 0) * 1000;
      do await pause(CROWDED, signal);
      while (Date.now() < until && !signal.aborted && !this.listener.awaits());
    }
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    while (!signal.aborted) await this.#page(WAIT_S, signal);
  }

  /**
   * Follow one stream to its end.
   * @param {AbortSignal} signal
   */
  async #stream(signal) {
    const silence = new Watch(FIRST_WORD, signal);
    let heard = false;
    try {
      const response = await this.api.stream(this.listener.last(), silence.signal);
      if (response.body === null) throw new TypeError("this browser has no streams");
      const hear = () => {
        heard = true;
        silence.restart(SILENCE);
      };
      for await (const event of eventsOf(response.body, hear)) {
        if (event.event === "end") return;
        this.#take(event);
      }
    } catch (fault) {
      heard ||= fault instanceof Problem && fault.crowded; // a stream would come through
      if (fault instanceof Problem) throw fault;
      // The next question tells whether it was the stream alone.
    } finally {
      silence.stop();
      this.#broken = heard ? 0 : this.#broken + 1;
    }
  }

  /** @param {import("./sse.js").ServerEvent} event */
  #take({ event, data }) {
    if (event === "message") this.listener.entries([JSON.parse(data)]);
    else if (event === "state") this.listener.state(JSON.parse(data));
    else if (event === "typing") this.listener.typing();
  }
}

/** Ends what nothing has been heard of for too long. */
class Watch {
  #controller = new AbortController();
  #timer = 0;

  /**
   * @param {number} milliseconds
   * @param {AbortSignal} signal
   */
  constructor(milliseconds, signal) {
    signal.addEventListener("abort", () => this.#controller.abort(), { signal: this.signal });
    this.restart(milliseconds);
  }

  get signal() {
    return this.#controller.signal;
  }

  /** @param {number} milliseconds */
  restart(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#controller.abort(), milliseconds);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

/** @param {number} failed */
function connectionAfter(failed) {
  if (!navigator.onLine) return "offline";
  return failed > LOST_AFTER ? "lost" : "reconnecting";
}
