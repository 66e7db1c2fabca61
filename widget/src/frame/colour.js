/**
 * Colours that can be read: contrast by WCAG 2.2, and the company's colour moved as far as reading needs it.
 */

/** @typedef {readonly [number, number, number]} Colour Red, green, blue; 0 to 255. */

const WHITE = /** @type {Colour} */ ([255, 255, 255]);
const BLACK = /** @type {Colour} */ ([16, 20, 28]);
/** Contrast that small text needs. */
const ENOUGH = 4.6;

/**
 * @param {string} written Any CSS colour that the browser resolves to plain red, green and blue.
 * @returns {Colour | null}
 */
export function parseColour(written) {
  const probe = document.createElement("span");
  probe.style.color = written;
  if (!probe.style.color) return null;
  document.documentElement.append(probe);
  const [red, green, blue] = (getComputedStyle(probe).color.match(/^rgb\((\d+), (\d+), (\d+)\)$/) ?? []).slice(1).map(Number);
  probe.remove();
  return red === undefined || green === undefined || blue === undefined ? null : [red, green, blue];
}

/** @param {Colour} colour */
export function cssOf(colour) {
  return `rgb(${colour.map(Math.round).join(" ")})`;
}

/**
 * @param {Colour} one
 * @param {Colour} other
 */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (/** @type {number} */ (light) + 0.05) / (/** @type {number} */ (dark) + 0.05);
}

/**
 * The ink that is read best on a colour.
 * @param {Colour} ground
 */
export function inkOn(ground) {
  return contrast(WHITE, ground) >= contrast(BLACK, ground) ? WHITE : BLACK;
}

/**
 * A colour moved towards the ink of its ground until it can be read there.
 * @param {Colour} colour
 * @param {Colour} ground
 * @returns {Colour}
 */
export function readable(colour, ground) {
  const ink = inkOn(ground);
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(colour, ink, share);
    if (contrast(mixed, ground) >= ENOUGH) return mixed;
  }
  return ink;
}

/**
 * @param {Colour} colour
 * @param {Colour} ink
 * @param {number} share
 * @returns {Colour}
 */
function mix([red, green, blue], ink, share) {
  const towards = (/** @type {number} */ part, /** @type {number} */ end) => part + (end - part) * share;
  return [towards(red, ink[0]), towards(green, ink[1]), towards(blue, ink[2])];
}

/** @param {Colour} colour */
function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * /** @type {number} */ (red) + 0.7152 * /** @type {number} */ (green) + 0.0722 * /** @type {number} */ (blue);
}
