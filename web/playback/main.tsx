import "../shared/base.css";
import "../shared/staff.css";
import "./playback.css";
import type { JSX } from "preact";
import { Login } from "../shared/login.tsx";
import { route } from "../shared/router.ts";
import { StaffFrame } from "../shared/staff.tsx";
import { start } from "../shared/start.tsx";
import { t } from "../shared/text.ts";
import { Desk } from "./desk.tsx";
import { Queue } from "./queue.tsx";

function Page(): JSX.Element {
  const [first, id] = route.value;
  return <StaffFrame title={t("r.title")}>{first === "case" && id ? <Desk id={id} key={id} /> : <Queue />}</StaffFrame>;
}

start({
  kind: "reviewer",
  texts: { zh: () => import("virtual:texts/review/zh"), en: () => import("virtual:texts/review/en") },
  login: () => <Login kind="reviewer" totp title={t("r.login.title")} hint={t("r.login.hint")} />,
  page: () => <Page />,
});
