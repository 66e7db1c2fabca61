/**
 * Dates and times as the person reads them: in their language and their time zone.
 */

/**
 * @param {string} at ISO 8601.
 * @param {string} language
 */
export function clock(at, language) {
  return new Date(at).toLocaleTimeString(language, { timeStyle: "short" });
}

/**
 * Name a day: today, yesterday, or its date.
 * @param {string} at ISO 8601.
 * @param {string} language
 */
export function day(at, language) {
  const moment = new Date(at);
  const apart = daysBetween(new Date(), moment);
  if (Math.abs(apart) <= 1) return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(apart, "day");
  return moment.toLocaleDateString(language, { weekday: "long", day: "numeric", month: "long" });
}

/**
 * Say when something will be: the time today, with the day otherwise.
 * @param {string} moment ISO 8601.
 * @param {import("./texts/en.js").Texts} texts
 * @param {string} language
 */
export function when(moment, texts, language) {
  const time = texts.at(clock(moment, language));
  return daysBetween(new Date(), new Date(moment)) === 0 ? time : `${day(moment, language)} ${time}`;
}

/**
 * Say since when something is so: the time alone today, with the day otherwise.
 * @param {string} moment ISO 8601.
 * @param {import("./texts/en.js").Texts} texts
 * @param {string} language
 */
export function since(moment, texts, language) {
  const today = daysBetween(new Date(), new Date(moment)) === 0;
  return texts.since(today ? clock(moment, language) : when(moment, texts, language));
}

/**
 * @param {Date} from
 * @param {Date} to
 */
function daysBetween(from, to) {
  const midnight = (/** @type {Date} */ moment) => new Date(moment).setHours(0, 0, 0, 0);
  return Math.round((midnight(to) - midnight(from)) / 86_400_000);
}
