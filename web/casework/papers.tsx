import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { moment } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Panel } from "../shared/staff.tsx";
import { t } from "../shared/text.ts";
import type { Attachment, CaseView } from "../shared/types.ts";
import { Button, Chip, Failure, ReasonDialog, TextField, useAction } from "../shared/ui.tsx";
import { roleName } from "../shared/words.ts";
import { attach, attachmentUrl } from "./attachments.ts";
import { Signers } from "./signers.tsx";

function Row({ attachment, view }: { attachment: Attachment; view: CaseView }): JSX.Element {
  const [refusing, setRefusing] = useState(false);
  const action = useAction();
  const check = (accepted: boolean, reason: string): Promise<CaseView> => carry(post<CaseView>(`/cases/${view.case_id}/attachments/${attachment.id}/check`, { accepted, reason }));
  const refuse = async (reason: string): Promise<void> => {
    await check(false, reason);
    setRefusing(false);
  };
  const state = attachment.accepted === null ? "waiting" : attachment.accepted ? "accepted" : "refused";
  const may = view.actions.includes("check_attachment");
  return (
    <li class="todo-item" data-testid={`attachment-${attachment.id}`} data-state={state}>
      <a href={attachmentUrl(view, attachment)} target="_blank" rel="noopener">{attachment.title}</a>
      <small>
        <Chip tone={state === "accepted" ? "good" : state === "refused" ? "bad" : "warn"}>{t(`u.attach.${state}`)}</Chip>
        <span>{moment(attachment.at)}</span>
        {attachment.signed_by.length > 0 && <span>{t("u.attach.signed_by")}：{attachment.signed_by.map(roleName).join("、")}</span>}
        {attachment.reason && <span class="bad-text">{attachment.reason}</span>}
      </small>
      <Failure text={action.error} />
      {may && (
        <div class="row end">
          {attachment.accepted !== false && <Button testid={`attachment-refuse-${attachment.id}`} look="danger" small onClick={() => setRefusing(true)}>{t("u.attach.refuse")}</Button>}
          {attachment.accepted !== true && <Button testid={`attachment-accept-${attachment.id}`} look="secondary" small busy={action.busy} onClick={() => action.run(() => check(true, ""))}>{t("u.attach.accept")}</Button>}
        </div>
      )}
      {refusing && <ReasonDialog title={t("u.attach.refuse")} label={t("u.attach.refuse_reason")} confirm={t("u.attach.refuse")} testid="attachment-refuse" onClose={() => setRefusing(false)} onReason={refuse} />}
    </li>
  );
}

function Add({ view, onDone }: { view: CaseView; onDone: () => void }): JSX.Element {
  const [title, setTitle] = useState("");
  const [signers, setSigners] = useState<string[]>([]);
  const [file, setFile] = useState<File | null>(null);
  const action = useAction();
  const send = (event: Event): void => {
    event.preventDefault();
    if (file) action.run(() => attach(view, title.trim(), signers, file).then(onDone));
  };
  return (
    <form class="stack tight query-card" onSubmit={send} data-testid="attach">
      <TextField label={t("u.attach.title")} testid="attach-title" maxLength={100} required value={title} onValue={setTitle} />
      <label class="field"><span>PDF、JPEG、PNG</span><input type="file" required accept="application/pdf,image/jpeg,image/png" data-testid="attach-file" onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} /></label>
      <Signers view={view} chosen={signers} onChosen={setSigners} />
      <Failure text={action.error} testid="attach-error" />
      <div class="row end">
        <Button testid="attach-cancel" look="quiet" onClick={onDone}>{t("cancel")}</Button>
        <Button testid="attach-send" submit busy={action.busy} disabled={!file || !title.trim()}><Icon name="upload" size={18} />{t("u.attach.send")}</Button>
      </div>
    </form>
  );
}

/** Papers from outside the envelope; they count once the underwriter has accepted them. */
export function AttachmentsPanel({ view }: { view: CaseView }): JSX.Element | null {
  const [adding, setAdding] = useState(false);
  const may = view.actions.includes("attach");
  const all = view.attachments ?? [];
  if (!all.length && !may) return null;
  return (
    <Panel title={t("u.attach")} testid="attachments-panel" action={may && !adding && <Button testid="attach-open" look="secondary" small onClick={() => setAdding(true)}>{t("u.attach.add")}</Button>}>
      {may && adding && <Add view={view} onDone={() => setAdding(false)} />}
      {!all.length && !adding && <p class="soft">{t("u.attach.none")}</p>}
      <ul class="todo-list">{all.map((each) => <Row key={each.id} attachment={each} view={view} />)}</ul>
    </Panel>
  );
}
