import { signal } from "@preact/signals";
import type { ComponentChildren, InputHTMLAttributes, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { explain } from "./api.ts";
import { Icon, type IconName } from "./icons.tsx";
import { language, setLanguage, t } from "./text.ts";

type Look = "primary" | "secondary" | "quiet" | "danger";
type ButtonProps = {
  testid: string;
  onClick?: (() => void) | undefined;
  look?: Look;
  icon?: IconName;
  busy?: boolean;
  disabled?: boolean;
  wide?: boolean;
  submit?: boolean;
  small?: boolean;
  children: ComponentChildren;
};

export function Button({ testid, onClick, look = "primary", icon, busy, disabled, wide, submit, small, children }: ButtonProps): JSX.Element {
  const classes = `button ${look}${wide ? " wide" : ""}${small ? " small" : ""}`;
  return (
    <button type={submit ? "submit" : "button"} class={classes} data-testid={testid} disabled={disabled || busy} aria-busy={busy} onClick={onClick}>
      {busy ? <span class="spinner" /> : icon && <Icon name={icon} size={20} />}
      <span>{children}</span>
    </button>
  );
}

type IconButtonProps = { testid: string; icon: IconName; label: string; onClick: () => void; pressed?: boolean; disabled?: boolean; class?: string };

export function IconButton({ testid, icon, label, onClick, pressed, disabled, class: extra = "" }: IconButtonProps): JSX.Element {
  return (
    <button type="button" class={`icon-button ${extra}`} data-testid={testid} aria-label={label} title={label} aria-pressed={pressed} disabled={disabled} onClick={onClick}>
      <Icon name={icon} />
    </button>
  );
}

export type Action = { busy: boolean; error: string | null; run: (work: () => Promise<unknown>) => void; clear: () => void };

/** One thing at a time that can fail: busy while it runs, the reason after it failed. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const running = useRef(false);
  const run = (work: () => Promise<unknown>): void => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(null);
    work()
      .catch((failure: unknown) => setError(explain(failure)))
      .finally(() => {
        running.current = false;
        setBusy(false);
      });
  };
  return { busy, error, run, clear: () => setError(null) };
}

export function Failure({ text, testid = "error" }: { text: string | null; testid?: string }): JSX.Element | null {
  if (!text) return null;
  return (
    <p class="failure" role="alert" data-testid={testid}>
      <Icon name="alert" size={20} />
      <span>{text}</span>
    </p>
  );
}

type DialogProps = { title: string; testid: string; onClose?: () => void; children: ComponentChildren; class?: string };

/** A modal dialog: the browser keeps the focus inside; Escape closes it where closing is offered. */
export function Dialog({ title, testid, onClose, children, class: extra = "" }: DialogProps): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  const cancel = (event: Event): void => {
    event.preventDefault();
    onClose?.();
  };
  return (
    <dialog ref={ref} class={`dialog ${extra}`} data-testid={testid} onCancel={cancel} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}

type FieldProps = InputHTMLAttributes<HTMLInputElement> & { label: string; testid: string; value: string; onValue: (value: string) => void };

export function TextField({ label, testid, value, onValue, ...rest }: FieldProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <input {...rest} data-testid={testid} value={value} onInput={(event) => onValue(event.currentTarget.value)} />
    </label>
  );
}

type SelectProps = { label: string; testid: string; value: string; onValue: (value: string) => void; options: { value: string; text: string }[]; placeholder?: string };

export function Select({ label, testid, value, onValue, options, placeholder }: SelectProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select data-testid={testid} value={value} onChange={(event) => onValue(event.currentTarget.value)}>
        {placeholder !== undefined && <option value="">{placeholder}</option>}
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </label>
  );
}

type ReasonProps = { title: string; label: string; testid: string; confirm: string; look?: Look; onClose: () => void; onReason: (reason: string) => Promise<unknown>; children?: ComponentChildren };

/** A dialog that asks for a reason and sends it. */
export function ReasonDialog({ title, label, testid, confirm, look = "danger", onClose, onReason, children }: ReasonProps): JSX.Element {
  const [reason, setReason] = useState("");
  const action = useAction();
  const send = (event: Event): void => {
    event.preventDefault();
    action.run(() => onReason(reason.trim()));
  };
  return (
    <Dialog title={title} testid={testid} onClose={onClose}>
      <form class="stack" onSubmit={send}>
        {children}
        <label class="field">
          <span>{label}</span>
          <textarea rows={3} maxLength={300} required data-testid={`${testid}-reason`} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
        <Failure text={action.error} />
        <div class="row end">
          <Button testid={`${testid}-cancel`} look="quiet" onClick={onClose}>{t("cancel")}</Button>
          <Button testid={`${testid}-confirm`} look={look} submit busy={action.busy} disabled={!reason.trim()}>{confirm}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export type Tone = "good" | "warn" | "bad" | "info" | "plain";
export function Chip({ tone = "plain", children, testid }: { tone?: Tone; children: ComponentChildren; testid?: string }): JSX.Element {
  return <span class={`chip ${tone}`} data-testid={testid}>{children}</span>;
}

export function LanguageSwitch(): JSX.Element {
  const next = language.value === "zh" ? "en" : "zh";
  return (
    <button type="button" class="language" data-testid="language" lang={next === "zh" ? "zh-Hant" : "en"} onClick={() => setLanguage(next)}>
      <Icon name="globe" size={18} />
      {next === "zh" ? "中文" : "English"}
    </button>
  );
}

export function Loading({ label }: { label?: string }): JSX.Element {
  return (
    <div class="loading" role="status" data-testid="loading">
      <span class="spinner dark" />
      <span>{label ?? t("loading")}</span>
    </div>
  );
}

export function Empty({ icon, text }: { icon: IconName; text: string }): JSX.Element {
  return (
    <div class="empty" data-testid="empty">
      <Icon name={icon} size={40} />
      <p>{text}</p>
    </div>
  );
}

const toastText = signal<string | null>(null);
let toastTimer = 0;
export function toast(text: string): void {
  toastText.value = text;
  clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => {
    toastText.value = null;
  }, 2500);
}

export function Toast(): JSX.Element | null {
  if (!toastText.value) return null;
  return <div class="toast" role="status" data-testid="toast">{toastText.value}</div>;
}

/** The time, read anew every so many milliseconds. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
