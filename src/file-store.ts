// keystead/file-store: a device's records in a folder, for Node, Deno and Bun. An entry of its own, since no browser has files.

export { fileStore } from "./storage/file.js";
