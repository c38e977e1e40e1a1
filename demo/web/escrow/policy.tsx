// The policy of a site's escrow: whom to ask, and whether users may make backup keys. Each change is a signed link.

import { useState } from "preact/hooks";
import { useWork } from "../hooks.js";
import { escrowTexts as E } from "../texts.js";
import { Button, Dialog, Ending, Field, Form, Notice } from "../ui.js";
import { useDesk, useEscrow } from "./desk.js";

export function Policy({ mayChange }: { readonly mayChange: boolean }) {
  const { devices } = useEscrow();
  const [isOpen, setOpen] = useState(false);
  if (!devices) return null;
  const { policy } = devices;
  const rows = [
    [E.policy.enabled, policy.enabled ? E.policy.on : E.policy.off],
    [E.policy.escrowContacts, policy.escrowContacts.join("; ") || E.policy.nobody],
    [E.policy.userContacts, policy.userContacts.join("; ") || E.policy.nobody],
    [E.policy.papers, policy.allowUserBackupKeys ? E.policy.papersAllowed : E.policy.papersForbidden],
  ];
  return (
    <section aria-labelledby="escrow-policy">
      <h2 id="escrow-policy">{E.policy.title}</h2>
      <Notice
        actions={
          mayChange && (
            <Button icon="edit" onClick={() => setOpen(true)}>
              {E.policy.change}
            </Button>
          )
        }
      >
        <dl class="facts">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Notice>
      {isOpen && <Change onClose={() => setOpen(false)} />}
    </section>
  );
}

const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

function Change({ onClose }: { readonly onClose: () => void }) {
  const { session } = useDesk();
  const { devices } = useEscrow();
  const { isBusy, problem, run } = useWork();
  const policy = devices?.policy;
  const [admins, setAdmins] = useState(policy?.escrowContacts.join("\n") ?? "");
  const [users, setUsers] = useState(policy?.userContacts.join("\n") ?? "");
  const [allows, setAllows] = useState(policy?.allowUserBackupKeys ?? true);
  const save = async () => {
    const change = { escrowContacts: linesOf(admins), userContacts: linesOf(users), allowUserBackupKeys: allows };
    if (await run(() => session.setPolicy(change))) onClose();
  };
  return (
    <Dialog title={E.policy.title} onClose={onClose} isWide>
      <Form onSubmit={save}>
        <Field label={E.policy.escrowContacts} value={admins} onInput={setAdmins} rows={3} hint={E.policy.lines} />
        <Field label={E.policy.userContacts} value={users} onInput={setUsers} rows={3} hint={E.policy.linesUsers} />
        <label class="check">
          <input type="checkbox" checked={allows} onChange={({ currentTarget: { checked } }) => setAllows(checked)} />
          <span>{E.policy.papers}</span>
        </label>
        <p class="hint">{E.policy.publishAgain}</p>
        <Ending problem={problem} onCancel={onClose}>
          <Button look="main" submits isBusy={isBusy}>
            {E.policy.save}
          </Button>
        </Ending>
      </Form>
    </Dialog>
  );
}
