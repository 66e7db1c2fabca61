/**
 * Waiting between two tries: twice as long each time, never in step with everybody else, and not at all once there is reason to
 * hope: the network is back, or somebody looks.
 */

/** First and longest pause, milliseconds. */
const FIRST = 1000;
const LONGEST = 30_000;
const HOPES = /** @type {const} */ ([
  [window, "online"],
  [window, "focus"],
  [window, "pageshow"],
  [document, "visibilitychange"],
]);

/**
 * @param {number} tries How many have failed.
 * @returns {number} Milliseconds.
 */
export function pauseAfter(tries) {
  const longest = Math.min(LONGEST, FIRST * 2 ** Math.min(tries - 1, 10));
  return longest * (0.5 + Math.random() / 2);
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal] Ends the waiting.
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const over = new AbortController();
    const wake = () => {
      clearTimeout(timer);
      over.abort();
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal?.addEventListener("abort", wake, { signal: over.signal });
    for (const [target, hope] of HOPES) target.addEventListener(hope, wake, { signal: over.signal });
  });
}
