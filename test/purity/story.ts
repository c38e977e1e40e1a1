// One story through everything that the main entry exports, with any Env, for tests of what the core must not do. One file for
// each chapter. docs/spec.md section 5.

import type { Env } from "keystead";
import { tellContacts } from "./story-contacts.js";
import { tellContent } from "./story-content.js";
import { tellDevices } from "./story-devices.js";
import { tellEscrow } from "./story-escrow.js";
import { tellService } from "./story-service.js";
import { tellViews } from "./story-views.js";
import { type Shown, Watch } from "./watch.js";

/** @param onShown gets everything at once, before the story continues and wipes it. */
export async function tellStory(env: Env, onShown?: (shown: Shown) => void): Promise<Watch> {
  const told = new Watch(env, onShown);
  const alice = await tellDevices(told);
  await tellViews(told, alice);
  await tellContent(told, alice);
  await tellContacts(told, alice);
  await tellEscrow(told);
  await tellService(told);
  await told.done();
  return told;
}
