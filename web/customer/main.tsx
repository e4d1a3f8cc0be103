import "../shared/base.css";
import "./customer.css";
import { upgrade } from "../shared/api.ts";
import { Login } from "../shared/login.tsx";
import { start } from "../shared/start.tsx";
import { t } from "../shared/text.ts";
import { App } from "./app.tsx";
import { Gate } from "./gate.tsx";

start({
  kinds: ["member"],
  texts: { zh: () => import("virtual:texts/customer/zh"), en: () => import("virtual:texts/customer/en") },
  login: () => <Login kind="member" title={t("c.login.title")} hint={t("c.login.hint")} />,
  page: () => <App />,
  before: () => (upgrade.value ? <Gate {...upgrade.value} /> : null),
});
