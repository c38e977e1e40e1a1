// Turns of the event loop: what runs by itself has run when they are over.

/** So many turns, in every runtime: microtasks, and tasks that wait for the thread. */
export async function turns(count = 1): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((next) => setTimeout(next));
}

/** So many turns of Node's loop, which wait for no timer: thousands of them are short. */
export async function shortTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((next) => setImmediate(next));
}
