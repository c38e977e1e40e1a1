// The store of a sender in a table of PostgreSQL.

import { beforeAll } from "vitest";
import { senderTable, sqlSenderStore } from "../../src/sender/store.js";
import { onEveryDatabase } from "../support/databases.js";
import { storeRules } from "./store-rules.js";

onEveryDatabase((database) => {
  beforeAll(async () => void (await database().query(senderTable)));
  storeRules(() => sqlSenderStore(database()));
});
