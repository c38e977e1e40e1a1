// The program of a worker. It says what a call for random bytes gives while the module is loaded.

import { systemEnv } from "keystead";
import { story } from "./story.js";
import { codeOf } from "./support.js";

const atLoad = codeOf(Promise.resolve().then(() => systemEnv().random(1)));

/** Answers a request with the story. */
export async function answer(): Promise<Response> {
  const told = await story().then(
    (it) => `told: ${it}`,
    (error: Error) => `failed: ${error.stack ?? error}`,
  );
  return new Response(`${told}\nat load: ${await atLoad}`);
}
