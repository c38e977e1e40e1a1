// Tabs, with the keys that people expect of them.

import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";

interface TabsProps<K extends string> {
  readonly label: string;
  readonly tabs: readonly (readonly [key: K, name: string])[];
  readonly chosen: K;
  readonly onChoose: (key: K) => void;
  readonly children: ComponentChildren;
}

export function Tabs<K extends string>({ label, tabs, chosen, onChoose, children }: TabsProps<K>) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const step = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const at = tabs.findIndex(([key]) => key === chosen);
    const next = (at + by + tabs.length) % tabs.length;
    const found = tabs[next];
    if (by === 0 || !found) return;
    event.preventDefault();
    onChoose(found[0]);
    list.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <>
      <div ref={list} class="tabs" role="tablist" aria-label={label} onKeyDown={step}>
        {tabs.map(([key, name]) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`${id}-${key}`}
            aria-selected={chosen === key}
            aria-controls={`${id}-panel`}
            tabIndex={chosen === key ? 0 : -1}
            onClick={() => onChoose(key)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} class="panel">
        {children}
      </div>
    </>
  );
}
