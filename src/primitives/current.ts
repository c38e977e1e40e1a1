// The backend in use: the only import point of the rest of the library (docs/spec.md section 3). The package's `imports`
// say which file `#primitives` is: node.ts under the condition `node`, noble.ts everywhere else.

export { primitives } from "#primitives";
