import "../shared/base.css";
import "../shared/staff.css";
import "./playback.css";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Login } from "../shared/login.tsx";
import { route } from "../shared/router.ts";
import { principal } from "../shared/session.ts";
import { StaffFrame } from "../shared/staff.tsx";
import { start } from "../shared/start.tsx";
import { t } from "../shared/text.ts";
import { Desk } from "./desk.tsx";
import { Queue } from "./queue.tsx";

function Page(): JSX.Element {
  const [first, id] = route.value;
  const title = t(principal.value?.kind === "underwriter" ? "u.title" : "r.title");
  return <StaffFrame title={title}>{first === "case" && id ? <Desk id={id} key={id} /> : <Queue />}</StaffFrame>;
}

const kinds = ["reviewer", "underwriter"] as const;

/** Reviewers and underwriters sign in at one page, each as what he is. */
function Entrance(): JSX.Element {
  const [kind, setKind] = useState<(typeof kinds)[number]>("reviewer");
  return (
    <Login kind={kind} totp title={t(`r.login.${kind}`)} hint={t("r.login.hint")}>
      <div class="segments" role="tablist">
        {kinds.map((each) => <button key={each} type="button" role="tab" aria-selected={kind === each} data-testid={`login-as-${each}`} onClick={() => setKind(each)}>{t(`r.login.as.${each}`)}</button>)}
      </div>
    </Login>
  );
}

start({
  kinds: [...kinds],
  texts: { zh: () => import("virtual:texts/review/zh"), en: () => import("virtual:texts/review/en") },
  login: () => <Entrance />,
  page: () => <Page />,
});
