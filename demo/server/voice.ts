// A voice without a speaker: vowels made from pulses and two resonances, as a WAV file. Nobody is recorded, and nothing is downloaded.

export const SAMPLE_RATE = 8000;

/** The two lowest resonances of a mouth, in hertz. */
const VOWELS = [
  [730, 1090],
  [530, 1840],
  [390, 1990],
  [570, 840],
  [440, 1020],
  [300, 870],
] as const;

/** A message of so many seconds. The same seed gives the same message. */
export function voice(seconds: number, seed: number): { readonly wav: Uint8Array; readonly peaks: readonly number[] } {
  const samples = speak(seconds, randomFrom(seed));
  return { wav: wavOf(samples), peaks: peaksOf(samples) };
}

function speak(seconds: number, random: () => number): Float32Array {
  const samples = new Float32Array(Math.round(seconds * SAMPLE_RATE));
  const pitch = 100 + 90 * random();
  let at = Math.round(0.15 * SAMPLE_RATE);
  while (at < samples.length) {
    const words = 2 + Math.floor(random() * 5);
    for (let syllable = 0; syllable < words && at < samples.length; syllable++) {
      const length = Math.round((0.11 + 0.13 * random()) * SAMPLE_RATE);
      const falls = 1.12 - 0.22 * (syllable / words);
      sing(samples, at, length, { pitch: pitch * falls * (0.95 + 0.1 * random()), vowel: choose(VOWELS, random) });
      at += Math.round(length * 0.92);
    }
    at += Math.round((0.15 + 1.1 * random() ** 2) * SAMPLE_RATE);
  }
  return samples;
}

function sing(
  into: Float32Array,
  start: number,
  length: number,
  { pitch, vowel }: { readonly pitch: number; readonly vowel: readonly [number, number] },
): void {
  const resonances = vowel.map((hertz, at) => resonance(hertz, at === 0 ? 90 : 120));
  let phase = 0;
  for (let index = 0; index < length && start + index < into.length; index++) {
    phase += pitch / SAMPLE_RATE;
    const pulse = phase >= 1 ? 1 : -0.02;
    phase %= 1;
    const swell = Math.sin((Math.PI * index) / length) ** 0.6;
    const sound = resonances.reduce((sum, filter, at) => sum + filter(pulse) * (at === 0 ? 1 : 0.5), 0);
    into[start + index] = (into[start + index] ?? 0) + 0.28 * swell * sound;
  }
}

/** A filter with one resonance. */
function resonance(hertz: number, width: number): (input: number) => number {
  const radius = Math.exp((-Math.PI * width) / SAMPLE_RATE);
  const turn = 2 * radius * Math.cos((2 * Math.PI * hertz) / SAMPLE_RATE);
  let [one, two] = [0, 0];
  return (input) => {
    const output = input + turn * one - radius * radius * two;
    [one, two] = [output, one];
    return output * (1 - radius) * 6;
  };
}

/** 16-bit samples, one channel. */
function wavOf(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(44 + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, bytes.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, 2 * SAMPLE_RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, at) => {
    view.setInt16(44 + 2 * at, Math.round(32_000 * Math.max(-1, Math.min(1, sample))), true);
  });
  return bytes;
}

const PEAKS = 64;

/** How loud each of 64 parts is, from 0 to 100: the picture of the message. */
function peaksOf(samples: Float32Array): readonly number[] {
  const size = Math.ceil(samples.length / PEAKS);
  const loudness = Array.from({ length: PEAKS }, (_, part) =>
    Math.sqrt(samples.subarray(part * size, (part + 1) * size).reduce((sum, each) => sum + each * each, 0) / size),
  );
  const loudest = Math.max(...loudness, Number.MIN_VALUE);
  return loudness.map((each) => Math.round((100 * each) / loudest));
}

function choose<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)] as T;
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
