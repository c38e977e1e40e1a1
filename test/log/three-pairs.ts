// A log whose escrow was granted epochs by three pairs of keys, one after another, and the approval that names them: for ESC-11.

import type { Runs } from "../../src/bytes/runs.js";
import { keysInOrder, Links, type NamedPair, pointerTo } from "../support/links.js";

export const [K1, K2, K3, K4] = keysInOrder("Key A", "Key B", "Key C", "Key D");

/** K1 was granted 1 to 3, K2 4 and 5, and K3, in force, 6 and 7. Epoch 7 is the current one, with which the phone joined. */
export const base = Links.ofUser()
  .rotate("Laptop")
  .enrollEscrow("Laptop", pointerTo(K1))
  .rotate("Laptop")
  .renew("Laptop", pointerTo(K2))
  .rotate("Laptop")
  .renew("Laptop", pointerTo(K3))
  .join("Phone");

/** Escrow approves the phone and gives it runs that these pairs were granted. */
export const approving = (world: Links, runs: Runs | undefined, pairs?: readonly NamedPair[], key = K3): Uint8Array =>
  world.reviewByEscrow(key, { approve: ["Phone"], runs, pairs });
