// Mutants of src/log that no test kills, one by one.

import type { Explained } from "./explained.js";

export const LOG: readonly Explained[] = [
  {
    file: "src/log/rules.ts",
    line: 'return author ?? refuse("LOG-4", "the link has no author");',
    becomes: ['""'],
    why: "never reached: contextOf has refused a link that names an author and has none",
  },
  {
    file: "src/log/rules.ts",
    line: `if (context.before.lockdown) requireConfirmed(context, \`in lockdown, \${type}\`);`,
    becomes: ["``"],
    why: "a message for people",
  },
  {
    file: "src/log/rules.ts",
    line: 'if (before.kind === "escrow" && !hasRole(by, "manage")) {',
    becomes: ['""'],
    why: "hasRole says yes to manage whatever role is asked for, and no member has the role of no name",
  },
  {
    file: "src/log/rules.ts",
    line: 'if (previous !== undefined && previous >= role) refuse("MEM-8", "roles must be sorted and none named twice");',
    becomes: ["true"],
    why: "undefined is not >= anything; the type checker asks",
  },
  {
    file: "src/log/rules.ts",
    line: "if (previous !== undefined && previous >= id) {",
    becomes: ["true"],
    why: "undefined is not >= anything; the type checker asks",
  },
  {
    file: "src/log/rules.ts",
    line: 'checkVerifyingKey(sign, "link.body.escrow.sign");',
    becomes: ['""'],
    why: "the name of the key in a message for people",
  },
  {
    file: "src/log/rules.ts",
    line: 'checkKemKey(kem, "link.body.escrow.kem");',
    becomes: ['""'],
    why: "the name of the key in a message for people",
  },
  {
    file: "src/log/state.ts",
    line: "readonly #verified = true;",
    becomes: ["false"],
    why: "that the field is there is asked, and never its value",
  },
  {
    file: "src/log/verify.ts",
    line: 'throw contradiction("rolled-back", "the log ends before a head that was verified earlier", log, pinned);',
    becomes: ['""'],
    why: "a message for people",
  },
  {
    file: "src/log/verify.ts",
    line: 'throw contradiction("replaced", "another log is offered for a subject whose log is known", log, pinned);',
    becomes: ['""'],
    why: "a message for people",
  },
  {
    file: "src/log/verify.ts",
    line: `throw contradiction("forked", \`two valid links claim position \${log.head.seq}\`, log, pinned);`,
    becomes: ["``"],
    why: "a message for people",
  },
  {
    file: "src/log/verify.ts",
    line: "const known = seq === undefined || seq > log.head.seq ? undefined : recordOfLink(log, entry.link);",
    becomes: ["false"],
    why: "a shortcut that spares a hash: beyond the head, recordOfLink finds nothing",
  },
  {
    file: "src/log/verify.ts",
    line: "if (seq !== undefined && seq <= log.head.seq && !known) throw conflict(log, entry, seq);",
    becomes: ["true"],
    why: "undefined is not <= anything; the type checker asks",
  },
  {
    file: "src/log/verify.ts",
    line: "} catch {",
    becomes: ["{}"],
    why: "a function that ends without a return gives undefined too",
  },
  {
    file: "src/log/verify.ts",
    line: "if (prev !== log.links.at(seq - 1)?.prev)",
    becomes: ["log.links.at(seq - 1).prev"],
    why: "conflict is asked about positions that the log has filled; the type checker asks",
  },
  {
    file: "src/log/verify.ts",
    line: 'return badLink(seq, "it is another log\'s");',
    becomes: ['""'],
    why: "never reached: two valid links at one position differ in their hashes, so checkPin has thrown",
  },
  {
    file: "src/log/verify-link.ts",
    line: 'const value = decodeCbor(link.body, { name: "link.body", maxBytes: MAX_LINK_BYTES, shared: true });',
    becomes: ["false"],
    why: "spares copies: the entry was copied when it was decoded, and nobody writes to it",
  },
  {
    file: "src/log/advance.ts",
    line: 'kind: "user",',
    becomes: ['""'],
    why: "the state before a first link, which says the kind; nobody asks for the kind before it",
  },
  {
    file: "src/log/advance.ts",
    line: 'subject: "",',
    becomes: ['"Stryker was here!"'],
    why: "the state before a first link, which says the subject; nobody asks for it before",
  },
  {
    file: "src/log/advance.ts",
    line: "rotationDue: false,",
    becomes: ["true"],
    why: "the state before a first link, which always makes an epoch, and then no rotation is due",
  },
  {
    file: "src/log/advance.ts",
    line: "active: opening && names.renamed ? withName(names.members, names.renamed, opening) : names.members,",
    becomes: ["true", "opening || names.renamed"],
    why: "withName gives the members as they are when there is no opening; where one is, somebody is named",
  },
  {
    file: "src/log/lineage.ts",
    line: "if (approvers.has(approver.id)) continue;",
    becomes: ["false"],
    why: "a shortcut, as the comment says: what would be added is there already, and only time shows it",
  },
  {
    file: "src/log/lineage.ts",
    line: "if (lineage === member.lineage && member.id !== approved) continue;",
    becomes: ["false"],
    why: "spares copies: the member would be replaced by its equal",
  },
  {
    file: "src/log/lineage.ts",
    line: "if (founder !== member.founder) active.set(member.id, { ...member, founder });",
    becomes: ["true"],
    why: "spares copies: the member would be replaced by its equal",
  },
];
