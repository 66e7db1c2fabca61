/**
 * What somebody has said and the feed has not brought back yet, in order. It is kept before it is sent, and sent again until the
 * server has it: the id is made here, so the same words count once however often they go out.
 */
import { Problem } from "./api.js";
import { bytesOf } from "./pictures.js";
import { pause, pauseAfter } from "./pause.js";

/**
 * @typedef {"sending" | "waiting" | "busy" | "sent" | "failed"} Sending
 * @typedef {object} Outgoing
 * @property {string} id
 * @property {string} path
 * @property {Record<string, unknown>} body
 * @property {string} text What it is shown as.
 * @property {string} [picture] What is shown instead: a `data:` address.
 * @property {string | null} [fault] Why it failed, for programs.
 * @property {string} at
 * @property {Sending} sending
 */

const NAME = "outbox";
/** Where a picture is sent to, and what the feed brings back with its id. */
const PICTURES = "/pictures";
const COMES_BACK = ["/messages", "/choices", PICTURES];
/** What the server says of words before consent. */
const UNASKED = "urn:sparekey:problem:no-consent";

export class Outbox {
  #pumping = false;
  /** @type {Outgoing[]} */
  #items;

  /**
   * @param {object} given
   * @param {import("./api.js").Api} given.api
   * @param {import("./storage.js").Kept} given.kept
   * @param {() => Promise<void>} given.ensureSession
   * @param {() => void} given.unasked The person has not agreed to the privacy page.
   * @param {(token: string | null) => void} given.expired The session is no more; afterwards a new one is made.
   * @param {(items: Outgoing[]) => void} given.changed
   */
  constructor({ api, kept, ensureSession, unasked, expired, changed }) {
    this.api = api;
    this.kept = kept;
    this.ensureSession = ensureSession;
    this.unasked = unasked;
    this.expired = expired;
    this.changed = changed;
    /** @type {Outgoing[]} */
    const left = JSON.parse(kept.get(NAME) ?? "[]");
    this.#items = left
      .map((item) => ({ ...item, picture: kept.get(pictureOf(item)) ?? undefined }))
      .filter(({ path, picture }) => path !== PICTURES || picture !== undefined)
      .map((item) => (item.sending === "failed" ? item : { ...item, sending: "sending" }));
  }

  get items() {
    return this.#items;
  }

  // Actions

  /**
   * @param {string} path
   * @param {Record<string, unknown>} body Without the id.
   * @param {string} text
   */
  add(path, body, text) {
    const id = makeId();
    this.#replace([...this.#items, { id, path, body: { id, ...body }, text, at: new Date().toISOString(), sending: "sending" }]);
    void this.pump();
  }

  /** @param {string} picture A `data:` address; returns its id. */
  addPicture(picture) {
    const id = makeId();
    this.#replace([...this.#items, { id, path: PICTURES, body: { id }, text: "", picture, at: new Date().toISOString(), sending: "sending" }]);
    void this.pump();
    return id;
  }

  /** @param {string} id */
  retry(id) {
    this.#mark(id, "sending");
    void this.pump();
  }

  /** @param {(item: Outgoing) => boolean} gone */
  drop(gone) {
    const left = this.#items.filter((item) => !gone(item));
    if (left.length !== this.#items.length) this.#replace(left);
  }

  /** Send what is to be sent, one after the other. */
  async pump() {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) await this.#send(next);
    } finally {
      this.#pumping = false;
    }
  }

  // Internal

  #next() {
    return this.#items.find((item) => item.sending !== "failed" && item.sending !== "sent");
  }

  /** @param {Outgoing} item */
  async #send(item) {
    for (let failed = 1; this.#items.some(({ id }) => id === item.id); failed += 1) {
      try {
        await this.ensureSession();
        if (!this.#items.some(({ id }) => id === item.id)) return; // it is nobody's any more
        await (item.picture ? this.api.sendPicture(item.id, bytesOf(item.picture)) : this.api.say(item.path, item.body));
        // The start of a problem has no words of its own in the feed, nor has a language.
        if (COMES_BACK.includes(item.path)) this.#mark(item.id, "sent");
        else this.drop(({ id }) => id === item.id);
        return;
      } catch (fault) {
        if (fault instanceof Problem && fault.status === 401) this.expired(fault.token);
        else if (fault instanceof Problem && !fault.passing) {
          if (fault.type === UNASKED) this.unasked();
          return this.#mark(item.id, "failed", fault.type);
        } else this.#mark(item.id, fault instanceof Problem && fault.status === 429 ? "busy" : "waiting");
        await pause(fault instanceof Problem && fault.retryAfter ? fault.retryAfter * 1000 : pauseAfter(failed));
      }
    }
  }

  /**
   * @param {string} id
   * @param {Sending} sending
   * @param {string | null} fault
   */
  #mark(id, sending, fault = null) {
    this.#replace(this.#items.map((item) => (item.id === id ? { ...item, sending, fault } : item)));
  }

  /** @param {Outgoing[]} items Kept without their pictures, which have places of their own: where these find no room, the words stay. */
  #replace(items) {
    for (const item of this.#items) if (item.picture && !items.some(({ id }) => id === item.id)) this.kept.set(pictureOf(item), null);
    for (const item of items) if (item.picture && !this.#items.some(({ id }) => id === item.id)) this.kept.set(pictureOf(item), item.picture);
    this.#items = items;
    this.kept.set(NAME, items.length > 0 ? JSON.stringify(items.map((item) => ({ ...item, picture: undefined }))) : null);
    this.changed(items);
  }
}

/** @param {Outgoing} item Where its picture is kept. */
function pictureOf({ id }) {
  return `${NAME}:${id}`;
}

/** 128 bits of chance; `randomUUID` is kept from pages that came without TLS. */
export function makeId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
