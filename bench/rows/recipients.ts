// 1 KB sealed to one recipient, and to many.

import * as crypto from "node:crypto";
import { createLog, type MemberState, openContent, sealContent, systemEnv } from "keystead";
import { compare, time } from "../support/measure.js";
import { type Age, age } from "../support/peers.js";
import { type Line, type Row, ratio, type Scale } from "../support/row.js";

const env = systemEnv();
/** The same randomness, of which the library does not know that it is the system's: ML-KEM is then the portable one. */
const otherEnv = { ...env, random: (length: number) => env.random(length) };
/** Node 24.7 and later. */
const hasMlKem = "encapsulate" in crypto;
const CONTENT = new Uint8Array(1024).fill(7);
/** age takes 8 s for 1,000 recipients; 10,000 would show nothing more. */
const MOST_FOR_AGE = 1000;

export const recipients: Row = {
  name: "recipients",
  title: "seal 1 KB to many recipients, and open it as the last of them",
  async *run(scale) {
    const agePackage = await age();
    const sizes = scale.quick ? [1, 10] : [1, 10, 1000, 10_000];
    const people = Array.from({ length: sizes.at(-1) as number }, (_, index) =>
      createLog({ subject: `user ${index}`, device: { name: "Laptop" } }, env).accept(),
    );
    const keys = agePackage && (await ageKeys(agePackage, Math.min(people.length, MOST_FOR_AGE)));
    for (const count of sizes) {
      yield* one(people.slice(0, count), count <= MOST_FOR_AGE ? keys : undefined, agePackage, scale);
    }
  },
};

interface AgeKey {
  readonly identity: string;
  readonly recipient: string;
}

async function ageKeys(agePackage: Age, count: number): Promise<readonly AgeKey[]> {
  const keys: AgeKey[] = [];
  for (let index = 0; index < count; index++) {
    const identity = await agePackage.generateHybridIdentity();
    keys.push({ identity, recipient: await agePackage.identityToRecipient(identity) });
  }
  return keys;
}

async function* one(
  people: readonly MemberState[],
  keys: readonly AgeKey[] | undefined,
  agePackage: Age | undefined,
  { rounds, fewRounds }: Scale,
): AsyncGenerator<Line> {
  const count = people.length;
  const logs = people.map(({ log }) => log);
  const last = people.at(-1) as MemberState;
  let told = 0;
  const onProgress = () => void told++;
  const sealWith = (from: typeof env) => () => sealContent(logs, CONTENT, { purpose: "bench", onProgress }, from);
  const seal = sealWith(env);
  const sealed = await seal();
  const peer = keys && agePackage && (await ageWorks(agePackage, keys.slice(0, count)));
  const works = {
    ...{ seal, portableKem: hasMlKem ? sealWith(otherEnv) : undefined },
    ...{ open: () => openContent(sealed, last.keyring), ageSeal: peer?.seal, ageOpen: peer?.open },
  };
  const times = await compare(works, count < 100 ? rounds : fewRounds);
  const isCompared = count <= MOST_FOR_AGE;
  yield {
    ...{ what: `${count}: seal`, value: times.seal, unit: "ms", base: times.ageSeal },
    target: isCompared
      ? { figure: ratio(times.ageSeal, times.seal), atLeast: 3, of: "× faster than age" }
      : { figure: times.seal && times.seal / 1000, atMost: 7, of: "s" },
  };
  if (hasMlKem) {
    const limit = { figure: ratio(times.seal, times.portableKem), atMost: 0.4, of: "× the portable ML-KEM" };
    const target = isCompared ? undefined : limit;
    yield {
      what: `${count}: seal, ML-KEM portable`,
      value: times.portableKem,
      unit: "ms",
      base: times.ageSeal,
      target,
    };
  }
  if (isCompared) yield { what: `${count}: age, hybrid: seal`, value: times.ageSeal, unit: "ms", base: times.ageSeal };
  yield { what: `${count}: open`, value: times.open, unit: "ms", base: times.ageOpen };
  if (isCompared) yield { what: `${count}: age, hybrid: open`, value: times.ageOpen, unit: "ms", base: times.ageOpen };
  if (!isCompared) {
    told = 0;
    await time(seal);
    yield { what: `${count}: calls of onProgress`, value: told, unit: "" };
  }
}

async function ageWorks({ Encrypter, Decrypter }: Age, keys: readonly AgeKey[]) {
  const encrypter = new Encrypter();
  for (const { recipient } of keys) encrypter.addRecipient(recipient);
  const decrypter = new Decrypter();
  decrypter.addIdentity((keys.at(-1) as AgeKey).identity);
  const sealed = await encrypter.encrypt(CONTENT);
  return { seal: () => encrypter.encrypt(CONTENT), open: () => decrypter.decrypt(sealed) };
}
