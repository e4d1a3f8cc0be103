import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { caseId, inCall } from "../shared/call.ts";
import { cards, carry } from "../shared/cases.ts";
import { CaseFacts, FindingRow } from "../shared/facts.tsx";
import { Icon } from "../shared/icons.tsx";
import { go } from "../shared/router.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Chip, Failure, Loading, ReasonDialog, toast, useAction } from "../shared/ui.tsx";
import { useCase } from "../shared/usecase.ts";
import { roles, stateName } from "../shared/words.ts";
import { Shell } from "./app.tsx";
import { Invitation } from "./home.tsx";
import { Letters, QueryNotice } from "./query.tsx";
import { Documents, PhotoTasks } from "./tasks.tsx";

function Todo({ view }: { view: CaseView }): JSX.Element | null {
  const mine = view.findings.filter((finding) => finding.status === "open" && finding.who === "customer");
  if (!mine.length) return null;
  return (
    <details class="card todo" data-testid="todo">
      <summary><h2>{t("c.case.todo")}</h2><span class="count">{mine.length}</span></summary>
      <ul class="stack tight">{mine.map((finding) => <FindingRow key={finding.rule + finding.text} finding={finding} view={view} />)}</ul>
    </details>
  );
}

/** Everybody who has to sign, with the tick of S66. */
function People({ view }: { view: CaseView }): JSX.Element {
  return (
    <section class="card stack tight" data-testid="people">
      <h2>{t("c.case.people")}</h2>
      <ul class="people">
        {view.people.map((person) => (
          <li key={person.id} data-testid={`person-${person.id}`} data-complete={person.complete}>
            <span class={`tick${person.complete ? " done" : ""}`}>{person.complete && <Icon name="check" size={18} />}</span>
            <span class="grow"><strong>{person.name}</strong><small>{roles(person)}</small></span>
            <small class="soft">{t("c.case.documents_of", { done: person.documents_done, total: person.documents_total })}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ReturnDialog({ view, document, onClose }: { view: CaseView; document: string; onClose: () => void }): JSX.Element {
  const [which, setWhich] = useState(document);
  const send = async (reason: string): Promise<void> => {
    await carry(post<CaseView>(`/cases/${view.case_id}/return`, { document_id: which, reason }));
    toast(t("c.return.done"));
    onClose();
  };
  return (
    <ReasonDialog title={t("c.return.title")} label={t("c.return.reason")} confirm={t("c.return.confirm")} testid="return" onClose={onClose} onReason={send}>
      <p class="soft">{t("c.return.text")}</p>
      <label class="field">
        <span>{t("c.return.document")}</span>
        <select data-testid="return-document" value={which} onChange={(event) => setWhich(event.currentTarget.value)}>
          {view.documents.map((each) => <option key={each.id} value={each.id}>{each.title.zh}</option>)}
        </select>
      </label>
    </ReasonDialog>
  );
}

/** 退回本件 and 確認送出, each only while the server allows it. */
function Footer({ view }: { view: CaseView }): JSX.Element | null {
  const [returning, setReturning] = useState(false);
  const action = useAction();
  const can = (verb: CaseView["actions"][number]): boolean => view.actions.includes(verb);
  const submit = (): void =>
    action.run(async () => {
      await carry(post<CaseView>(`/cases/${view.case_id}/submission`));
      go("case", view.case_id, "submitted");
    });
  if (!can("return") && !can("submit")) return null;
  const first = view.documents.find((each) => each.my_status === "to_sign" || each.my_status === "to_read") ?? view.documents[0];
  return (
    <div class="stack tight">
      <Failure text={action.error} />
      <div class="foot-row">
        {can("return") && first ? <Button testid="return-open" look="danger" onClick={() => setReturning(true)}>{t("c.return.title")}</Button> : <span />}
        <Button testid="submit" busy={action.busy} disabled={!can("submit")} onClick={submit}>{t("c.case.submit")}</Button>
      </div>
      {returning && first && <ReturnDialog view={view} document={first.id} onClose={() => setReturning(false)} />}
    </div>
  );
}

function Submitted({ view }: { view: CaseView }): JSX.Element {
  return (
    <Shell title={t("c.submitted.short")} testid="submitted-page">
      <section class="done-panel">
        <span class="done-mark"><Icon name="check" size={44} /></span>
        <h2 data-testid="upload-success">{t("c.upload.success")}</h2>
        <p>{t("c.submitted.next")}</p>
        <p class="mono soft">{view.case_no}</p>
        <Button testid="submitted-ok" wide onClick={() => go("services", "signed")}>{t("c.submitted.back")}</Button>
        {inCall.value && <Button testid="submitted-room" look="secondary" wide icon="video" onClick={() => go("room")}>{t("c.invite.back")}</Button>}
      </section>
    </Shell>
  );
}

function Status({ view }: { view: CaseView }): JSX.Element | null {
  if (view.submission) return <p class="notice good" data-testid="case-submitted"><Icon name="check" size={20} />{t("c.case.submitted")}</p>;
  const uploaded = view.photo_tasks.length > 0 && view.photo_tasks.every((task) => task.status === "uploaded" || task.status === "approved");
  const waiting = uploaded && view.photo_tasks.some((task) => task.status === "uploaded");
  if (waiting) return <p class="notice" data-testid="case-waiting"><Icon name="clock" size={20} />{t("c.case.waiting")}</p>;
  if (view.state === "ready" && view.meeting.status === "none") return <p class="notice" data-testid="case-ready"><Icon name="clock" size={20} />{t("c.case.ready")}</p>;
  return null;
}

export function CasePage({ id, submitted }: { id: string; submitted?: boolean }): JSX.Element {
  const { view, error } = useCase(id);
  const back = (): void => go("services", view?.submission ? "signed" : "unsigned");
  if (!view) return <Shell title={t("c.home.services")} back={back} testid="case-page">{error ? <Failure text={error} /> : <Loading />}</Shell>;
  if (submitted) return <Submitted view={view} />;
  const card = cards.value?.find((each) => each.case_id === id);
  const here = inCall.value && caseId.value === id;
  const footed = view.actions.includes("return") || view.actions.includes("submit");
  return (
    <Shell title={view.case_no} back={back} testid="case-page" footer={footed ? <Footer view={view} /> : undefined}>
      {card?.invited && card.room_open && !here && <Invitation card={card} />}
      <QueryNotice view={view} />
      <div class="card"><CaseFacts view={view} /><div class="row between case-state"><Chip tone="info" testid="case-state">{stateName(view.state)}</Chip></div></div>
      <Status view={view} />
      <PhotoTasks view={view} />
      <Documents view={view} />
      <Letters view={view} />
      <People view={view} />
      <Todo view={view} />
    </Shell>
  );
}
