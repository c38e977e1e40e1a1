// Before the pages about escrow: the role in the portal, and a step-up. The server guards both.

import type { ComponentChildren } from "preact";
import { useDevice } from "../hooks.js";
import { StepUpGate } from "../portal/step-up.js";
import { escrowTexts as E } from "../texts.js";
import { Notice } from "../ui.js";

export function Gate({ children }: { readonly children: ComponentChildren }) {
  const { me } = useDevice();
  if (!me.mayAddEscrowDevices)
    return (
      <>
        <h1>{E.title}</h1>
        <Notice tone="warn" icon="lock" title={E.noRole.title}>
          <p>{E.noRole.lead}</p>
        </Notice>
      </>
    );
  return <StepUpGate lead={E.stepUp}>{children}</StepUpGate>;
}
