// Groups of ts-mls with X-Wing.

import type { Work } from "./measure.js";
import type { Mls, MlsState } from "./peers.js";

const SUITE = "MLS_256_XWING_AES256GCM_SHA512_Ed25519";

/** A group of `members`, as its founder and its second member have it. */
async function groupOf(mls: Mls, members: number) {
  const cipherSuite = await mls.getCiphersuiteImpl(mls.getCiphersuiteFromName(SUITE));
  const packageOf = (name: string) => {
    const credential = { credentialType: "basic", identity: new TextEncoder().encode(name) };
    return mls.generateKeyPackage(credential, mls.defaultCapabilities(), mls.defaultLifetime, [], cipherSuite);
  };
  const alice = await packageOf("alice");
  const empty = await mls.createGroup(new Uint8Array(8), alice.publicPackage, alice.privatePackage, [], cipherSuite);
  const others = await Promise.all(Array.from({ length: members - 1 }, (_, index) => packageOf(`member ${index}`)));
  const extraProposals = others.map(({ publicPackage }) => ({
    proposalType: "add",
    add: { keyPackage: publicPackage },
  }));
  const { newState, welcome } = await mls.createCommit({ state: empty, cipherSuite }, { extraProposals });
  const [bob] = others;
  const join = () =>
    mls.joinGroup(
      welcome,
      bob?.publicPackage,
      bob?.privatePackage,
      mls.emptyPskIndex,
      cipherSuite,
      newState.ratchetTree,
    );
  return { founder: newState, second: await join(), cipherSuite };
}

/** Removes the last of `members`; the same one each time. */
export async function mlsRemove(mls: Mls, members: number): Promise<Work> {
  const { founder, cipherSuite } = await groupOf(mls, members);
  const extraProposals = [{ proposalType: "remove", remove: { removed: members - 1 } }];
  return () => mls.createCommit({ state: founder, cipherSuite }, { extraProposals });
}

/** Processes the commits from their bytes. */
export async function mlsCommits(mls: Mls, members: number, commits: number): Promise<Work> {
  const { founder, second, cipherSuite } = await groupOf(mls, members);
  const messages: Uint8Array[] = [];
  let state: MlsState = founder;
  for (let count = 0; count < commits; count++) {
    const { newState, commit } = await mls.createCommit({ state, cipherSuite });
    state = newState;
    messages.push(mls.encodeMlsMessage(commit));
  }
  return async () => {
    let reader = second;
    for (const bytes of messages) {
      const [{ privateMessage }] = mls.decodeMlsMessage(bytes, 0);
      reader = (await mls.processPrivateMessage(reader, privateMessage, mls.emptyPskIndex, cipherSuite)).newState;
    }
  };
}
