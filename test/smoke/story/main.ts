// The program that is bundled, and the one of pages.

import { story } from "./story.js";

story().then(
  (told) => console.log(`told: ${told}`),
  (error: Error) => console.log(`failed: ${error.stack ?? error}`),
);
