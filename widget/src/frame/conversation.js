/**
 * What the entries of the feed come to: pure questions, no clock and no screen.
 */

/**
 * @typedef {import("./api.js").Entry} Entry
 * @typedef {import("./api.js").Conversation} Conversation
 * @typedef {import("./outbox.js").Outgoing} Outgoing
 */

/**
 * Append what is not known yet; the same array if nothing is new.
 * @param {Entry[]} known
 * @param {Entry[]} coming
 */
export function merged(known, coming) {
  const ids = new Set(known.map(({ id }) => id));
  const fresh = coming.filter(({ id }) => !ids.has(id));
  return fresh.length > 0 ? [...known, ...fresh] : known;
}

/** @param {Entry} entry */
export function isOurs(entry) {
  return entry.from !== "person";
}

/**
 * Count what was said to the person behind the entry that was read last.
 * @param {Entry[]} entries
 * @param {string | null} read
 */
export function unreadOf(entries, read) {
  const last = entries.findIndex(({ id }) => id === read);
  return entries.slice(last + 1).filter(isOurs).length;
}

/**
 * The choice that was picked at a question, as the feed has it or as it is on its way.
 * @param {Entry} question
 * @param {Entry[]} entries
 * @param {Outgoing[]} outbox
 * @returns {string | null}
 */
export function pickedAt(question, entries, outbox) {
  const behind = entries.slice(entries.indexOf(question) + 1);
  const next = behind.findIndex((entry) => isOurs(entry) && entry.choices.length > 0);
  const answers = next < 0 ? behind : behind.slice(0, next);
  const answer = answers.find((entry) => entry.picked !== null && entry.screen === question.screen);
  if (answer) return answer.picked;
  const sent = next < 0 && outbox.find(({ body, sending }) => body.screen === question.screen && sending !== "failed");
  return sent ? String(sent.body.choice) : null;
}

/**
 * The question that is asked now, whose choices may be pressed.
 * @param {Entry[]} entries
 * @param {Conversation | null} conversation
 * @returns {Entry | undefined}
 */
export function presentQuestion(entries, conversation) {
  if (conversation?.status === "resolved" || conversation?.status === "open") return undefined; // the bot has it no more
  const last = entries.filter((entry) => isOurs(entry) && entry.choices.length > 0).at(-1);
  return last && last.screen >= (conversation?.screen ?? 0) ? last : undefined;
}

/**
 * The words of the choice that an entry of the person picked; empty if its question is not known.
 * @param {Entry} entry
 * @param {Entry[]} entries
 */
export function labelOf(entry, entries) {
  const before = entries.slice(0, entries.indexOf(entry)).filter(({ screen }) => screen === entry.screen);
  const offered = before.flatMap(({ choices }) => choices).filter(({ id }) => id === entry.picked);
  return offered.at(-1)?.label ?? "";
}

/**
 * Whether the bot owes an answer.
 * @param {Entry[]} entries
 * @param {Outgoing[]} outbox
 * @param {Conversation | null} conversation
 */
export function answerAwaited(entries, outbox, conversation) {
  if (conversation?.status === "open") return false;
  const last = entries.at(-1);
  return outbox.some(({ sending }) => sending === "sent" || sending === "sending") || (last !== undefined && !isOurs(last));
}

/**
 * Whether something that is on its way has a bubble; what has no words in the feed is seen only if it does not get through.
 * @param {Outgoing} item
 */
export function isSeen({ path, text, sending, picture }) {
  return picture !== undefined || (text !== "" && (path === "/messages" || path === "/choices" || sending !== "sending"));
}
