// A session's contacts: looks at their logs when they are needed. docs/spec.md section 10.

import { checkList } from "../arguments/lists.js";
import { checkOptions } from "../arguments/options.js";
import { utf8Encode } from "../bytes/text.js";
import type { RecipientOptions } from "../content/recipients.js";
import { KeysteadError } from "../errors.js";
import type { TrackedContact } from "../fingerprint/tracked-contact.js";
import { MAX_SUBJECT_BYTES } from "../log/fields.js";
import type { LogState } from "../log/state.js";
import { readClock } from "../primitives/env.js";
import type { ComparedLog } from "../trust/compared.js";
import type { ClientEnv } from "./client-env.js";
import { logOf, recipientOf, tracked } from "./contact.js";
import type { ContactView } from "./contact-view.js";
import type { Driver } from "./driver.js";

/** Milliseconds for which a look at a contact's log is good. */
const FRESH = 30_000;

/** What the user says with an acknowledgement. */
export interface AcknowledgeOptions {
  /** The token of `compareContact`: the contact is verified then. */
  readonly compared?: ComparedLog | undefined;
  /**
   * Goes on with the other log that the service shows for this contact. A contact who has lost everything begins a new log, and so does
   * somebody who takes the contact's place. The user asks the contact in another way, and compares fingerprints.
   */
  readonly evenIf?: "replaced" | undefined;
}

/** The contacts of a session. */
export class AddressBook {
  readonly #driver: Driver;
  readonly #own: string;
  readonly #env: ClientEnv;

  constructor(driver: Driver, own: string, env: ClientEnv) {
    this.#driver = driver;
    this.#own = own;
    this.#env = env;
  }

  /** As {@link look}, unless the last look was just now. @throws as {@link look} */
  lookLately(subjects: readonly string[], mayBeUnseen = false): Promise<void> {
    return this.look(subjects, FRESH, mayBeUnseen);
  }

  /** A contact, in the form by which its signed content is judged. @throws `INVALID_ARGUMENT` for one that is not tracked any more */
  sender(subject: string): { readonly log: LogState; readonly contact: TrackedContact } {
    const contact = tracked(this.#driver.model, subject);
    return { log: logOf(contact), contact: contact.tracked };
  }

  /** Looks at the newest logs of contacts, and tracks those that are not tracked. @throws why one of them is not known */
  async look(subjects: readonly string[], maxAge = 0, mayBeUnseen = false): Promise<void> {
    for (const subject of checkList("to", subjects, "subjects")) this.#check(subject);
    const now = readClock(this.#env);
    const isDue = (subject: string) => {
      const look = this.#driver.model.sync.contacts.get(subject);
      // In both directions: the clock may have been set back.
      const isFresh = look && !look.error && Math.abs(now - look.at) < maxAge;
      return !isFresh || !this.#driver.model.contacts.has(subject);
    };
    const due = [...new Set(subjects)].filter(isDue);
    if (due.length > 0) await this.#driver.give({ type: "look-at-contacts", subjects: due });
    for (const subject of due) {
      const { contacts, sync } = this.#driver.model;
      const { error } = sync.contacts.get(subject) ?? {};
      const isUnseen = error?.code === "OFFLINE" || error?.code === "FORBIDDEN";
      if (error && !(mayBeUnseen && isUnseen && contacts.has(subject))) throw KeysteadError.from(error);
    }
  }

  /** The contacts, in the form to which content is sealed. @throws as {@link look}, `CONTACT_CHANGED` */
  async recipients(subjects: readonly string[], mayBeUnseen: boolean): Promise<readonly RecipientOptions[]> {
    await this.lookLately(subjects, mayBeUnseen);
    return subjects.map((subject) => recipientOf(tracked(this.#driver.model, subject)));
  }

  /** The newest log of a contact, or the other one that the service shows in its place. @throws as {@link look} */
  async shown(subject: string): Promise<LogState> {
    await this.look([subject]);
    const contact = tracked(this.#driver.model, subject);
    return this.#driver.model.sync.contacts.get(subject)?.offered?.log ?? logOf(contact);
  }

  /** @throws `CONTACT_CHANGED`, `COMPARE_AGAIN`, `INVALID_ARGUMENT`; as {@link look} */
  async acknowledge(view: ContactView, options: AcknowledgeOptions): Promise<void> {
    const { subject, head } = checkOptions(view, "contact");
    const { compared, evenIf } = checkOptions(options);
    tracked(this.#driver.model, subject);
    if (evenIf && !this.#driver.model.sync.contacts.get(subject)?.offered) await this.look([subject]);
    await this.#driver.give({ type: "acknowledge", subject, head, compared, evenIf });
  }

  /** @throws `INVALID_ARGUMENT` */
  #check(subject: unknown): void {
    const isText = typeof subject === "string" && subject !== "" && subject !== this.#own;
    if (isText && utf8Encode(subject).length <= MAX_SUBJECT_BYTES) return;
    throw new KeysteadError(
      "INVALID_ARGUMENT",
      "a contact is the subject of another account: text, not empty, of at most 256 bytes, and not this account's own",
    );
  }
}
