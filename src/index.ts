// The public API of keystead: what an app imports, and nothing else.

export { type ErrorCode, type ErrorDetails, type ErrorOptions, KeysteadError, type RuleId } from "./errors.js";
