import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { phase } from "../shared/call.ts";
import { carry } from "../shared/cases.ts";
import { PagePicture, pictureWidth } from "../shared/page.tsx";
import { go, replace, route } from "../shared/router.ts";
import { t, tBoth } from "../shared/text.ts";
import type { CaseDocument, CaseView, Field } from "../shared/types.ts";
import { Button, Chip, Failure, IconButton, Loading, toast, useAction, type Action } from "../shared/ui.tsx";
import { useCase } from "../shared/usecase.ts";
import { Shell } from "./app.tsx";
import { ReturnDialog } from "./case.tsx";
import { locked } from "./locked.ts";
import { unlocked } from "./patient.ts";
import { report } from "./presence.ts";
import { Signature } from "./signature.tsx";

const zooms = [1, 1.6, 2.2];
const unsigned = (document: CaseDocument): Field[] => document.fields.filter((field) => field.mine && !field.signed);
const allRead = (document: CaseDocument): boolean => document.read_pages.length >= document.pages;

type MiddleProps = { view: CaseView; document: CaseDocument; page: number; action: Action; onSign: (field: Field) => void; onComplete: () => void };

/** The button between the arrows: green only where this page has a field of mine to sign, or all is done (S58, S59). */
function Middle({ view, document, page, action, onSign, onComplete }: MiddleProps): JSX.Element {
  const here = unsigned(document).find((field) => field.page === page);
  const lock = locked(view);
  if (here && !lock) return <Button testid="sign-open" icon="pen" wide onClick={() => onSign(here)}>{t("c.reader.sign")}</Button>;
  if (here) return <p class="reader-note" data-testid="sign-locked">{lock}</p>;
  const ready = document.my_status !== "done" && document.my_status !== "none" && allRead(document) && !unsigned(document).length;
  if (ready && lock && !action.busy) return <p class="reader-note" data-testid="complete-locked">{lock}</p>;
  if (ready) return <Button testid="document-complete" icon="check" wide busy={action.busy} onClick={onComplete}>{t(document.task === "read" ? "c.reader.read_done" : "c.reader.done")}</Button>;
  if (document.my_status === "done") return <p class="reader-note" data-testid="document-done"><Chip tone="good">{t("c.doc.done")}</Chip></p>;
  return <p class="reader-note" data-testid="page-note">{t("c.reader.no_sign")}</p>;
}

/** Tells the server that this page was seen, once a revision and page (S58); again after a failure when the case moves on. */
function useReading(view: CaseView, document: CaseDocument, page: number): () => void {
  const [seen, setSeen] = useState("");
  const key = `${document.revision}/${page}`;
  useEffect(() => {
    report("document", { case_id: view.case_id, document_id: document.id, page_no: page });
  }, [page, document.id, phase.value]);
  useEffect(() => {
    if (seen !== key || document.my_status === "none" || document.read_pages.includes(page)) return;
    const sending = carry(post<CaseView>(`/cases/${view.case_id}/documents/${document.id}/pages/${page}/read`, { revision: document.revision }));
    sending.catch(() => undefined); // asked for again with the next version; completion needs it
  }, [seen, key, view.version]);
  return () => setSeen(key);
}

function Open({ view, document }: { view: CaseView; document: CaseDocument }): JSX.Element {
  const page = Math.min(document.pages, Math.max(1, Number(route.value[4]) || 1)); // in the address: a reload comes back to it
  const [zoom, setZoom] = useState(0);
  const [signing, setSigning] = useState<Field | null>(null);
  const [returning, setReturning] = useState(false);
  const action = useAction();
  const shown = useReading(view, document, page);
  const revision = useRef(document.revision);
  const turn = (to: number): void => {
    replace("case", view.case_id, "doc", document.id, String(to));
    scrollTo({ top: 0 });
  };
  useEffect(() => {
    if (revision.current !== document.revision) turn(1);
    revision.current = document.revision;
  }, [document.revision]);
  const back = (): void => go("case", view.case_id);
  const complete = (): void =>
    action.run(async () => {
      await carry(unlocked(() => post<CaseView>(`/cases/${view.case_id}/documents/${document.id}/completion`, { revision: document.revision })));
      toast(t("c.reader.completed"));
      back();
    });
  const tools = (
    <span class="row nowrap">
      <IconButton testid="zoom" icon="zoom" label={t("c.reader.zoom")} onClick={() => setZoom((zoom + 1) % zooms.length)} />
    </span>
  );
  const footer = (
    <div class="stack tight">
      <Failure text={action.error} />
      <div class="reader-foot">
        <IconButton testid="page-previous" icon="back" class="arrow" label={t("c.reader.previous")} disabled={page <= 1} onClick={() => turn(page - 1)} />
        <div class="grow">
          <Middle view={view} document={document} page={page} action={action} onSign={setSigning} onComplete={complete} />
        </div>
        <IconButton testid="page-next" icon="next" class="arrow" label={t("c.reader.next")} disabled={page >= document.pages} onClick={() => turn(page + 1)} />
      </div>
    </div>
  );
  const scale = zooms[zoom] ?? 1;
  return (
    <Shell title={tBoth(document.title)} back={back} action={tools} footer={footer} testid="reader-page">
      <div class="reader-bar" data-keepout>
        <span class="mono" data-testid="page-number">{page} / {document.pages}</span>
        {document.revision > 1 && <Chip tone="info" testid="revision">{t("c.doc.revision", { revision: document.revision })}</Chip>}
        {view.actions.includes("return") && <Button testid="return-open" look="quiet" small onClick={() => setReturning(true)}>{t("c.return.title")}</Button>}
      </div>
      <div class="reader-scroll">
        <div style={{ width: `${scale * 100}%` }}>
          <PagePicture caseId={view.case_id} document={document} page={page} width={pictureWidth(Math.min(innerWidth, 820) * scale)} onShown={shown} {...(locked(view) ? {} : { onField: setSigning })} />
        </div>
      </div>
      {signing && <Signature key={signing.name} view={view} document={document} field={signing} onClose={() => setSigning(null)} />}
      {returning && <ReturnDialog view={view} document={document.id} onClose={() => setReturning(false)} />}
    </Shell>
  );
}

export function Reader({ id, document }: { id: string; document: string }): JSX.Element {
  const { view, error } = useCase(id);
  const found = view?.documents.find((each) => each.id === document);
  const back = (): void => go("case", id);
  if (view && found?.status === "preparing") return <Shell title={tBoth(found.title)} back={back} testid="reader-page"><Loading label={t("c.doc.preparing")} /></Shell>;
  if (view && found) return <Open view={view} document={found} />;
  return <Shell title={t("c.doc.section")} back={back} testid="reader-page">{error ? <Failure text={error} /> : <Loading />}</Shell>;
}
