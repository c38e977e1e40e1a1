// Gives other tasks of the thread a turn, for long work.

/** The runtime's own, as they were at load: fake timers, which tests of apps install later, must not stop the work for ever. */
const { MessageChannel: Channel, setTimeout: later } = globalThis;

/** Gives other tasks of the thread one turn. Uses messages, since browsers slow down repeated timers. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (Channel === undefined) {
      later(resolve, 0);
      return;
    }
    const { port1, port2 } = new Channel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
