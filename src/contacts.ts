// keystead/contacts: what a device remembers of somebody else's log, and what changed since; whose log a scanned fingerprint names.
// docs/spec.md section 10.

export {
  type AcknowledgeContactOptions,
  acknowledgeContact,
  requireContactUnchanged,
} from "./fingerprint/acknowledge.js";
export type { ContactChange, ContactFacts, ContactLink, ContactMember, ContactStatus } from "./fingerprint/change.js";
export { compareContact } from "./fingerprint/contacts.js";
export { formatFingerprint } from "./fingerprint/fingerprint.js";
export { parseFingerprint } from "./fingerprint/parse.js";
export {
  type ContactVerification,
  decodeContact,
  encodeContact,
  type TrackedContact,
  trackContact,
} from "./fingerprint/tracked-contact.js";
