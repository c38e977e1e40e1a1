// The parts that screens are made of.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import encodeQR from "qr";
import { T } from "./texts.js";

const ICONS = {
  inbox: "M3 13l3-8h12l3 8M3 13v6h18v-6M3 13h5l1.500 3h5L16 13h5",
  devices: "M3 5h13v9H3zM1.500 17.500h11M17 9h5v10h-5z",
  people:
    "M9 5a3.500 3.500 0 100 7 3.500 3.500 0 000-7zM2.500 20c0-4 3-6 6.500-6s6.500 2 6.500 6M16 5.500a3 3 0 010 6M18 14.500c2.200.6 3.500 2.500 3.500 5",
  paper: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  shield: "M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z",
  mail: "M3 6h18v12H3zM3.500 6.500L12 13l8.500-6.500",
  voice: "M12 4v9M9 6v7a3 3 0 006 0V6a3 3 0 00-6 0zM6 12a6 6 0 0012 0M12 18v3",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 017 0v3",
  check: "M5 12.500l4.500 4.500L19 7.500",
  alert: "M12 4l9 16H3zM12 10v4M12 17v.5",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  plus: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  out: "M10 4H4v16h6M9 12h12M17 8l4 4-4 4",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500L19 19M5 19l1.500-1.500M17.500 6.500L19 5",
  moon: "M20 14.500A8 8 0 119.500 4a6.500 6.500 0 0010.500 10.500z",
  auto: "M12 3a9 9 0 100 18zM12 3a9 9 0 010 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  print: "M7 8V3h10v5M7 17H4V8h16v9h-3M7 14h10v7H7z",
  key: "M15 4a5 5 0 00-4.600 7L4 17.500V20h3.500v-2.500H10V15h2l1.200-1.400A5 5 0 1015 4zM16.500 8v.5",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
} as const;

export type IconName = keyof typeof ICONS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={ICONS[name]} />
    </svg>
  );
}

export function Leaf() {
  return (
    <svg class="leaf" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="9" />
      <path d="M9 24c-1-9 4-15 15-16-.4 10-5.600 15.400-13 14.600M9 24c2.600-5 5.700-8 10-10.400" />
    </svg>
  );
}

interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick?: () => unknown;
  readonly look?: "main" | "plain" | "quiet" | "danger";
  readonly icon?: IconName;
  readonly isBusy?: boolean;
  readonly isOff?: boolean;
  readonly submits?: boolean;
}

