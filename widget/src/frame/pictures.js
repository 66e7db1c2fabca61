/**
 * Pictures between people and agents: drawn anew before they go out, and fetched for those who may see them.
 *
 * Drawing anew makes them small and leaves out what a camera writes beside them, such as where it was.
 */

/** Pixels of the longer side; the letters of a phone's screen can still be read. */
const LONGEST = 2000;
/** Bytes that the server takes, less some. */
const MOST = 2_000_000;
/** How good a JPEG is, tried one after the other until it is small enough. */
const QUALITIES = [0.85, 0.6, 0.3];

/** What the server says of a picture that nobody would look at. */
export const NOBODY = "urn:sparekey:problem:nobody-to-look";

export class Pictures {
  /** @type {Map<string, Promise<string>>} */
  #shown = new Map();
  /** @type {Map<string, string>} */
  #sent = new Map();

  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
  }

  /**
   * Note what was sent from here, so that it is not fetched back.
   * @param {string} client
   * @param {string} address
   */
  keep(client, address) {
    this.#sent.set(client, address);
  }

  /**
   * Fetch the picture of an entry, once; what failed may be asked for again.
   * @param {import("./api.js").Entry} entry
   * @returns {Promise<string>} An address for an image.
   */
  addressOf({ id, client }) {
    const sent = client === null ? undefined : this.#sent.get(client);
    if (sent !== undefined) return Promise.resolve(sent);
    const known = this.#shown.get(id) ?? this.api.picture(id).then((blob) => URL.createObjectURL(blob));
    this.#shown.set(id, known);
    known.catch(() => this.#shown.delete(id));
    return known;
  }

  /** Another conversation is shown from now on. */
  clear() {
    for (const address of this.#shown.values()) address.then(URL.revokeObjectURL, () => undefined);
    this.#shown.clear();
    this.#sent.clear();
  }
}

/**
 * Whether people would look at a picture now.
 * @param {import("./app.js").State} state
 */
export function areTaken({ config, conversation, screen }) {
  return config?.pictures === true && conversation?.status === "open" && screen === "chat";
}

/**
 * The first picture among what was pasted or dropped.
 * @param {DataTransfer | null} given
 * @returns {File | undefined}
 */
export function pictureIn(given) {
  return [...(given?.files ?? [])].find(({ type }) => type.startsWith("image/"));
}

/**
 * Draw a picture anew.
 * @param {Blob} file
 * @returns {Promise<string>} A `data:` address of a JPEG. Rejected: this browser cannot read it.
 */
export async function drawn(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext("2d");
  if (pen === null) throw new TypeError("this browser draws nothing");
  pen.fillStyle = "#fff"; // behind what is transparent
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of QUALITIES) {
    const address = canvas.toDataURL("image/jpeg", quality);
    if (address.length * 0.75 < MOST) return address;
  }
  throw new TypeError("it does not become small enough");
}

/** @param {string} address `data:` */
export function bytesOf(address) {
  return Uint8Array.from(atob(address.slice(address.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
}
