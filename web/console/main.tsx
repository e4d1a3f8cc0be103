import "../shared/base.css";
import "../shared/staff.css";
import "./console.css";
import { Login } from "../shared/login.tsx";
import { start } from "../shared/start.tsx";
import { t } from "../shared/text.ts";
import { App } from "./app.tsx";

start({
  kinds: ["agent"],
  texts: { zh: () => import("virtual:texts/console/zh"), en: () => import("virtual:texts/console/en") },
  login: () => <Login kind="agent" totp title={t("k.login.title")} hint={t("k.login.hint")} />,
  page: () => <App />,
});
