/**
 * Two soft notes when a message comes that nobody sees. A browser lets us only after the person has done something here.
 */

const NOTES_HZ = [660, 880];
const NOTE_S = 0.12;

export class Sound {
  /** @type {AudioContext | null} */
  #context = null;

  constructor() {
    const allow = () => (this.#context ??= new AudioContext());
    for (const gesture of ["pointerdown", "keydown"]) window.addEventListener(gesture, allow, { once: true });
  }

  play() {
    const context = this.#context;
    if (context?.state !== "running") return;
    NOTES_HZ.forEach((pitch, index) => this.#note(context, pitch, context.currentTime + index * NOTE_S));
  }

  /**
   * @param {AudioContext} context
   * @param {number} pitch
   * @param {number} at
   */
  #note(context, pitch, at) {
    const tone = new OscillatorNode(context, { frequency: pitch, type: "sine" });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.15, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S * 2);
    tone.connect(volume).connect(context.destination);
    tone.start(at);
    tone.stop(at + NOTE_S * 2);
  }
}
