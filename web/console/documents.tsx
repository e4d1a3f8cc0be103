import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { Icon } from "../shared/icons.tsx";
import { Panel } from "../shared/staff.tsx";
import { t, tBoth } from "../shared/text.ts";
import type { CaseDocument, CaseView } from "../shared/types.ts";
import { Button, Chip, Dialog, Failure, Select, TextField, useAction, type Tone } from "../shared/ui.tsx";
import { DocumentViewer, InkWarnings } from "../shared/viewers.tsx";
import { nameOf } from "../shared/words.ts";

const tones: Record<CaseDocument["status"], Tone> = { preparing: "plain", todo: "info", done: "good", returned: "bad", sealed: "good" };
const amendable = ["amount_label", "payment_mode", "payment_method", "address", "email", "phone", "occupation", "beneficiary", "effective_date", "remark"];

type Change = { key: string; value: string };

/** What is amended in a returned document; it gets a new revision and loses its signatures (S65). */
function Amend({ view, document, onClose }: { view: CaseView; document: CaseDocument; onClose: () => void }): JSX.Element {
  const [rows, setRows] = useState<Change[]>([{ key: "amount_label", value: "" }]);
  const [typed, setReason] = useState<string | null>(null);
  const reason = typed ?? document.return_reason ?? ""; // which may arrive while the dialog is open
  const action = useAction();
  const filled = rows.filter((row) => row.key && row.value.trim());
  const put = (index: number, row: Partial<Change>): void => setRows((all) => all.map((old, at) => (at === index ? { ...old, ...row } : old)));
  const send = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      const changes = Object.fromEntries(filled.map((row) => [row.key, row.value.trim()]));
      await carry(post<CaseView>(`/cases/${view.case_id}/documents/${document.id}/amendment`, { changes, reason: reason.trim() }));
      onClose();
    });
  };
  return (
    <Dialog title={t("k.amend.title", { title: tBoth(document.title) })} testid="amend" onClose={onClose}>
      <form class="stack" onSubmit={send}>
        <p class="soft">{t("k.amend.text")}</p>
        {rows.map((row, index) => (
          <div key={index} class="two">
            <Select label={t("k.amend.field")} testid={`amend-key-${index}`} value={row.key} onValue={(key) => put(index, { key })} options={amendable.map((key) => ({ value: key, text: t(`k.amend.key.${key}`) }))} />
            <TextField label={t("k.amend.value")} testid={`amend-value-${index}`} value={row.value} onValue={(value) => put(index, { value })} maxLength={100} />
          </div>
        ))}
        <Button testid="amend-add" look="quiet" small onClick={() => setRows([...rows, { key: "remark", value: "" }])}>{t("k.amend.add")}</Button>
        <TextField label={t("k.amend.reason")} testid="amend-reason" value={reason} onValue={setReason} maxLength={300} required />
        <Failure text={action.error} />
        <div class="row end">
          <Button testid="amend-cancel" look="quiet" onClick={onClose}>{t("cancel")}</Button>
          <Button testid="amend-confirm" submit busy={action.busy} disabled={!filled.length || !reason.trim()}>{t("k.amend.confirm")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Row({ view, document }: { view: CaseView; document: CaseDocument }): JSX.Element {
  const [shown, setShown] = useState(false);
  const [amending, setAmending] = useState(false);
  const may = view.actions.includes("amend") && document.status !== "preparing";
  return (
    <article class="document" data-testid={`document-${document.id}`} data-status={document.status} data-revision={document.revision}>
      <Icon name={document.task === "sign" ? "pen" : "file"} />
      <span class="grow">
        <strong>{tBoth(document.title)}</strong>
        <small>{t("k.doc.revision", { revision: document.revision })}　{document.signers.map((signer) => `${signer.done ? "✓" : "○"} ${nameOf(view, signer.person_id)}`).join("　")}</small>
        {document.failure && <small class="bad-text">{t(`problem.${document.failure}`)}</small>}
        {document.return_reason && <small class="bad-text">{t("k.doc.returned_for", { reason: document.return_reason })}</small>}
        <InkWarnings view={view} document={document} />
      </span>
      <Chip tone={tones[document.status]}>{t(`k.doc.status.${document.status}`)}</Chip>
      <Button testid={`document-view-${document.id}`} look="quiet" small disabled={document.status === "preparing"} onClick={() => setShown(true)}>{t("k.doc.view")}</Button>
      {may && <Button testid={`document-amend-${document.id}`} look={document.status === "returned" ? "primary" : "secondary"} small onClick={() => setAmending(true)}>{t("k.doc.amend")}</Button>}
      {shown && <DocumentViewer view={view} document={document} onClose={() => setShown(false)} />}
      {amending && <Amend view={view} document={document} onClose={() => setAmending(false)} />}
    </article>
  );
}

export function DocumentsPanel({ view }: { view: CaseView }): JSX.Element {
  return (
    <Panel title={t("k.doc.title")} testid="documents-panel">
      {view.documents.map((document) => <Row key={document.id} view={view} document={document} />)}
    </Panel>
  );
}
