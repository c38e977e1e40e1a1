// Mutants of src/fingerprint that no test kills, one by one.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: lines of code are quoted here.

import type { Explained } from "./explained.js";

export const FINGERPRINT: readonly Explained[] = [
  {
    file: "src/fingerprint/contacts.ts",
    line: "const wentSince = ({ removed }: Member) => removed !== undefined && removed.seq > contact.head.seq;",
    becomes: ["true"],
    why: "for the types: only members that were removed are asked",
  },
  {
    file: "src/fingerprint/fingerprint.ts",
    line: "readonly #hashed = true;",
    becomes: ["false"],
    why: "that the field is there is asked, and never its value",
  },
  {
    file: "src/fingerprint/forms.ts",
    line: 'return (text.match(new RegExp(`.{${size}}`, "g")) ?? []).join(" ");',
    becomes: ['["Stryker was here"]'],
    why: "for the types: every form has a whole number of groups, and more than none",
  },
  {
    file: "src/fingerprint/parse.ts",
    line: "const [, log, digits, member, hex] = QR.exec(compact) ?? [];",
    becomes: ['["Stryker was here"]'],
    why: "the first of the list is not looked at",
  },
  {
    file: "src/fingerprint/parse.ts",
    line: "if (log === undefined || hex === undefined || !Number.isSafeInteger(seq)) {",
    becomes: ["log === undefined && hex === undefined"],
    why: "for the types: where nothing matched, seq is NaN",
  },
  {
    file: "src/fingerprint/parse.ts",
    line: "if (log === undefined || hex === undefined || !Number.isSafeInteger(seq)) {",
    becomes: ["false"],
    times: 3,
    why: "for the types: where nothing matched, seq is NaN",
  },
  {
    file: "src/fingerprint/tracked-contact.ts",
    line: 'const copy = contactSchema.read(contactSchema.write(contact, "contact"), "contact");',
    becomes: ['""'],
    why: "the name begins the path in errors, and what was written is read without one",
  },
  {
    file: "src/fingerprint/tracked-contact.ts",
    line: 'if (previous !== undefined && previous >= founder) throw wrong("must ascend, none twice");',
    becomes: ["true"],
    why: "for the types: undefined is not >= anything",
  },
];
