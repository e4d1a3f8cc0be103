import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Problem } from "../shared/api.ts";
import { caseId, inCall, join, phase } from "../shared/call.ts";
import { local, release } from "../shared/devices.ts";
import { go } from "../shared/router.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Failure, Loading, useAction } from "../shared/ui.tsx";
import { useCase } from "../shared/usecase.ts";
import { personOf } from "../shared/words.ts";
import { Shell } from "./app.tsx";
import { Otp } from "./otp.tsx";
import { Permissions } from "./permissions.tsx";
import { Preview } from "./preview.tsx";

type Step = "otp" | "permissions" | "preview";
const steps: Step[] = ["otp", "permissions", "preview"];

function Progress({ step }: { step: Step }): JSX.Element {
  return (
    <ol class="progress" data-testid="join-progress" data-step={step}>
      {steps.map((each, index) => (
        <li key={each} class={index < steps.indexOf(step) ? "past" : each === step ? "now" : ""} aria-current={each === step ? "step" : undefined}>
          {t(`c.join.step.${each}`)}
        </li>
      ))}
    </ol>
  );
}

/** 加入 in its order: phone, permissions, preview, room. The server enforces the same order (S32). */
function Flow({ view }: { view: CaseView }): JSX.Element {
  const [verified, setVerified] = useState(personOf(view, view.me)?.phone_verified ?? false);
  const [devices, setDevices] = useState(false);
  const action = useAction();
  useEffect(() => () => { if (!inCall.peek() && phase.peek() !== "joining") release(); }, []);
  const enter = (): void =>
    action.run(async () => {
      try {
        await join(view.case_id);
        go("room");
      } catch (error) {
        if (error instanceof Problem && error.code === "phone_not_verified") setVerified(false);
        throw error;
      }
    });
  const step: Step = !verified ? "otp" : devices && local.value ? "preview" : "permissions";
  return (
    <>
      <Progress step={step} />
      {step === "otp" && <Otp view={view} onVerified={() => setVerified(true)} />}
      {step === "permissions" && <Permissions view={view} onReady={() => setDevices(true)} />}
      {step === "preview" && (
        <Preview view={view}>
          <Failure text={action.error} />
          <Button testid="enter-call" icon="video" wide busy={action.busy} onClick={enter}>{t("c.join.enter")}</Button>
        </Preview>
      )}
    </>
  );
}

export function JoinPage({ id }: { id: string }): JSX.Element {
  const { view, error } = useCase(id);
  const here = inCall.value && caseId.value === id;
  useEffect(() => {
    if (here) go("room");
  }, [here]);
  return (
    <Shell title={t("c.join.title")} back={() => go("home")} testid="join-page">
      {!view && (error ? <Failure text={error} /> : <Loading />)}
      {view && view.meeting.status !== "open" && <Failure text={t("c.join.closed")} testid="join-closed" />}
      {view && view.meeting.status === "open" && !here && <Flow view={view} />}
    </Shell>
  );
}
