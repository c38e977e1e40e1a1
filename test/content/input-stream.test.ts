// The writable end of a pair of streams, alone: docs/spec.md section 12 (streams).

import { afterEach, describe, expect, it, vi } from "vitest";
import { makeInputStream } from "../../src/content/input-stream.js";
import { turns } from "../support/turns.js";
import { rejected } from "./stream-support.js";
import { content } from "./support.js";

const REASON = new Error("the user closed the window");

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("an input", () => {
  it("gives nothing more after a failure: otherwise work would wait for ever, and keep its keys", async () => {
    const input = makeInputStream(() => {});
    const written = rejected(input.writable.getWriter().write(content(5)));
    await turns();
    input.fail(REASON);
    input.fail(new Error("later"));
    expect(await rejected(input.next())).toBe(REASON);
    await written;
  });

  it("gives a piece back when the next one is asked for, and not before, whether the reader or the writer came first", async () => {
    for (const isWriterFirst of [true, false]) {
      const input = makeInputStream(() => {});
      let isBack = false;
      const write = () => {
        void input.writable
          .getWriter()
          .write(content(5))
          .then(() => {
            isBack = true;
          });
      };
      if (isWriterFirst) write();
      await turns();
      const asked = input.next();
      if (!isWriterFirst) write();
      expect(await asked).toEqual(content(5));
      await turns();
      expect(isBack).toBe(false);
      void input.next();
      await turns();
      expect(isBack).toBe(true);
    }
  });

  it("may be finished before its writer has closed it", () => {
    expect(() => makeInputStream(() => {}).finish()).not.toThrow();
  });

  it("refuses a piece that is not bytes, and fails the work with the same error", async () => {
    const aborts: unknown[] = [];
    const input = makeInputStream((reason) => aborts.push(reason));
    const refused = await rejected(input.writable.getWriter().write("text" as unknown as Uint8Array));
    expect(refused).toMatchObject({ code: "INVALID_ARGUMENT", details: { name: "a piece of the stream" } });
    expect(aborts[0]).toBe(refused);
  });

  it("reports an abort also if streams have no signals, once the current write is settled", async () => {
    const { WritableStream: Own } = globalThis;
    vi.stubGlobal(
      "WritableStream",
      class extends Own<Uint8Array> {
        constructor(sink: UnderlyingSink<Uint8Array>) {
          const start = ({ error }: WritableStreamDefaultController) =>
            sink.start?.({ error } as WritableStreamDefaultController);
          super({ ...sink, start });
        }
      },
    );
    const aborts: unknown[] = [];
    const input = makeInputStream((reason) => aborts.push(reason));
    const writer = input.writable.getWriter();
    const written = rejected(writer.write(content(5)));
    expect(await input.next()).toEqual(content(5));
    const aborted = writer.abort(REASON);
    void rejected(input.next());
    await Promise.all([aborted, written]);
    expect(aborts).toEqual([REASON]);
  });
});
