// Heads of logs as an argument from a caller: an app stored them, or somebody else named them. docs/spec.md sections 2 and 13.1.

import type { Head } from "../bytes/ids.js";
import { fromHex } from "../bytes/text.js";
import { checkPosition } from "./positions.js";

/** @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` unless the value is a head */
export function checkHead<H extends Head>(head: H, name = "head"): H {
  const { log, seq, hash } = Object(head) as Partial<Head>;
  fromHex(log, { name: `${name}.log`, length: 32 });
  fromHex(hash, { name: `${name}.hash`, length: 32 });
  checkPosition(`${name}.seq`, seq);
  return head;
}
