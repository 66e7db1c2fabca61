/**
 * What is said, as this tab hears it: from the server where it leads, from the tab that leads otherwise.
 */
import { answerAwaited, isOurs, merged } from "./conversation.js";
import { Feed } from "./feed.js";
import { Tabs } from "./tabs.js";

export class Following {
  /** @type {AbortController | null} */
  #following = null;
  /** @type {(() => Promise<void>) | null} */
  #catchUp = null;

  /**
   * @param {object} given
   * @param {import("./api.js").Api} given.api
   * @param {string} given.origin Of the page.
   * @param {import("./store.js").Store<import("./app.js").State>} given.store Gets what is heard.
   * @param {import("./outbox.js").Outbox} given.outbox Loses what has arrived.
   * @param {(token: string | null) => void} given.expired There is none any more.
   */
  constructor({ api, origin, store, outbox, expired }) {
    this.api = api;
    this.store = store;
    this.outbox = outbox;
    this.expired = expired;
    this.tabs = new Tabs(`sparekey:${origin}`, (told, token) => this.#hear(told, token));
  }

  begin() {
    const following = (this.#following = new AbortController());
    const { signal } = following;
    const feed = new Feed(this.api, {
      last: () => this.#last(),
      entries: (entries) => this.#publish({ kind: "entries", after: this.#last(), entries }),
      state: (state) => this.#publish({ kind: "state", state }),
      typing: () => this.#publish({ kind: "typing" }),
      connection: (connection) => this.#publish({ kind: "connection", connection }),
      awaits: () => answerAwaited(this.store.state.entries, this.store.state.outbox, this.store.state.conversation),
      expired: this.expired,
    });
    const catchUp = () => feed.catchUp(signal).catch(() => undefined); // the tab that leads says what is wrong
    this.#catchUp = catchUp;
    void catchUp().then(() => this.tabs.lead(() => feed.follow(signal), signal));
  }

  end() {
    this.#following?.abort();
  }

  #last() {
    return this.store.state.entries.at(-1)?.id ?? null;
  }

  /** @param {import("./tabs.js").Told} told */
  #publish(told) {
    this.tabs.tell(told, this.api.token);
    this.#take(told);
  }

  /**
   * What is of another session is passed over: it may be somebody else's, and who changes session catches up.
   * @param {import("./tabs.js").Told} told By another tab.
   * @param {string} token
   */
  #hear(told, token) {
    if (token !== this.api.token) return;
    if (told.kind === "entries" && told.after !== this.#last()) void this.#catchUp?.();
    else this.#take(told);
    if (told.kind === "connection" && told.connection === "live") void this.#catchUp?.();
  }

  /** @param {import("./tabs.js").Told} told */
  #take(told) {
    if (told.kind === "entries") this.#takeEntries(told.entries);
    else if (told.kind === "state") this.store.set({ conversation: told.state, loaded: true });
    else if (told.kind === "typing") this.store.set({ typing: Date.now() });
    else this.store.set({ connection: told.connection });
  }

  /** @param {import("./api.js").Entry[]} coming */
  #takeEntries(coming) {
    const entries = merged(this.store.state.entries, coming);
    if (entries === this.store.state.entries) return;
    const back = new Set(coming.map(({ client }) => client));
    this.outbox.drop(({ id }) => back.has(id));
    this.store.set({ entries, ...(coming.some(isOurs) && { typing: 0 }) });
  }
}
