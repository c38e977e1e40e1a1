// Review Activity: the checked devices are approved and the unchecked removed, in one link. A device can be checked once its
// fingerprint was compared.

import type { PendingMember } from "keystead";
import { useContext, useState } from "preact/hooks";
import { Compare, type Compared } from "./compare.js";
import { NewsContext, useDevice, useSnapshot, useWork } from "./hooks.js";
import { day, nameOf, say, T, words } from "./texts.js";
import { Badge, Button, Dialog, Ending, Icon } from "./ui.js";

export function Review({ onClose }: { readonly onClose: () => void }) {
  const { session } = useDevice();
  const { devices } = useSnapshot(session);
  const { isBusy, problem, run } = useWork();
  const tell = useContext(NewsContext);
  const [compared, setCompared] = useState<ReadonlyMap<string, Compared>>(new Map());
  const [checked, setChecked] = useState<ReadonlySet<string>>(new Set());
  const pending = devices?.pending ?? [];
  const approve = pending.filter(({ member }) => checked.has(member));
  const remove = pending.filter(({ member }) => !checked.has(member));
  const check = (member: string, isChecked: boolean) => {
    const next = new Set(checked);
    if (isChecked) next.add(member);
    else next.delete(member);
    setChecked(next);
  };
  const save = async () => {
    const tokens = approve.flatMap(({ member }) => compared.get(member)?.token ?? []);
    const done = await run(() => session.save({ approve: tokens, remove: remove.map(({ member }) => member) }));
    if (done) {
      if (approve.length > 0) tell(T.news.approved(words.list(named(approve))));
      onClose();
    } else {
      setCompared(new Map());
      setChecked(new Set());
    }
  };
  return (
    <Dialog title={T.review.title} onClose={onClose} isWide>
      <p>{pending.length > 0 ? T.review.lead : T.review.done}</p>
      <ul class="list">
        {pending.map((each) => (
          <Candidate
            key={each.member}
            candidate={each}
            compared={compared.get(each.member)}
            isChecked={checked.has(each.member)}
            onCheck={(isChecked) => check(each.member, isChecked)}
            onCompared={(result) => {
              setCompared(new Map(compared).set(each.member, result));
              check(each.member, result.token !== undefined);
            }}
          />
        ))}
      </ul>
      <ReviewEnding
        {...{ problem, isBusy, approve: named(approve), remove: named(remove) }}
        hint={T.review.saveHint}
        isAnswered={compared.size > 0}
        onCancel={onClose}
        onSave={save}
      />
    </Dialog>
  );
}

interface ReviewEndingProps {
  /** The names of the devices that are approved, and of those that are removed. */
  readonly approve: readonly string[];
  readonly remove: readonly string[];
  readonly hint: string;
  /** Something was compared. Before that, removing is not what the user came for. */
  readonly isAnswered: boolean;
  readonly problem: string | undefined;
  readonly isBusy: boolean;
  readonly onCancel: () => void;
  readonly onSave: () => unknown;
}

/** How a review ends, of the user's devices and of those of admins: one button saves it all, and says what. */
export function ReviewEnding({
  approve,
  remove,
  hint,
  isAnswered,
  problem,
  isBusy,
  onCancel,
  onSave,
}: ReviewEndingProps) {
  return (
    <Ending {...{ problem, hint, onCancel }}>
      {approve.length + remove.length > 0 && (
        <Button look={approve.length > 0 ? "main" : isAnswered ? "danger" : "plain"} isBusy={isBusy} onClick={onSave}>
          {T.review.save(approve, remove)}
        </Button>
      )}
    </Ending>
  );
}

interface ReviewBadgeProps {
  readonly isChecked: boolean;
  readonly isCompared: boolean;
}

/** What saving does with a device; before it was compared, that it was not. */
export function ReviewBadge({ isChecked, isCompared }: ReviewBadgeProps) {
  if (isChecked) return <Badge tone="good">{T.review.willApprove}</Badge>;
  return isCompared ? (
    <Badge tone="danger">{T.review.willRemove}</Badge>
  ) : (
    <Badge tone="warn">{T.review.notCompared}</Badge>
  );
}

const named = (members: readonly PendingMember[]): readonly string[] => members.map(({ name }) => nameOf(name));

interface CandidateProps {
  readonly candidate: PendingMember;
  readonly compared: Compared | undefined;
  readonly isChecked: boolean;
  readonly onCheck: (isChecked: boolean) => void;
  readonly onCompared: (result: Compared) => void;
}

function Candidate({ candidate, compared, isChecked, onCheck, onCompared }: CandidateProps) {
  const { session } = useDevice();
  const { devices } = useSnapshot(session);
  const { member, gives, further, lost, letsIn } = candidate;
  const view = devices?.members.find((each) => each.member === member);
  const name = nameOf(candidate.name);
  const isMatched = compared?.token !== undefined;
  const best = further[0];
  const warnings = (devices?.warnings ?? []).filter(
    ({ code, members }) => code === "lets-in-others" && members.includes(member),
  );
  return (
    <li class="candidate" data-member={member}>
      <div class="row">
        <span class="roundel" aria-hidden="true">
          <Icon name="devices" />
        </span>
        <div class="grow">
          <h3>
            {name}
            <ReviewBadge isChecked={isChecked} isCompared={compared !== undefined} />
          </h3>
          <p class="muted small">
            {[view?.platform, view && T.devices.added(day(view.added))].filter(Boolean).join(" · ")}
          </p>
        </div>
        <label class="check">
          <input
            type="checkbox"
            checked={isChecked}
            disabled={!isMatched}
            onChange={(event) => onCheck(event.currentTarget.checked)}
          />
          <span>{isMatched ? T.review.approve : T.review.compareFirst}</span>
        </label>
      </div>
      <ul class="bullets">
        {gives && <li>{T.review.gives(day(gives.since))}</li>}
        {best?.gives && <li class="strong">{T.review.further(nameOf(best.name), day(best.gives.since))}</li>}
        {lost.map((stretch) => (
          <li key={stretch.from} class="strong">
            {T.review.lost(words.stretch(stretch, words))}
          </li>
        ))}
        {letsIn.length > 0 &&
          warnings.map((warning) => (
            <li key={warning.code} class="strong">
              {say(warning)}
            </li>
          ))}
      </ul>
      <Compare member={member} name={name} compared={compared} onCompared={onCompared} />
    </li>
  );
}
