/**
 * The frame: reads what the server wrote into its page, greets the page around it, and shows the chat.
 */
import { listen, post } from "../shared/protocol.js";
import { App } from "./app.js";
import { textsOf } from "./language.js";
import { dress } from "./theme.js";
import { Panel } from "./view/panel.js";

/** @typedef {import("../shared/protocol.js").PageMessage} PageMessage */

const { origin = "", api = "" } = document.body.dataset;
const app = new App({
  base: new URL(api, location.href).href.replace(/\/$/, ""),
  origin,
  tellPage: (message) => post(window.parent, origin, message),
});

listen(() => window.parent, origin, (/** @type {PageMessage} */ message) => receive(message));
app.tellPage({ kind: "ready" });

/** @param {PageMessage} message */
function receive(message) {
  switch (message.kind) {
    case "hello":
      return begin(message.options);
    case "shown":
      return app.show(message.touch);
    case "hidden":
      return app.hide();
    case "language":
      return app.speakAsPage(message.language);
    case "flow":
      return app.startFlow(message.flow);
    case "identify":
      return void answer(message.call, app.identify(message.token));
    case "logOut":
      return void answer(message.call, app.logOut());
  }
}

/** @param {import("../shared/protocol.js").Options} options */
function begin(options) {
  dress(options);
  const panel = new Panel(app);
  document.body.append(panel.node);
  app.begin(options);
}

/**
 * @param {number} call
 * @param {Promise<void>} work
 */
async function answer(call, work) {
  try {
    await work;
    app.tellPage({ kind: "answer", call, fault: null });
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : textsOf("en").startFailed;
    app.tellPage({ kind: "answer", call, fault: reason });
  }
}