export function Button({ children, onClick, look = "plain", icon, isBusy, isOff, submits }: ButtonProps) {
  return (
    <button
      type={submits ? "submit" : "button"}
      class={`button ${look}`}
      disabled={isOff}
      // Not disabled while it works: it would lose the focus.
      aria-disabled={isBusy}
      aria-busy={isBusy}
      onClick={() => void (isBusy || onClick?.())}
    >
      {icon && <Icon name={icon} />}
      {isBusy ? T.busy : children}
    </button>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: ComponentChildren;
  readonly type?: "text" | "password";
  readonly isCode?: boolean;
  readonly rows?: number;
  readonly autocomplete?: string;
  readonly maxLength?: number;
  /** Whether it takes the focus when it appears: for the next step of a dialog. */
  readonly isFocused?: boolean;
}

export function Field({
  label,
  value,
  onInput,
  hint,
  type = "text",
  isCode,
  rows,
  autocomplete = "off",
  maxLength,
  isFocused = false,
}: FieldProps) {
  const id = useId();
  useEffect(() => {
    if (isFocused) document.getElementById(id)?.focus();
  }, []);
  const common = {
    ...{ id, value, autocomplete, maxLength },
    class: isCode ? "code" : "",
    spellcheck: false,
    autocapitalize: isCode ? "characters" : "sentences",
    "aria-describedby": hint ? `${id}-hint` : undefined,
    onInput: (event: Event) => onInput((event.currentTarget as HTMLInputElement).value),
  } as const;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {rows ? (
        <textarea {...common} rows={rows} />
      ) : type === "password" ? (
        <input {...common} type="password" />
      ) : (
        <input {...common} type="text" />
      )}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface NoticeProps {
  readonly tone?: "calm" | "good" | "warn" | "danger";
  readonly icon?: IconName;
  readonly title?: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly isLive?: boolean;
}

export function Notice({ tone = "calm", icon, title, children, actions, isLive }: NoticeProps) {
  return (
    <div class={`notice ${tone}`} role={isLive ? "status" : undefined}>
      {icon && <Icon name={icon} />}
      <div class="grow">
        {title && <h2 class="notice-title">{title}</h2>}
        {children}
      </div>
      {actions && <div class="actions">{actions}</div>}
    </div>
  );
}

export function Problem({ children }: { readonly children: string | undefined }) {
  return (
    <div role="alert" class="problem">
      {children && (
        <p>
          <Icon name="alert" />
          {children}
        </p>
      )}
    </div>
  );
}

export function Badge({ tone, children }: { readonly tone: string; readonly children: ComponentChildren }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly isWide?: boolean;
}

/** A modal dialog of the browser: it keeps the focus inside, also from step to step, and Escape closes it. */
export function Dialog({ title, onClose, children, isWide }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const opener = document.activeElement as HTMLElement | null;
    dialog.showModal();
    // A step of the dialog may go with what had the focus.
    const steps = new MutationObserver(() => {
      if (!dialog.contains(document.activeElement)) document.getElementById(id)?.focus();
    });
    steps.observe(dialog, { childList: true, subtree: true });
    return () => {
      steps.disconnect();
      // The dialog leaves the document: the browser gives the focus back to nothing.
      opener?.focus();
      // While the dialog was still there, nothing beside it took the focus. And what opened it may go, too.
      requestAnimationFrame(() => {
        if (document.activeElement !== document.body) return;
        // Where an address opened it, nothing had the focus.
        const isThere = opener?.isConnected && opener !== document.body;
        (isThere ? opener : document.getElementById("main"))?.focus();
      });
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class={isWide ? "wide" : ""}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={id} tabIndex={-1} autofocus>
          {title}
        </h2>
        <button type="button" class="close" aria-label={T.close} onClick={onClose}>
          <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d="M6 6l12 12M18 6L6 18" />
          </svg>
        </button>
      </header>
      {children}
    </dialog>
  );
}

interface EndingProps {
  readonly problem: string | undefined;
  /** What to know before. */
  readonly hint?: string;
  readonly onCancel: () => void;
  /** The button that does it. */
  readonly children: ComponentChildren;
}

/** How a dialog ends: what went wrong, the way back, and the way on. */
export function Ending({ problem, hint, onCancel, children }: EndingProps) {
  return (
    <>
      <Problem>{problem}</Problem>
      <footer>
        {hint && <p class="muted small grow">{hint}</p>}
        <Button onClick={onCancel}>{T.cancel}</Button>
        {children}
      </footer>
    </>
  );
}

export function Form({
  onSubmit,
  children,
}: {
  readonly onSubmit: () => unknown;
  readonly children: ComponentChildren;
}) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (!form.querySelector("[type=submit][aria-busy=true]")) void onSubmit();
  };
  return <form onSubmit={submit}>{children}</form>;
}

/** A text as a QR code. Always dark on white: cameras read nothing else well. */
export function Qr({ text, label }: { readonly text: string; readonly label: string }) {
  const modules = encodeQR(text, "raw", { ecc: "medium", border: 2 });
  const path = modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join("");
  return (
    <svg class="qr" viewBox={`0 0 ${modules.length} ${modules.length}`} role="img" aria-label={label} data-qr={text}>
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}

/** Groups of characters that people compare or copy by eye. */
export function Groups({ text, label }: { readonly text: string; readonly label: string }) {
  const groups = text.split(/[\s-]+/);
  return (
    <ol class="groups" aria-label={label} data-text={text}>
      {groups.map((group, at) => (
        <li key={`${at} ${group}`}>{group}</li>
      ))}
    </ol>
  );
}

export function CopyButton({ text }: { readonly text: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <Button look="quiet" icon={isCopied ? "check" : "copy"} onClick={copy}>
      {isCopied ? T.copied : T.copy}
    </Button>
  );
}
