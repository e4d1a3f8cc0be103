import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get } from "../shared/api.ts";
import { inCall } from "../shared/call.ts";
import { Icon } from "../shared/icons.tsx";
import { Mark } from "../shared/login.tsx";
import { go } from "../shared/router.ts";
import { logout, principal } from "../shared/session.ts";
import { t } from "../shared/text.ts";
import type { About as Facts } from "../shared/types.ts";
import { Button, Failure, LanguageSwitch, useAction } from "../shared/ui.tsx";
import { Shell } from "./app.tsx";
import { forgetAll } from "./kept.ts";

export function More(): JSX.Element {
  const action = useAction();
  return (
    <Shell title={t("c.nav.more")} nav="more" testid="more-page">
      <div class="card row"><span class="avatar"><Icon name="person" /></span><strong class="grow">{principal.value?.name}</strong></div>
      <div class="rows">
        <button type="button" class="row-button" data-testid="more-about" onClick={() => go("about")}>
          <Icon name="info" /><span class="grow">{t("c.more.about")}</span><Icon name="next" />
        </button>
        <div class="row-button"><Icon name="globe" /><span class="grow">{t("c.more.language")}</span><LanguageSwitch /></div>
      </div>
      <Failure text={action.error} />
      <Button testid="logout" look="secondary" wide busy={action.busy} disabled={inCall.value} onClick={() => action.run(() => forgetAll().then(logout))}>{t("logout")}</Button>
    </Shell>
  );
}

/** 關於: the version, whose first three parts decide (S3, S10). */
export function About(): JSX.Element {
  const [facts, setFacts] = useState<Facts | null>(null);
  const action = useAction();
  useEffect(() => action.run(async () => setFacts(await get<Facts>("/about"))), []);
  const row = (label: string, value: string, testid: string): JSX.Element => <div><dt>{label}</dt><dd data-testid={testid}>{value}</dd></div>;
  return (
    <Shell title={t("c.more.about")} back={() => go("more")} testid="about-page">
      <div class="about"><Mark /><h2>CVX</h2><p class="soft">{t("c.about.tagline")}</p></div>
      <Failure text={action.error} />
      <dl class="facts card">
        {row(t("c.about.version"), __CLIENT_VERSION__, "about-version")}
        {row(t("c.about.needed"), facts?.minimum_client ?? "…", "about-minimum")}
        {row(t("c.about.server"), facts?.build ?? "…", "about-server")}
      </dl>
    </Shell>
  );
}
