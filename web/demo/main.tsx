import "../shared/base.css";
import "./demo.css";
import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { explain, get } from "../shared/api.ts";
import { time } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Mark } from "../shared/login.tsx";
import { loadTexts, t } from "../shared/text.ts";
import type { DemoPage, Kind } from "../shared/types.ts";
import { Empty, Failure, LanguageSwitch, Loading, toast, Toast, useNow } from "../shared/ui.tsx";

const refreshMs = 1500;
const links: Record<Kind, string> = { member: "/", agent: "/console", reviewer: "/review", underwriter: "/review" };
const stepS = 30;

function Copy({ text, label, testid }: { text: string; label: string; testid: string }): JSX.Element {
  const copy = (): void => void navigator.clipboard?.writeText(text).then(() => toast(t("d.copied")));
  return (
    <button type="button" class="copy" data-testid={testid} data-value={text} aria-label={`${t("d.copy")} ${label}`} onClick={copy}>
      <small>{label}</small><span class="mono">{text}</span><Icon name="copy" size={16} />
    </button>
  );
}

function Login({ person }: { person: DemoPage["people"][number] }): JSX.Element {
  const left = stepS - (Math.floor(useNow(1000) / 1000) % stepS);
  return (
    <article class="card demo-person" data-testid={`person-${person.login}`}>
      <header class="row between"><strong>{person.name}</strong><a class="button secondary small" data-testid={`open-${person.login}`} href={links[person.kind]} target="_blank" rel="noopener">{t(`d.open.${person.kind}`)}</a></header>
      <div class="copies">
        <Copy text={person.login} label={t(person.kind === "member" ? "login.member_no" : "login.account")} testid={`login-${person.login}`} />
        <Copy text={person.password} label={t("login.password")} testid={`password-${person.login}`} />
        {person.totp && <Copy text={person.totp} label={t("d.totp", { left })} testid={`totp-${person.login}`} />}
      </div>
    </article>
  );
}

function Outbox({ sms }: { sms: DemoPage["sms"] }): JSX.Element {
  return (
    <section class="stack tight" data-testid="sms-outbox">
      <h2>{t("d.sms")}</h2>
      {!sms.length && <Empty icon="phone" text={t("d.sms_none")} />}
      {sms.map((message) => {
        const code = /驗證碼為(\d{6})/.exec(message.text)?.[1];
        return (
          <article key={message.at + message.text} class="card sms" data-testid="sms" data-code={code}>
            <p class="row between"><small class="soft mono">{message.phone_masked}</small><small class="soft mono">{time(message.at)}</small></p>
            <p class="sms-text">{message.text}</p>
            {code && <Copy text={code} label={t("d.code")} testid="sms-code" />}
          </article>
        );
      })}
    </section>
  );
}

function Demo(): JSX.Element {
  const [page, setPage] = useState<DemoPage | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const load = (): void => void get<DemoPage>("/demo").then((got) => { setPage(got); setError(null); }).catch((failure: unknown) => setError(explain(failure)));
    load();
    const timer = setInterval(load, refreshMs);
    return () => clearInterval(timer);
  }, []);
  const kinds: Kind[] = ["agent", "member", "reviewer", "underwriter"];
  return (
    <>
      <p class="demo-banner" data-testid="demo-banner"><Icon name="alert" size={20} />{t("d.banner")}</p>
      <main class="demo" data-testid="demo-page">
        <header class="row between"><span class="row"><Mark /><h1>{t("d.title")}</h1></span><LanguageSwitch /></header>
        <Failure text={error} />
        {!page && !error && <Loading />}
        {page && (
          <div class="demo-columns">
            <div class="stack">
              {kinds.map((kind) => (
                <section key={kind} class="stack tight">
                  <h2>{t(`d.kind.${kind}`)}</h2>
                  {page.people.filter((person) => person.kind === kind).map((person) => <Login key={person.login} person={person} />)}
                </section>
              ))}
            </div>
            <Outbox sms={page.sms} />
          </div>
        )}
      </main>
      <Toast />
    </>
  );
}

const root = document.getElementById("app");
const texts = { zh: () => import("virtual:texts/demo/zh"), en: () => import("virtual:texts/demo/en") };
if (root) void loadTexts(texts).then(() => render(<Demo />, root));
