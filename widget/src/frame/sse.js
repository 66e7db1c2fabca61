/**
 * Server-sent events out of a stream of bytes, however it was cut on its way.
 */

/** @typedef {{ event: string, data: string }} ServerEvent */

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} heard Called with everything that comes, comments too: the line is alive.
 * @returns {AsyncGenerator<ServerEvent>}
 */
export async function* eventsOf(body, heard) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? "";
      for (const block of blocks) yield* eventOf(block);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/**
 * @param {string} block The lines of one event.
 * @returns {Generator<ServerEvent>}
 */
function* eventOf(block) {
  let event = "message";
  const data = [];
  for (const line of block.split(/\r?\n/)) {
    const [name = "", ...rest] = line.split(":");
    const value = rest.join(":").replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
  }
  if (data.length > 0) yield { event, data: data.join("\n") };
}
