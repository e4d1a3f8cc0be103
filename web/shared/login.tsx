import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { digits } from "./format.ts";
import { Icon } from "./icons.tsx";
import { login } from "./session.ts";
import { t } from "./text.ts";
import type { Kind } from "./types.ts";
import { Button, Failure, LanguageSwitch, TextField, useAction } from "./ui.tsx";

export function Mark(): JSX.Element {
  return (
    <svg class="mark" viewBox="0 0 48 48" aria-hidden="true">
      <rect width="48" height="48" rx="13" />
      <path d="M24 9c9 0 15 6 15 13-2-2-4.500-2-7 0-2.500-2-5.500-2-8 0-2.500-2-5.500-2-8 0-2.500-2-5-2-7 0C9 15 15 9 24 9zM24 23v12a4 4 0 0 0 7 2.500" />
    </svg>
  );
}

type Props = { kind: Kind; title: string; hint: string; totp?: boolean; children?: ComponentChildren };

/** The sign-in form of a page: members by member number, staff with a one-time code as well. */
export function Login({ kind, title, hint, totp, children }: Props): JSX.Element {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const action = useAction();
  const send = (event: Event): void => {
    event.preventDefault();
    action.run(() => login({ kind, login: name.trim(), password, ...(totp ? { totp: digits(code) } : {}) }));
  };
  return (
    <main class="login" data-testid="login-page">
      <div class="login-top"><LanguageSwitch /></div>
      <form class="login-card" onSubmit={send}>
        <Mark />
        <h1>{title}</h1>
        <p class="soft">{hint}</p>
        <TextField label={t(kind === "member" ? "login.member_no" : "login.account")} testid="login-name" value={name} onValue={setName} autocomplete="username" autocapitalize="characters" required />
        <TextField label={t("login.password")} testid="login-password" type="password" value={password} onValue={setPassword} autocomplete="current-password" required />
        {totp && <TextField label={t("login.totp")} testid="login-totp" inputMode="numeric" autocomplete="one-time-code" maxLength={8} value={code} onValue={setCode} required />}
        <Failure text={action.error} testid="login-error" />
        <Button testid="login-submit" submit wide busy={action.busy}>{t("login.submit")}</Button>
        {children}
      </form>
      <p class="login-foot"><Icon name="shield" size={18} />{t("login.safe")}</p>
    </main>
  );
}
