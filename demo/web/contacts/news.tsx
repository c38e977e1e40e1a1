// What changed of a colleague since the user looked last: calm news, a question before sealing, or an alarm with its evidence.

import { encodeEvidence } from "keystead/audit";
import type { ContactView } from "keystead/client";
import { useDevice, useWork } from "../hooks.js";
import { contactTexts as C, say } from "../texts.js";
import { Badge, Button, Notice, Problem } from "../ui.js";

interface NewsProps {
  readonly name: string;
  readonly view: ContactView;
  readonly onCompare: () => void;
}

export function News({ name, view, onCompare }: NewsProps) {
  const { session } = useDevice();
  const { isBusy, problem, run } = useWork();
  const { news, change } = view;
  if (!change || news === "none") return null;
  // In words, a colleague has a name, and no subject.
  const words = say({ ...change, subject: name });
  const acknowledge = () => run(() => session.acknowledge(view));
  if (news === "milder") {
    return (
      <Notice
        tone="calm"
        icon="devices"
        title={C.milder.title(name)}
        actions={
          <Button isBusy={isBusy} onClick={acknowledge}>
            {C.milder.ok}
          </Button>
        }
      >
        <p>{words}</p>
        <Problem>{problem}</Problem>
      </Notice>
    );
  }
  if (news === "changed") {
    return (
      <Notice tone="warn" icon="alert" title={C.changed.title(name)} isLive>
        <p>{words}</p>
        <p>{C.changed.ask(name)}</p>
        <div class="actions">
          <Button icon="shield" onClick={onCompare}>
            {C.compare}
          </Button>
          <Button look="quiet" isBusy={isBusy} onClick={acknowledge}>
            {C.changed.go(name)}
          </Button>
        </div>
        <Problem>{problem}</Problem>
      </Notice>
    );
  }
  return (
    <Notice tone="danger" icon="alert" title={C.alarm.title(name)} isLive>
      <p>{words}</p>
      {change.status === "replaced" && (
        <>
          <p>{C.alarm.replaced(name)}</p>
          <div class="actions">
            <Button icon="shield" onClick={onCompare}>
              {C.compare}
            </Button>
          </div>
        </>
      )}
      <Evidence view={view} />
    </Notice>
  );
}

function Evidence({ view: { change } }: { readonly view: ContactView }) {
  if (!change?.evidence) return null;
  const { evidence, tracked, current } = change;
  const save = () => {
    const url = URL.createObjectURL(new Blob([new Uint8Array(encodeEvidence(evidence))]));
    const link = document.createElement("a");
    [link.href, link.download] = [url, C.alarm.file];
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <details class="evidence">
      <summary>{C.alarm.evidence}</summary>
      <p>{C.alarm.seen(tracked.seq, tracked.hash)}</p>
      <p>{C.alarm.shown(current.seq, current.hash)}</p>
      <div class="actions">
        <Button onClick={save}>{C.alarm.save}</Button>
      </div>
    </details>
  );
}

/** In a word, how this device stands to a colleague. */
export function Standing({ view }: { readonly view: ContactView }) {
  const { news, verified } = view;
  const tone = { none: verified ? "good" : "none", milder: "calm", changed: "warn", alarm: "danger" }[news];
  return <Badge tone={tone}>{news === "none" && verified ? C.badges.verified : C.badges[news]}</Badge>;
}
