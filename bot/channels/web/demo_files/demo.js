// The sample site: shows what the simulated phone received, and copies snippets.
const list = document.getElementById("messages");

function entry(message) {
  const item = document.createElement("li");
  const head = document.createElement("p");
  const until = new Date(message.valid_until).toLocaleTimeString(document.documentElement.lang);
  head.textContent = `${message.channel} → ${message.to}`;
  const text = document.createElement("p");
  text.textContent = message.text;
  const end = document.createElement("p");
  end.className = "hint";
  end.textContent = `${list.dataset.until} ${until}`;
  item.append(head, text, end);
  return item;
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
    }
  } catch {
    // The server is starting again: the next look finds it.
  }
  setTimeout(look, 1000);
}
if (list) look();

for (const button of document.querySelectorAll(".snippet button")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    const label = button.textContent;
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
