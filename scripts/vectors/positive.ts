// Every file in vectors/positive.

import type { VectorFile } from "./format.js";
import { clientFiles } from "./positive/clients.js";
import { contentValueFiles } from "./positive/content.js";
import { grantValueFiles } from "./positive/grants.js";
import { keyFiles } from "./positive/keys.js";
import { storyFiles } from "./positive/stories.js";
import { textFiles } from "./positive/texts.js";

export async function positiveFiles(): Promise<readonly VectorFile[]> {
  return [
    ...storyFiles(),
    ...keyFiles(),
    ...grantValueFiles(),
    ...(await contentValueFiles()),
    ...textFiles(),
    ...clientFiles(),
  ];
}
