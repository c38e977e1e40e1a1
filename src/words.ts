// keystead/words: a fingerprint as 19 words, for reading aloud. An entry of its own, so that only apps that show words carry the list
// of them. docs/spec.md section 10.

export { fingerprintWords, parseFingerprintWords } from "./fingerprint/words.js";
