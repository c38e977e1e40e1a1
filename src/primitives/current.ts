// The backend in use: the only import point of the rest of the library (docs/spec.md section 3). Another build
// condition may resolve this file to a native backend.

export { noble as primitives } from "./noble.js";
