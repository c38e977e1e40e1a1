// keystead/english: the English catalogue: words for every text that is meant for people. An entry of its own, since an app in another
// language does without it.

export { english } from "./views/english.js";
