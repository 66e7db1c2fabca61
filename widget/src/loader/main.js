/**
 * The loader: the only file that a company puts on its page, and the only name that it adds to it, `Sparekey`.
 *
 * A page may speak to it before it is there: `(window.Sparekey ??= []).push(["open"])`.
 */
import { readOptions } from "./options.js";
import { Widget } from "./widget.js";

/** @typedef {[string, ...any[]]} Call */

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
const page = /** @type {{ Sparekey?: Call[] | object }} */ (/** @type {unknown} */ (window));

if (script !== null && (page.Sparekey === undefined || Array.isArray(page.Sparekey))) {
  whenReady(() => begin(new URL(script.src).origin, script.dataset));
}

/** @param {() => void} work Needs the page's body. */
function whenReady(work) {
  if (document.body) work();
  else document.addEventListener("DOMContentLoaded", work, { once: true });
}

/**
 * @param {string} server
 * @param {DOMStringMap} data
 */
function begin(server, data) {
  const widget = new Widget(server, readOptions(data));
  /** @type {Record<string, (...given: any[]) => unknown>} */
  const api = {
    open: () => widget.open(),
    close: () => widget.close(),
    toggle: () => widget.toggle(),
    startFlow: (flow) => widget.startFlow(String(flow)),
    identify: (token) => widget.identify(String(token)),
    logOut: () => widget.logOut(),
    setLanguage: (language) => widget.setLanguage(String(language)),
    onUnread: (listener) => widget.on("unread", listener),
    onOpen: (listener) => widget.on("open", () => listener()),
    onClose: (listener) => widget.on("close", () => listener()),
    push: ([name, ...given]) => api[name]?.(...given),
    destroy: () => {
      widget.destroy();
      delete page.Sparekey;
    },
  };
  const asked = Array.isArray(page.Sparekey) ? page.Sparekey : [];
  page.Sparekey = Object.freeze(api);
  for (const call of asked) api.push?.(call);
}
