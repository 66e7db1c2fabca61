/**
 * What the page and the frame say to each other. Both name the other's origin when they post, and take only what comes from
 * that window and that origin; anything else is not even looked at.
 */

/** Marks our messages among those that a page may post for its own purposes. */
export const MARK = "sparekey";

/**
 * How the widget should look and speak, as the page has it.
 * @typedef {object} Options
 * @property {string | null} language Language tag.
 * @property {"auto" | "light" | "dark"} scheme
 * @property {string | null} accent CSS colour.
 * @property {boolean} sound
 * @property {boolean} home Whether the list of problems comes first.
 */

/**
 * From the page to the frame.
 * @typedef {{ kind: "hello", options: Options }
 *   | { kind: "shown", touch: boolean } | { kind: "hidden" }
 *   | { kind: "language", language: string }
 *   | { kind: "flow", flow: string }
 *   | { kind: "identify", call: number, token: string }
 *   | { kind: "logOut", call: number }} PageMessage
 */

/**
 * From the frame to the page; nothing of what was said is in it.
 * @typedef {{ kind: "ready" }
 *   | { kind: "close" }
 *   | { kind: "speaks", language: string }
 *   | { kind: "unread", count: number }
 *   | { kind: "session", kept: boolean }
 *   | { kind: "answer", call: number, fault: string | null }} FrameMessage
 */

/**
 * @template {PageMessage | FrameMessage} M
 * @param {Window} target
 * @param {string} origin The only origin that may read it.
 * @param {M} message
 */
export function post(target, origin, message) {
  target.postMessage({ [MARK]: 1, ...message }, origin);
}

/**
 * Call `take` with each message of the other side until `signal` says stop.
 * @template {PageMessage | FrameMessage} M
 * @param {() => Window | null} source The only window that is listened to.
 * @param {string} origin Its only origin.
 * @param {(message: M) => void} take
 * @param {AbortSignal} [signal]
 */
export function listen(source, origin, take, signal) {
  const receive = (/** @type {MessageEvent} */ event) => {
    if (event.origin !== origin || event.source === null || event.source !== source()) return;
    if (typeof event.data === "object" && event.data !== null && event.data[MARK] === 1) take(event.data);
  };
  window.addEventListener("message", receive, { signal });
}
