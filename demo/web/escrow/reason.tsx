// Why an admin does something that is recorded: a reason, and the number of a case.

import { useState } from "preact/hooks";
import { escrowTexts as E } from "../texts.js";
import { Field } from "../ui.js";

/** What is recorded of a reason, and the fields where it is typed. */
export function useReason(label: string) {
  const [reason, setReason] = useState("");
  const [number, setNumber] = useState("");
  const fields = (
    <>
      <Field label={label} value={reason} onInput={setReason} hint={E.reason.hint} maxLength={200} />
      <Field label={E.reason.case} value={number} onInput={setNumber} maxLength={60} />
    </>
  );
  return { why: { reason, case: number.trim() }, isGiven: reason.trim() !== "", fields };
}
