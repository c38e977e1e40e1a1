// For administrators: the people of their site, their devices as the server sees them, their place of work, and the role of escrow.

import { useEffect, useState } from "preact/hooks";
import type { Me } from "../api.js";
import { useWork } from "../hooks.js";
import { T as all, portalTexts } from "../texts.js";
import { Badge, Button, Dialog, Ending, Notice, Problem } from "../ui.js";
import * as portal from "./api.js";
import { DeviceLists, useDevices } from "./devices.js";
import { Confirmed, useConfirmedWork } from "./step-up.js";

const T = portalTexts.people;

type Open = { readonly what: "devices" | "manage"; readonly person: portal.Person };

export function People({ me }: { readonly me: Me }) {
  const [found, setFound] = useState<portal.SitePeople>();
  const { problem, run } = useWork();
  const [open, setOpen] = useState<Open>();
  const mayLook = me.isPortalAdmin || me.mayAddEscrowDevices;
  const refresh = () => run(async () => setFound(await portal.people()));
  useEffect(() => {
    if (mayLook) void refresh();
  }, [mayLook]);
  if (!mayLook) {
    return (
      <>
        <h1>{portalTexts.nav.people}</h1>
        <Notice tone="warn" icon="lock" title={T.refused}>
          <p>{T.refusedLead}</p>
          <p class="muted">{T.refusedTo}</p>
        </Notice>
      </>
    );
  }
  return (
    <>
      <h1>{T.title(me.site.name)}</h1>
      <p class="lead">{T.lead}</p>
      <Problem>{problem}</Problem>
      <ul class="list">
        {found?.people.map((person) => (
          <li class="row" key={person.account}>
            <span class="face" aria-hidden="true">
              {person.name[0]}
            </span>
            <div class="grow">
              <h2 class="person-name">
                {person.name}
                {person.account === me.account && <Badge tone="calm">{T.you}</Badge>}
                {person.isPortalAdmin && <Badge tone="none">{T.admin}</Badge>}
                {person.mayAddEscrowDevices && <Badge tone="good">{T.escrowAdmin}</Badge>}
              </h2>
              <p class="muted small">{person.role}</p>
            </div>
            {me.isPortalAdmin && (
              <div class="actions">
                <Button look="quiet" onClick={() => setOpen({ what: "devices", person })}>
                  {T.show}
                  <span class="hidden"> {T.of(person.name)}</span>
                </Button>
                <Button look="quiet" onClick={() => setOpen({ what: "manage", person })}>
                  {T.manage}
                  <span class="hidden"> {person.name}</span>
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {open?.what === "devices" && <TheirDevices person={open.person} onClose={() => setOpen(undefined)} />}
      {open?.what === "manage" && found && (
        <Manage
          {...{ me, person: open.person, sites: found.sites }}
          onClose={() => setOpen(undefined)}
          onDone={() => {
            setOpen(undefined);
            void refresh();
          }}
        />
      )}
    </>
  );
}

function TheirDevices({ person, onClose }: { readonly person: portal.Person; readonly onClose: () => void }) {
  const { found, problem, refresh, isRotated } = useDevices(person.account);
  return (
    <Dialog title={T.showOf(person.name)} onClose={onClose} isWide>
      <Problem>{problem}</Problem>
      {found && <DeviceLists {...{ found, isRotated, refresh, account: person.account }} />}
      <footer>
        <Button onClick={onClose}>{all.close}</Button>
      </footer>
    </Dialog>
  );
}

interface ManageProps {
  readonly me: Me;
  readonly person: portal.Person;
  readonly sites: portal.SitePeople["sites"];
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function Manage({ me, person, sites, onClose, onDone }: ManageProps) {
  const { isBusy, problem, run } = useConfirmedWork();
  const [mayAdd, setMayAdd] = useState(person.mayAddEscrowDevices);
  const [site, setSite] = useState(person.site);
  const isMe = person.account === me.account;
  const isSame = mayAdd === person.mayAddEscrowDevices && site === person.site;
  const save = () =>
    run(async () => {
      if (mayAdd !== person.mayAddEscrowDevices) await portal.letAddEscrowDevices(person.account, mayAdd);
      if (site !== person.site) await portal.move(person.account, site);
      onDone();
    });
  return (
    <Dialog title={T.manageOf(person.name)} onClose={onClose}>
      <div>
        <label class="check">
          <input
            type="checkbox"
            checked={mayAdd}
            disabled={isMe}
            aria-describedby="role-hint"
            onChange={() => setMayAdd(!mayAdd)}
          />
          {T.role}
        </label>
        <p class="hint" id="role-hint">
          {isMe ? T.ownRole : T.roleHint}
        </p>
      </div>
      <fieldset class="sites" aria-describedby="site-hint">
        <legend class="strong">{T.site}</legend>
        {sites.map((each) => (
          <label class="check" key={each.site}>
            <input type="radio" name="site" checked={site === each.site} onChange={() => setSite(each.site)} />
            {each.name}
          </label>
        ))}
        <p class="hint" id="site-hint">
          {T.siteHint}
        </p>
      </fieldset>
      <Confirmed>
        <Ending problem={problem} onCancel={onClose}>
          <Button look="main" isBusy={isBusy} isOff={isSame} onClick={save}>
            {T.save}
          </Button>
        </Ending>
      </Confirmed>
    </Dialog>
  );
}
