// A transport over the lying relay for tests of the client: three entries a page, with the faults that a test chooses. In the vitest projects
// `served-…` the real handler answers it (test/served/).

import { KeysteadError } from "../../src/errors.js";
import type { MaliciousRelay } from "../../src/testing/relay.js";
import type { Publication, Transport } from "../../src/transport/transport.js";

export function overRelay(
  relay: MaliciousRelay,
  reader: string,
  faults: { next?: (what: string) => "before" | "after" | undefined } = {},
): Transport {
  const fault = (what: string) => faults.next?.(what);
  const offline = () => new KeysteadError("OFFLINE", "the test lost it");
  return {
    async read(subject, { after }) {
      if (fault("read")) throw offline();
      const entries = relay.read(subject, reader);
      if (entries.length === 0) return undefined;
      return { entries: entries.slice(after, after + 3), newest: entries.length };
    },
    async publish(subject, entry): Promise<Publication> {
      const lost = fault("publish");
      if (lost === "before") throw offline();
      let publication: Publication;
      try {
        publication = { verdict: relay.publish(subject, entry, reader) ? "accepted" : "lost" };
      } catch (caught) {
        publication = { verdict: "refused", code: KeysteadError.from(caught)?.code ?? "BROKEN" };
      }
      if (lost) throw offline();
      return publication;
    },
  };
}
