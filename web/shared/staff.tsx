import type { ComponentChildren, JSX } from "preact";
import { Mark } from "./login.tsx";
import { online } from "./socket.ts";
import { go } from "./router.ts";
import { logout, principal } from "./session.ts";
import { t } from "./text.ts";
import { Chip, Button, LanguageSwitch, useAction } from "./ui.tsx";

type Props = { title: string; busy?: boolean; children: ComponentChildren };

/** The frame of the staff's pages: who is signed in, whether we are live, the way home. */
export function StaffFrame({ title, busy, children }: Props): JSX.Element {
  const action = useAction();
  const who = principal.value;
  return (
    <div class="staff">
      <header class="staff-top">
        <button type="button" class="brand" data-testid="nav-queue" onClick={() => go()}><Mark /><strong>{title}</strong></button>
        <span class="grow" />
        <Chip tone={online.value ? "good" : "warn"} testid="online">{t(online.value ? "staff.online" : "staff.offline")}</Chip>
        <span class="who" data-testid="whoami">{who?.name}{who?.unit && <small>{who.unit}</small>}</span>
        <LanguageSwitch />
        <Button testid="logout" look="quiet" small busy={action.busy} disabled={busy ?? false} onClick={() => action.run(logout)}>{t("logout")}</Button>
      </header>
      {children}
    </div>
  );
}

export function Panel({ title, testid, action, children, class: extra = "" }: { title: string; testid: string; action?: ComponentChildren; children: ComponentChildren; class?: string }): JSX.Element {
  return (
    <section class={`panel ${extra}`} data-testid={testid}>
      <header class="panel-head"><h2>{title}</h2>{action}</header>
      {children}
    </section>
  );
}
