// The program of a page: what a test calls there.

import { deleteIndexedDb, type Session } from "keystead/client";
import { live } from "./life.js";
import type { Orders } from "./orders.js";
import { open, type Place, say } from "./page-device.js";

class App {
  /** The session of this tab. */
  session: Session | undefined;
  readonly deleteIndexedDb = deleteIndexedDb;

  async open(place: Place, options: Parameters<typeof open>[1] = {}): Promise<Session> {
    this.session = await open(place, options);
    return this.session;
  }

  /** What the screen of this tab shows, as plain data. */
  look() {
    if (!this.session) throw new Error("open the session first");
    const { status, pending, alarms, evidenceCount: evidence, asks, devices } = this.session.getSnapshot();
    return {
      ...{
        status,
        pending: pending?.intent,
        alarms: alarms.length,
        evidence,
        asks: asks.map(({ question }) => question),
      },
      ...{ member: devices?.me.member, standing: devices?.me.standing, name: devices?.me.name.name },
    };
  }

  /** Lives until the page is loaded again or closed. */
  live(orders: Orders & Place): void {
    const living = async (): Promise<never> => {
      const session = await this.open(orders);
      await session.sync();
      return await live(session, orders, say);
    };
    // A page that is left gets its requests ended, and may go on for a moment.
    let isLeft = false;
    addEventListener("beforeunload", () => {
      isLeft = true;
    });
    void living().catch(async (error) => {
      if (!isLeft) await say({ failed: String(error?.stack ?? error) });
    });
  }
}

declare global {
  var keysteadApp: App;
}
globalThis.keysteadApp = new App();
