// A database for the real handler in a worker: its statements go to the main thread, which has the connection.

import type { MessagePort, Worker } from "node:worker_threads";
import type { Sql, SqlParameter, SqlQueries, SqlRow } from "../../src/relay/sql.js";

interface Asked {
  readonly ask: number;
  readonly statement: string;
  readonly parameters: readonly SqlParameter[];
}
interface Answered {
  readonly answer: number;
  readonly rows?: readonly SqlRow[];
  readonly error?: string;
}

/** In the main thread: answers the worker's statements. */
export function answerStatements(worker: Worker, sql: Sql): void {
  worker.on("message", ({ ask: answer, statement, parameters }: Partial<Asked>) => {
    if (answer === undefined || statement === undefined) return;
    sql.query(statement, parameters).then(
      (rows) => worker.postMessage({ answer, rows }),
      (error: unknown) => worker.postMessage({ answer, error: `${error}` }),
    );
  });
}

/** In the worker. Nobody else writes what it writes: its transactions are statements one after the other. */
export function sqlOverPort(port: MessagePort): Sql {
  let last = 0;
  const waiting = new Map<number, (answered: Answered) => void>();
  port.on("message", (answered: Answered) => {
    waiting.get(answered.answer)?.(answered);
    waiting.delete(answered.answer);
  });
  const queries: SqlQueries = {
    async query<R>(statement: string, parameters: readonly SqlParameter[] = []) {
      const ask = ++last;
      const answered = new Promise<Answered>((done) => waiting.set(ask, done));
      port.postMessage({ ask, statement, parameters });
      const { rows, error } = await answered;
      if (error !== undefined) throw new Error(error);
      return rows as readonly unknown[] as readonly R[];
    },
  };
  return { ...queries, transaction: (run) => run(queries), close: async () => {} };
}
