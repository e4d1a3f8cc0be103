import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { inCall } from "../shared/call.ts";
import { comeBack } from "../shared/comeback.ts";
import { route } from "../shared/router.ts";
import { StaffFrame } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import { Voices } from "../shared/tile.tsx";
import { NewCase } from "./newcase.tsx";
import { Queue } from "./queue.tsx";
import { Workspace } from "./workspace.tsx";

function Page(): JSX.Element {
  const [first, id] = route.value;
  if (first === "new") return <NewCase />;
  if (first === "case" && id) return <Workspace id={id} />;
  return <Queue />;
}

export function App(): JSX.Element {
  useEffect(() => void comeBack(), []);
  return (
    <StaffFrame title={t("k.title")} busy={inCall.value}>
      <Page />
      {inCall.value && <Voices />}
    </StaffFrame>
  );
}
