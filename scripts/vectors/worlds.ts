// The logs with which most vectors begin. A vector's prefix is one of these, so that files are small and few logs are made.

import { enroll, hire, openOrganisation } from "../../test/escrow/support.js";
import { openWorld, type World } from "../../test/support/world.js";

/** One device, `Laptop`, and an operator. */
export const alone: World = openWorld("vectors", { operator: true });
/** `Phone` has joined, and nobody approved it. */
export const joined: World = alone.join("Phone");
/** Laptop and Phone are of one class. */
export const two: World = joined.review("Laptop", { approve: ["Phone"] });
/** The two, and `Thief`, which only knows the password. */
export const invaded: World = two.join("Thief");
/** The two in lockdown. */
export const locked: World = two.lockdown("Laptop", true);
/** The two in lockdown, and `Pending`, which waits for its approval. */
export const pending: World = locked.join("Pending");
/** Another user's log. */
export const bob: World = openWorld("vectors of bob", { subject: "bob@example.org" });

/** An organisation's escrow log that is ready, with an operator. */
export const ready: World = openOrganisation("vectors", { operator: true });
/** The same with Bob, who has the role `recover`. */
export const staffed: World = hire(ready, "Bob", ["recover"]);
/** A user of that organisation: Laptop has enrolled escrow. */
export const user: World = enroll(alone, "Laptop", staffed);
/** The same organisation, where Bob may also manage, and so make escrow epochs; and its user. */
export const managed: World = hire(ready, "Bob", ["manage"]);
export const client: World = enroll(alone, "Laptop", managed);
