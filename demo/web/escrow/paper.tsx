// The backup keys of escrow: the one without which escrow cannot be enabled, and more for other places.

import { useDevice } from "../hooks.js";
import { MakePaper } from "../make-paper.js";
import { escrowTexts as E } from "../texts.js";
import { useDesk } from "./desk.js";

interface PaperProps {
  /** `enable`: escrow is enabled once the key is proved, and not before. */
  readonly what: "enable" | "another";
  /** An earlier key waits for its proof. */
  readonly isUnproved: boolean;
  readonly onClose: () => void;
}

export function EscrowPaper({ what, isUnproved, onClose }: PaperProps) {
  const { me } = useDevice();
  const { session } = useDesk();
  return (
    <MakePaper
      texts={{ ...E.paper[what], nameHint: E.paper.nameHint }}
      account={E.paper.account(me.site.name)}
      isUnproved={isUnproved}
      act={(show, name, isAgain) => {
        if (what === "enable") return session.enable(show, { name });
        return isAgain ? session.proveBackupKey(show) : session.createBackupKey(show, { name });
      }}
      onClose={onClose}
    />
  );
}
