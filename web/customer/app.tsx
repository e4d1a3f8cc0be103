import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { caseId, endReason, inCall, interrupted } from "../shared/call.ts";
import { track, views } from "../shared/cases.ts";
import { comeBack, returning } from "../shared/comeback.ts";
import { Lost, Restore } from "../shared/lost.tsx";
import { Icon, type IconName } from "../shared/icons.tsx";
import { go, route } from "../shared/router.ts";
import { t } from "../shared/text.ts";
import { Voices } from "../shared/tile.tsx";
import { IconButton, LanguageSwitch, Loading, toast } from "../shared/ui.tsx";
import { CasePage } from "./case.tsx";
import { Home } from "./home.tsx";
import { JoinPage } from "./join.tsx";
import { About, More } from "./more.tsx";
import { sweep } from "./kept.ts";
import { PhotoPage } from "./photos.tsx";
import { Pip } from "./pip.tsx";
import { reportRoute } from "./presence.ts";
import { Prompts } from "./prompts.tsx";
import { QueryPage } from "./query.tsx";
import { Reader } from "./reader.tsx";
import { Room } from "./room.tsx";
import { Services } from "./services.tsx";

function Page(): JSX.Element {
  const [first, id, kind, which] = route.value;
  if (first === "services") return <Services signed={id === "signed"} />;
  if (first === "more") return <More />;
  if (first === "about") return <About />;
  if (first === "room" && inCall.value) return <Room />;
  if (first === "room" && returning.value) return <Loading label={t("call.returning")} />;
  if (first === "case" && id) {
    if (kind === "photos" && which) return <PhotoPage id={id} task={which} />;
    if (kind === "doc" && which) return <Reader id={id} document={which} key={which} />;
    if (kind === "query") return <QueryPage id={id} />;
    if (kind === "join") return <JoinPage id={id} />;
    return <CasePage id={id} submitted={kind === "submitted"} />;
  }
  return <Home />;
}

/** What is said when the call is over, by why it is. */
const farewell: Record<string, string> = { left: "c.call.left", lost: "c.call.lost", taken_over: "c.call.taken_over", host_lost: "c.call.host_lost" };

/** After a reload in the call: the page is the same, the call comes back; where it does not, the way in is shown. */
async function resumeCall(): Promise<void> {
  const id = interrupted();
  if (id && (await comeBack()) === false) go("case", id, "join");
}

/** The customer's pages. The call stands beside them, so that going from page to page never touches it. */
export function App(): JSX.Element {
  const inRoom = route.value[0] === "room" && inCall.value;
  const talking = inCall.value;
  useEffect(() => void resumeCall(), []);
  useEffect(() => void sweep(), []);
  useEffect(() => {
    if (talking && caseId.value) void track(caseId.value).catch(() => undefined); // polled again by follow()
  }, [talking, caseId.value]);
  useEffect(() => {
    const reason = endReason.value;
    if (reason) toast(t(farewell[reason] ?? "c.call.ended"));
  }, [endReason.value]);
  const view = views.value[caseId.value ?? ""];
  useEffect(reportRoute, [route.value.join("/"), talking, view?.meeting.screens[view.me ?? ""]]);
  return (
    <>
      <Page />
      {talking && <Voices />}
      {talking && !inRoom && <Pip />}
      {talking && !inRoom && <Restore />}
      {talking && <Prompts inRoom={inRoom} />}
      {talking && <Lost onLeft={() => go("home")} />}
    </>
  );
}

type ShellProps = { title: string; back?: () => void; nav?: "home" | "services" | "more"; action?: ComponentChildren; footer?: ComponentChildren; children: ComponentChildren; testid: string };

/** Header, content, and either the tab bar or a footer of the page's own. */
export function Shell({ title, back, nav, action, footer, children, testid }: ShellProps): JSX.Element {
  return (
    <div class={`shell${footer ? " footed" : ""}`} data-testid={testid}>
      <header class="top" data-keepout>
        {back ? <IconButton testid="back" icon="back" label={t("back")} onClick={back} /> : <span class="top-gap" />}
        <h1>{title}</h1>
        {action ?? <LanguageSwitch />}
      </header>
      <main class="content">{children}</main>
      {footer && <footer class="foot" data-keepout>{footer}</footer>}
      {nav && <Tabs current={nav} />}
    </div>
  );
}

function Tabs({ current }: { current: string }): JSX.Element {
  const tab = (name: "home" | "services" | "more", icon: IconName, ...to: string[]): JSX.Element => (
    <button type="button" data-testid={`nav-${name}`} aria-current={current === name ? "page" : undefined} onClick={() => go(...to)}>
      <Icon name={icon} />
      {t(`c.nav.${name}`)}
    </button>
  );
  return (
    <nav class="tabs" data-keepout>
      {tab("home", "home")}
      {tab("services", "file", "services", "unsigned")}
      {tab("more", "more", "more")}
    </nav>
  );
}
