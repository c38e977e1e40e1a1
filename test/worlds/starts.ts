// Worlds to start from, by the moves that lead to them, so that a few further moves reach states far from a log's first link.

export interface Start {
  readonly name: string;
  readonly kind?: "escrow";
  /** T is the owner's until the move that steals it. */
  readonly stolen?: true;
  /** Admins announce acts in moves of their own. */
  readonly acts?: true;
  /** The thief also publishes keys of which only a part is right, and proofs are judged. */
  readonly seeds?: true;
  /** Devices that lack the newest escrow log. */
  readonly behind?: Readonly<Record<string, "nothing" | "old">>;
  readonly moves: readonly string[];
  /** Moves beyond the start: in CI, which takes about ten minutes for all starts, and in longer explorations. */
  readonly quick: number;
  readonly full: number;
  readonly deep?: number;
}

const HOUSEHOLD = ["B joins", "A approves B", "A makes P"];

export const STARTS: readonly Start[] = [
  { name: "an escrow log", kind: "escrow", moves: [], quick: 2, full: 4 },
  {
    name: "an escrow log with a thief",
    kind: "escrow",
    moves: ["B joins", "A approves B", "T joins"],
    quick: 2,
    full: 3,
  },
  {
    name: "an escrow log with a stolen admin",
    ...{ kind: "escrow", stolen: true },
    moves: ["T joins", "A approves T", "T is stolen"],
    quick: 2,
    full: 3,
  },
  {
    name: "an escrow log with an act",
    kind: "escrow",
    moves: ["B joins", "A approves B", "B records an act"],
    quick: 2,
    full: 3,
  },
  { name: "one device", moves: [], quick: 2, full: 4 },
  { name: "a household", moves: HOUSEHOLD, quick: 2, full: 3 },
  { name: "a household with a thief", moves: [...HOUSEHOLD, "T joins"], quick: 1, full: 2, deep: 3 },
  {
    name: "a stolen device",
    stolen: true,
    moves: ["T joins", "B joins", "A approves T", "A makes P", "T is stolen"],
    quick: 1,
    full: 2,
    deep: 3,
  },
  {
    name: "everybody",
    moves: [
      ...["A enrolls escrow", "B joins", "A approves B", "C joins", "A approves C", "A makes P", "T joins"],
      "the organisation removes Bob",
    ],
    quick: 1,
    full: 2,
    deep: 3,
  },
  { name: "junk for the paper", moves: ["A makes P", "T joins and grants junk"], quick: 1, full: 3 },
  { name: "lockdown", moves: ["B joins", "A approves B", "A switches lockdown on", "T joins"], quick: 2, full: 3 },
  { name: "escrow", moves: ["A enrolls escrow", "B joins", "A approves B"], quick: 2, full: 3 },
  {
    name: "a removed admin",
    moves: ["A enrolls escrow", "T joins", "the organisation removes Bob"],
    quick: 1,
    full: 3,
  },
  {
    name: "a false escrow",
    moves: ["A enrolls escrow", "T joins", "T points escrow at its false epoch"],
    quick: 1,
    full: 3,
  },
  {
    name: "a thief's escrow",
    moves: ["A makes P", "T joins", "T points escrow at its newest epoch", "the organisation removes Bob"],
    quick: 1,
    full: 3,
  },
  {
    name: "another organisation",
    moves: ["A enrolls escrow", "B joins", "T joins", "T removes escrow", "T points escrow at its own epoch"],
    quick: 1,
    full: 3,
  },
  {
    name: "locked out, with escrow",
    moves: ["A enrolls escrow", "C joins", "T joins", "operator expels A"],
    quick: 1,
    full: 3,
  },
  {
    name: "removed by a thief",
    stolen: true,
    moves: ["T joins", "A approves T", "B joins", "A approves B", "T is stolen", "T removes A", "C joins"],
    quick: 1,
    full: 3,
  },
  {
    name: "everything lost, and the paper",
    moves: ["A makes P", "B joins", "A approves B", "T joins", "operator expels A", "operator expels P", "C joins"],
    quick: 1,
    full: 3,
  },
  {
    name: "acts",
    acts: true,
    moves: ["A enrolls escrow", "B joins", "T joins", "Bob records that he restores T"],
    quick: 1,
    full: 3,
  },
  {
    name: "acts, all devices lost",
    acts: true,
    moves: [
      "A enrolls escrow",
      "B joins",
      "T joins",
      "operator expels A",
      "Ann records that she restores B and removes what is not the owner's",
    ],
    quick: 1,
    full: 3,
  },
  {
    name: "without the escrow log",
    behind: { B: "nothing" },
    moves: ["A enrolls escrow", "B joins", "A approves B", "T joins", "the organisation removes Bob", "Bob approves T"],
    quick: 1,
    full: 3,
  },
  {
    name: "with an old escrow log",
    ...{ behind: { B: "old" }, acts: true },
    moves: ["A enrolls escrow", "B joins", "T joins", "Ann restores B"],
    quick: 1,
    full: 3,
  },
  {
    name: "with a dismissed admin's fork",
    behind: { B: "old" },
    moves: [
      ...[
        "A enrolls escrow",
        "B joins",
        "A approves B",
        "T joins",
        "the organisation removes Bob",
        "Ann renews escrow",
      ],
      ...["T points escrow at its old epoch", "Bob approves T, as recorded in his fork"],
    ],
    quick: 1,
    full: 3,
  },
  {
    name: "half a pointer",
    moves: ["A enrolls escrow", "T joins", "T points escrow at its half epoch"],
    quick: 1,
    full: 3,
  },
  {
    name: "a second thief's device",
    moves: ["A enrolls escrow", "T joins", "the organisation removes Bob", "Bob approves T", "Q joins", "T leaves"],
    quick: 1,
    full: 3,
  },
  {
    name: "escrow removed by a thief",
    moves: ["A enrolls escrow", "B joins", "A approves B", "T joins", "T removes escrow"],
    quick: 1,
    full: 3,
  },
  {
    name: "keys of which half is right",
    seeds: true,
    moves: ["A enrolls escrow", "B joins", "A approves B", "T joins"],
    quick: 1,
    full: 3,
  },
  {
    name: "a contact, and a thief whom an admin approved",
    moves: ["A enrolls escrow", "B joins", "T joins", "a contact pins the log", "Bob approves T"],
    quick: 1,
    full: 3,
  },
  {
    name: "a contact of somebody restored",
    moves: [
      ...["A enrolls escrow", "B joins", "C joins", "operator expels A", "Ann restores B", "Ann restores C"],
      ...["a contact pins the log", "T joins"],
    ],
    quick: 1,
    full: 3,
  },
];
