import type { JSX } from "preact";
import type { Upgrade } from "../shared/api.ts";
import { Mark } from "../shared/login.tsx";
import { LanguageSwitch } from "../shared/ui.tsx";
import { t } from "../shared/text.ts";

const safeLink = (link: string): string => (/^(https?:\/\/|\/)/.test(link) ? link : "/");

/** Shown when the server refuses this version (S3, S4). What was done so far is kept by the server. */
export function Gate({ minimum, link }: Upgrade): JSX.Element {
  return (
    <main class="login" data-testid="gate-page">
      <div class="login-top"><LanguageSwitch /></div>
      <div class="login-card">
        <Mark />
        <h1>{t("c.gate.title")}</h1>
        <p>{t("c.gate.text", { minimum })}</p>
        <dl class="facts">
          <div><dt>{t("c.gate.yours")}</dt><dd data-testid="gate-version">{__CLIENT_VERSION__}</dd></div>
          <div><dt>{t("c.gate.needed")}</dt><dd data-testid="gate-minimum">{minimum}</dd></div>
        </dl>
        <a class="button primary wide" data-testid="gate-update" href={safeLink(link)}>{t("c.gate.update")}</a>
        <p class="soft small-text">{t("c.gate.kept")}</p>
      </div>
      <span />
    </main>
  );
}
