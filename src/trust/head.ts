// Heads as an app stored them, and whether a log has one. docs/spec.md section 11.2.

import { checkOptions } from "../arguments/options.js";
import { parseLinkHash, parseLogId } from "../bytes/text.js";
import { KeysteadError } from "../errors.js";
import { assertLog, type Head, type LogState } from "../log/state.js";

/** A head of a log. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function checkHead(head: Head): Head {
  const { log, seq, hash } = checkOptions(head);
  parseLogId(log, "a head's log");
  parseLinkHash(hash, "a head's hash");
  if (!Number.isSafeInteger(seq) || seq < 1)
    throw new KeysteadError("INVALID_ARGUMENT", "a head's seq must be a whole number from 1");
  return head;
}

/** Whether a log has a head, as its newest or as an ancestor. @throws `INVALID_ARGUMENT`, `INVALID_ENCODING` */
export function extendsHead(log: LogState, head: Head): boolean {
  assertLog(log);
  const { log: id, seq, hash } = checkHead(head);
  return log.head.log === id && log.links.at(seq - 1)?.hash === hash;
}
