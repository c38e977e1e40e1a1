// The backend in use. The rest of the library imports primitives from here only (docs/spec.md section 3). The package's `imports`
// map `#primitives` to a file: node.ts under the condition `node`, noble.ts everywhere else.

export { platform, primitives } from "#primitives";
