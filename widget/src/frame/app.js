/**
 * The chat: what the person, the page and the server do to its one state. Views show the state and call the actions; nothing else
 * changes it.
 */
import { ANOTHERS, Api, Problem } from "./api.js";
import { unreadOf } from "./conversation.js";
import { Following } from "./following.js";
import { choose, textsOf } from "./language.js";
import { Outbox } from "./outbox.js";
import { Owner } from "./owner.js";
import { pause, pauseAfter } from "./pause.js";
import { Pictures } from "./pictures.js";
import { alone, Session } from "./session.js";
import { Kept } from "./storage.js";
import { Store } from "./store.js";

/**
 * @typedef {object} State
 * @property {boolean} shown The panel is open.
 * @property {boolean} touch
 * @property {"home" | "chat"} screen
 * @property {string} language
 * @property {import("./texts/en.js").Texts} texts
 * @property {import("./api.js").Config | null} config
 * @property {import("./api.js").Entry[]} entries
 * @property {import("./outbox.js").Outgoing[]} outbox
 * @property {import("./api.js").Conversation | null} conversation
 * @property {number} typing When somebody began to write, or 0.
 * @property {import("./feed.js").Connection | null} connection Null: not tried yet.
 * @property {boolean} loaded What was said before is here.
 * @property {boolean} expired
 * @property {boolean} skipped The rating was skipped.
 * @property {boolean} sound
 * @property {boolean} home
 * @property {string | null} agreed The privacy page that was agreed to.
 * @property {string | null} whose Chat it is; changes with each log out.
 * @property {string | null} known When a device joined that the person knows of.
 */

/** Where it is kept which privacy page was agreed to in this session. */
const AGREED = "agreed";

/** Where it is kept which of the devices that joined the person knows of. */
const KNOWN = "known";

/** Where a language is on its way that was not said in words. */
const LANGUAGE = "language";

/** Milliseconds for which what the server says before anything was said holds, when the panel is opened again. */
const FRESH = 60_000;

/** Milliseconds between two signs that somebody is writing; agents see each for five seconds. */
const COMPOSING = 6_000;

export class App {
  /** @type {string | null} */
  #pageLanguage = null;
  #reading = "";
  #composed = 0;
  #configured = 0;

