// What is mutated together, and the tests that must notice.

/** Sources, and the tests that judge them. */
export interface Part {
  readonly name: string;
  readonly sources: string;
  /** Their own tests. */
  readonly tests: readonly string[];
  /** More tests, for mutants that get past those. */
  readonly more?: readonly string[];
  /** Milliseconds after which a test that waits for ever has failed. Without this, Stryker ends its whole process. */
  readonly patience?: number;
  /** Milliseconds after which a mutant that does not end has been noticed; by default 15,000. */
  readonly endless?: number;
}

const LOG = ["test/log/*.test.ts", "test/vectors/{log,pins,stories,values}.test.ts"];
const GRANTS = ["test/grants/*.test.ts", "test/vectors/grants.test.ts"];
const AUTHORING = ["test/authoring/*.test.ts"];
const COVERAGE = ["test/{coverage,views}/*.test.ts"];
const ESCROW = ["test/escrow/*.test.ts", "test/vectors/escrow.test.ts"];
const BACKUP = ["test/backup/!(mds|gf32|bits).test.ts", "test/vectors/texts.test.ts"];
const BYTES = ["test/bytes/!(cbor*|schema).test.ts"];
const CBOR = ["test/bytes/{cbor*,schema}.test.ts"];
const FINGERPRINT = ["test/fingerprint/*.test.ts"];
const PRIMITIVES = ["test/primitives/*.test.ts"];
const CONTENT = ["test/content/*.test.ts"];
const ESCROW_LOG = ["test/escrow/escrow-log.test.ts", "test/content/standing.test.ts"];
const AGENDA = [
  "test/agenda/*.test.ts",
  "test/escrow/{attacks,escrow-log}.test.ts",
  "test/attack/{back,fork,short}.test.ts",
];
const TRUST = [
  "test/{agenda,trust}/*.test.ts",
  "test/escrow/{acts,attacks,classes,compared,pointers}.test.ts",
  "test/attack/{back,fork,short}.test.ts",
];
/** Attacks, without the one that is long by itself. */
const ATTACK = ["test/attack/!(spread|*.node).test.ts"];
const KEYS = ["test/keys/*.test.ts"];
const MODEL = ["test/model/{logs,reference}.test.ts"];

export const PARTS: readonly Part[] = [
  { name: "bytes", sources: "src/bytes/!(cbor*|schema).ts", tests: BYTES },
  { name: "cbor", sources: "src/bytes/{cbor*,schema}.ts", tests: CBOR },
  { name: "primitives", sources: "src/primitives/*.ts", tests: PRIMITIVES },
  { name: "content", sources: "src/content/*.ts", tests: CONTENT, patience: 10_000 },
  { name: "fingerprint", sources: "src/fingerprint/*.ts", tests: FINGERPRINT, more: ESCROW_LOG },
  { name: "links", sources: "src/log/links/*.ts", tests: LOG, more: [...ESCROW, ...GRANTS, ...MODEL] },
  { name: "log", sources: "src/log/*.ts", tests: LOG, more: [...ESCROW, ...GRANTS, ...COVERAGE, ...MODEL] },
  {
    name: "grants",
    sources: "src/grants/*.ts",
    tests: GRANTS,
    more: [...AUTHORING, ...ESCROW, ...LOG, ...MODEL, "test/backup/paper-epochs.test.ts"],
  },
  {
    name: "authoring",
    sources: "src/authoring/*.ts",
    tests: AUTHORING,
    more: [
      ...["test/errors/*.test.ts", "test/attack/{drain,extend,guard}.test.ts"],
      ...[...TRUST, ...GRANTS, ...LOG, ...ESCROW, ...MODEL],
    ],
  },
  { name: "coverage", sources: "src/{coverage,views}/*.ts", tests: COVERAGE, more: ESCROW },
  { name: "escrow", sources: "src/escrow/*.ts", tests: ESCROW },
  { name: "trust", sources: "src/trust/*.ts", tests: TRUST, more: [...ESCROW, ...ATTACK] },
  { name: "agenda", sources: "src/agenda/*.ts", tests: AGENDA, more: [...ESCROW, ...AUTHORING, ...ATTACK] },
  { name: "keys", sources: "src/keys/*.ts", tests: KEYS, more: [...AUTHORING, ...GRANTS] },
  // Without the small modules below, and with what is exhaustive and slow only for what gets past the rest.
  { name: "backup", sources: "src/backup/!(gf32|bits).ts", tests: BACKUP, more: ["test/backup/mds.test.ts"] },
  // A third of its mutants never end: for every night.
  { name: "gf32", sources: "src/backup/gf32.ts", tests: ["test/backup/gf32.test.ts"], endless: 2_000 },
];

/** Small modules on which much rests, each judged by its own tests alone, which take milliseconds: quick enough for every run of CI. */
export const QUICK: readonly Part[] = [
  { name: "runs", sources: "src/bytes/runs.ts", tests: ["test/bytes/runs.test.ts"], endless: 2_000 },
  { name: "bits", sources: "src/backup/bits.ts", tests: ["test/backup/bits.test.ts"], endless: 2_000 },
];
