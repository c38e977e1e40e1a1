// docs/runtimes.md as the smoke test executes it: what a reader of one section writes into files, and runs.

/** What stands under one heading. */
export interface Section {
  /** Blocks that name a file, `js rollup.config.js`. */
  readonly files: ReadonlyMap<string, string>;
  /** The lines of its `sh` blocks. */
  readonly commands: readonly string[];
}

/** The sections of the page, by heading. */
export function sectionsOf(page: string): ReadonlyMap<string, Section> {
  const [, ...parts] = page.split(/^## /m);
  return new Map(
    parts.map((part) => {
      const heading = part.slice(0, part.indexOf("\n"));
      const blocks = [...part.matchAll(/^```(\w+)(?: (\S+))?\n(.*?)^```$/gms)];
      const files = blocks.flatMap(([, , name, text = ""]): [string, string][] => (name ? [[name, text]] : []));
      const commands = blocks.flatMap(([, kind, , text = ""]) => (kind === "sh" ? text.trim().split("\n") : []));
      return [heading, { files: new Map(files), commands }];
    }),
  );
}
