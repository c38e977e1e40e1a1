// A service states the heads of a log and contradicts itself, and content is sealed with its statements.

import type { Evidence } from "keystead/audit";
import type { Watch } from "./watch.js";

export async function tellService(told: Watch): Promise<void> {
  const { core, env } = told;
  const operator = new core.OperatorKeys(env.random(32));
  const keys = new core.StatementKeys(env.random(32));
  const until = env.now() + 86_400_000;
  const certificate = core.certifyStatementKey(operator, { signingKey: keys.signingKey, until });

  const dave = core
    .createLog({ subject: "dave@example.org", device: { name: "x" }, operator: operator.signingKey }, env)
    .accept();
  const [one, other] = [core.rotate(dave, env).accept(), core.rotate(dave, env).accept()];
  const now = env.now();
  const statement = core.stateHead(one.log.head, keys, certificate, now);
  core.verifyStatement(statement, { log: one.log, now });
  await told.refused(() => core.verifyStatement(statement, { log: other.log, now }));

  const fresh = { now, maxAge: 1000 };
  await core.sealContent([{ log: one.log, statement }], env.random(20), { purpose: "story", fresh }, env);
  await told.refused(() => core.sealContent([one.log], new Uint8Array(1), { purpose: "story", fresh }, env));

  const lie = core.stateHead(other.log.head, keys, certificate, now + 1);
  core.checkEvidence(core.compareStatements(one.log, statement, lie) as Evidence);
  told.method(keys, "wipe");
  await told.refused(() => core.stateHead(one.log.head, keys, certificate, now));
}