  /**
   * @param {object} given
   * @param {string} given.base Address of the server's interface.
   * @param {string} given.origin Of the page.
   * @param {(message: import("../shared/protocol.js").FrameMessage) => void} given.tellPage
   */
  constructor({ base, origin, tellPage }) {
    this.tellPage = tellPage;
    this.tab = new Kept(() => sessionStorage, origin);
    this.site = new Kept(() => localStorage, origin);
    this.api = new Api(base, origin);
    this.pictures = new Pictures(this.api);
    this.owner = new Owner(this.tab, this.site, (whose) => this.#ownerChanged(whose));
    this.session = new Session(this.api, this.site, (token, same) => this.#sessionChanged(token, same));
    this.outbox = new Outbox({
      api: this.api,
      kept: this.tab,
      ensureSession: () => this.#awake().ensure(),
      unasked: () => this.#unasked(),
      expired: (token) => this.#expired(token),
      changed: (outbox) => this.#outboxChanged(outbox),
    });
    this.store = new Store(this.#beginning());
    this.following = new Following({
      api: this.api,
      origin,
      store: this.store,
      outbox: this.outbox,
      expired: (token) => this.#expired(token),
    });
    this.site.watch(AGREED, (agreed) => this.store.set({ agreed }));
    this.site.watch(KNOWN, (known) => this.store.set({ known }));
  }

  /** @returns {State} */
  #beginning() {
    const language = choose(this.site.get(LANGUAGE), ...navigator.languages);
    return {
      shown: false,
      touch: false,
      screen: "home",
      language,
      texts: textsOf(language),
      config: null,
      entries: [],
      outbox: this.outbox.items,
      conversation: null,
      typing: 0,
      connection: null,
      loaded: !this.session.exists,
      expired: false,
      skipped: false,
      sound: this.site.get("sound") !== "off",
      home: true,
      agreed: this.site.get(AGREED),
      whose: this.owner.present,
      known: this.site.get(KNOWN),
    };
  }

  // Lifecycle

  /** @param {import("../shared/protocol.js").Options} options */
  begin(options) {
    const sound = options.sound && this.site.get("sound") !== "off";
    const screen = this.session.exists || !options.home || this.outbox.items.length > 0 ? "chat" : "home";
    this.store.set({ sound, home: options.home, screen });
    this.speakAsPage(options.language);
    this.store.subscribe((state) => this.#tellUnread(state));
    document.addEventListener("visibilitychange", () => this.#awake() && this.store.set({}));
    window.addEventListener("offline", () => this.store.set({ connection: "offline" }));
    window.addEventListener("online", () => this.#backOnline());
    if (this.session.exists) this.following.begin();
    void this.outbox.pump();
  }

  /** @param {boolean} touch */
  show(touch) {
    this.store.set({ shown: true, touch });
    if (Date.now() - this.#configured > FRESH) void this.loadConfig();
  }

  hide() {
    this.store.set({ shown: false });
  }

  // Actions

  /** Agree to the privacy page; what was written before goes out now. */
  async agree() {
    const { config } = this.store.state;
    if (!config?.consent) return;
    await this.session.ensure();
    await this.api.agree(config.consent.url);
    this.#keepAgreed(config.consent.url);
    for (const { id, sending } of this.outbox.items) if (sending === "failed") this.outbox.retry(id);
  }

  /** @param {string} text */
  say(text) {
    this.#saying();
    this.outbox.add("/messages", { text, language: this.store.state.language }, text);
  }

  /** @param {string} address Of a picture that was drawn anew. */
  showPicture(address) {
    this.#saying();
    this.pictures.keep(this.outbox.addPicture(address), address);
  }

  /**
   * @param {import("./api.js").Entry} question
   * @param {import("./api.js").Choice} choice
   */
  pick(question, choice) {
    this.#saying();
    this.outbox.add("/choices", { choice: choice.id, screen: question.screen }, choice.label);
  }

  /** Wait for nobody, and go on with the assistant: in words of the person's own, which are heard in every language. */
  leaveQueue() {
    this.say(this.store.state.texts.restart);
  }

  /** @param {string} flow */
  startFlow(flow) {
    this.#saying();
    const title = this.store.state.config?.problems.find((problem) => problem.flow === flow)?.title ?? "";
    this.outbox.add("/start", { flow, language: this.store.state.language }, title);
  }

  /** @param {string} language The person's own choice. */
  speak(language) {
    this.site.set(LANGUAGE, language);
    this.#speak(language);
    const { config, entries } = this.store.state;
    const spoken = config?.languages.some(({ code }) => code === language);
    if (spoken && entries.length > 0) this.outbox.add("/language", { language }, "");
  }

  /** @param {string | null} language The page's wish, which the person's own choice outranks. */
  speakAsPage(language) {
    this.#pageLanguage = language;
    this.#speak(choose(this.site.get(LANGUAGE), this.#pageLanguage, ...navigator.languages));
  }

  /** @param {boolean} sound */
  setSound(sound) {
    this.site.set("sound", sound ? null : "off");
    this.store.set({ sound });
  }

  /** @param {"home" | "chat"} screen */
  go(screen) {
    this.store.set({ screen });
  }

  /** Somebody is writing: the agent who has the case sees it. */
  composing() {
    if (!this.store.state.conversation?.agent || Date.now() - this.#composed < COMPOSING) return;
    this.#composed = Date.now();
    this.api.typing().catch(() => undefined); // a sign that is missing costs nothing
  }

  /** Everything that is here is on the screen, and somebody looks. */
  seen() {
    const { entries, conversation } = this.store.state;
    const last = entries.at(-1)?.id;
    if (last === undefined || last === conversation?.read || last === this.#reading || !this.session.exists) return;
    this.#reading = last;
    if (conversation) this.store.set({ conversation: { ...conversation, read: last } });
    this.api.read(last).catch(() => (this.#reading = "")); // a mark that is missing costs a badge
  }

  /**
   * @param {number} rating
   * @param {string} comment
   */
  async rate(rating, comment) {
    await this.api.rate(rating, comment || null);
    const { conversation } = this.store.state;
    if (conversation) this.store.set({ conversation: { ...conversation, rated: true } });
  }

  skipRating() {
    this.store.set({ skipped: true });
  }

  /** @param {string} code */
  async findCase(code) {
    await this.session.ensure();
    return (await this.api.findCase(code)).status;
  }

  async invite() {
    return (await this.api.invite()).code;
  }

  /** @param {string} code Of another device, whose chat is here from now on. */
  async join(code) {
    await this.session.ensure();
    const { token, joined } = await this.api.join(code);
    this.#know(joined);
    this.session.replace(token);
    this.store.set({ screen: "chat" });
  }

  /** The person knows of all devices that have joined. */
  know() {
    this.#know(this.store.state.conversation?.joined ?? null);
  }

  /** @param {string} token Signed by the page's server. */
  async identify(token) {
    await alone(`${this.site.prefix}identity`, () => this.#identify(token));
  }

  async logOut() {
    this.owner.another(); // first: a tab that notices the end must not send what it has
    if (!this.session.exists) return;
    try {
      await this.api.logOut();
    } catch (fault) {
      if (!(fault instanceof Problem && fault.status === 401)) throw fault; // gone already is as good
    }
    this.session.replace(null);
    this.#forget();
    this.store.set({ screen: this.store.state.home ? "home" : "chat" });
  }

  async loadConfig() {
    const asked = this.store.state.language;
    for (let failed = 1; asked === this.store.state.language; failed += 1) {
      try {
        const config = await this.api.config(asked);
        this.#configured = Date.now();
        if (asked === this.store.state.language) this.store.set({ config, ...(!this.session.exists && { connection: null }) });
        return;
      } catch {
        this.#trouble();
        await pause(pauseAfter(failed));
      }
    }
  }

  // Internal

  /**
   * A chat of another account is ended first; one that has ended is left.
   * @param {string} token
   */
  async #identify(token) {
    for (let left = 2; ; left -= 1) {
      await this.session.ensure();
      try {
        return this.session.replace((await this.api.identify(token)).token, true);
      } catch (fault) {
        const anothers = fault instanceof Problem && fault.type === ANOTHERS;
        if (left === 0 || !(fault instanceof Problem && (anothers || fault.status === 401))) throw fault;
        if (anothers) await this.logOut();
        else this.#expired(fault.token);
      }
    }
  }

  /** A tab that slept has heard nothing of what another one did meanwhile. */
  #awake() {
    this.owner.check();
    this.session.refresh();
    return this.session;
  }

  /** @param {string | null} whose What was written before is not theirs. */
  #ownerChanged(whose) {
    this.outbox.drop(() => true);
    this.store.set({ whose });
  }

  /** @param {string | null} known */
  #know(known) {
    this.site.set(KNOWN, known);
    this.store.set({ known });
  }

  /** The server knows of no consent: ask for what it says now. */
  #unasked() {
    this.#keepAgreed(null);
    void this.loadConfig();
  }

  /** @param {string | null} agreed */
  #keepAgreed(agreed) {
    this.site.set(AGREED, agreed);
    this.store.set({ agreed });
  }

  #saying() {
    this.store.set({ screen: "chat", expired: false, skipped: false });
  }

  /** What was open before may be dead without knowing it. */
  #backOnline() {
    this.following.end();
    if (this.session.exists) this.following.begin();
    else this.store.set({ connection: null });
  }

  /** Nobody follows the feed yet who would say so. */
  #trouble() {
    if (!this.session.exists) this.store.set({ connection: navigator.onLine ? "reconnecting" : "offline" });
  }

  /** @param {import("./outbox.js").Outgoing[]} outbox */
  #outboxChanged(outbox) {
    this.store.set({ outbox });
    if (outbox.some(({ sending }) => sending === "waiting")) this.#trouble();
  }

  /** @param {string} language */
  #speak(language) {
    this.tellPage({ kind: "speaks", language });
    if (language === this.store.state.language && this.store.state.config !== null) return;
    this.store.set({ language, texts: textsOf(language) });
    if (this.store.state.shown) void this.loadConfig();
  }

  /**
   * @param {string | null} token
   * @param {boolean} same What was said is the same.
   */
  #sessionChanged(token, same) {
    this.tellPage({ kind: "session", kept: token !== null });
    this.following.end();
    if (!same) this.outbox.drop(({ sending }) => sending === "sent");
    if (!same) this.pictures.clear();
    if (!same) this.store.set({ entries: [], conversation: null, typing: 0, connection: null, loaded: token === null });
    if (token === null) return;
    this.store.set({ expired: false });
    this.following.begin();
  }

  /** @param {string | null} token */
  #expired(token) {
    if (!this.session.expire(token)) return;
    this.outbox.drop(({ sending }) => sending === "sent");
    this.#forget();
    // Who has said something is in a conversation; the others begin anew.
    const screen = this.store.state.home && this.outbox.items.length === 0 ? "home" : "chat";
    this.store.set({ expired: true, screen });
  }

  /** There is no session to know anything of. */
  #forget() {
    this.#keepAgreed(null);
    this.#know(null);
  }

  /** @param {State} state */
  #tellUnread({ entries, conversation, loaded }) {
    if (loaded) this.tellPage({ kind: "unread", count: unreadOf(entries, conversation?.read ?? null) });
  }
}
