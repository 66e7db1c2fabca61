// The sample site: shows what the simulated phone received, fills in an account, copies snippets. What comes from the server is text.
const list = document.getElementById("messages");
const CODE = /\b\d{6}\b/;

function element(name, kind, ...inside) {
  const made = document.createElement(name);
  made.className = kind;
  made.append(...inside);
  return made;
}

/** The code in bold; without one, the words as they are. */
function body(text) {
  const found = CODE.exec(text);
  if (!found) return [text];
  const after = found.index + found[0].length;
  return [text.slice(0, found.index), element("b", "code", found[0]), text.slice(after)];
}

function entry(message) {
  const until = new Date(message.valid_until);
  const time = until.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  const over = until <= new Date();
  return element(
    "li",
    over ? "old" : "",
    element("p", "head", element("b", "", list.dataset[message.channel] ?? message.channel), message.to),
    element("p", "text", ...body(message.text)),
    element("p", "end", over ? list.dataset.old : `${list.dataset.until} ${time}`),
  );
}

/** A code that counts is there, and somebody is about to type it: the story is at its last step. */
function point(messages) {
  const waits = document.getElementById("code") && messages.some((each) => CODE.test(each.text) && new Date(each.valid_until) > new Date());
  if (!waits) return;
  for (const step of document.querySelectorAll("[data-step]")) {
    if (step.dataset.step === "phone") step.setAttribute("aria-current", "step");
    else step.removeAttribute("aria-current");
  }
}

let shown = "";
async function look() {
  try {
    const answer = await fetch("/demo/phone");
    const { messages } = await answer.json();
    const now = JSON.stringify(messages);
    if (messages.length && now !== shown) {
      shown = now;
      list.replaceChildren(...messages.map(entry));
      point(messages);
    }
  } catch {
    // The server is starting again: the next look finds it.
  }
  setTimeout(look, 1000);
}
if (list) look();

for (const button of document.querySelectorAll(".account")) {
  button.addEventListener("click", () => {
    const field = document.getElementById("account");
    field.value = button.dataset.account;
    field.focus();
  });
}

for (const button of document.querySelectorAll(".snippet button")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
