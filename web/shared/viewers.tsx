import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { moment } from "./format.ts";
import { PagePicture } from "./page.tsx";
import { t, tBoth } from "./text.ts";
import type { CaseDocument, CaseView, Photo, PhotoTask } from "./types.ts";
import { Button, Chip, Dialog, IconButton } from "./ui.tsx";
import { hintName, nameOf, warningName } from "./words.ts";

export const photoUrl = (view: CaseView, photo: Photo, variant: "card" | "original"): string => `/api/cases/${view.case_id}/photos/${photo.id}?variant=${variant}`;

/** One photo large: the card laid straight or the original, with what the quality check says. */
export function PhotoViewer({ view, task, start, onClose }: { view: CaseView; task: PhotoTask; start: number; onClose: () => void }): JSX.Element | null {
  const [index, setIndex] = useState(start);
  const [original, setOriginal] = useState(false);
  const photo = task.photos[index];
  if (!photo) return null;
  const variant = original || !photo.cropped ? "original" : "card";
  return (
    <Dialog title={`${tBoth(task.label)}　${t(`side.${photo.side}`)}`} testid="photo-viewer" class="wide" onClose={onClose}>
      <div class="viewer">
        <IconButton testid="viewer-previous" icon="back" label={t("viewer.previous")} disabled={index === 0} onClick={() => setIndex(index - 1)} />
        <img src={photoUrl(view, photo, variant)} alt={t(`side.${photo.side}`)} />
        <IconButton testid="viewer-next" icon="next" label={t("viewer.next")} disabled={index >= task.photos.length - 1} onClick={() => setIndex(index + 1)} />
      </div>
      <p class="row">
        <span class="soft">{moment(photo.at)}</span>
        {photo.score !== null && <Chip tone={photo.score >= 0.75 ? "good" : "warn"}>{t("viewer.score", { score: photo.score.toFixed(2) })}</Chip>}
        {photo.crop && photo.crop !== "detected" && <Chip tone={photo.crop === "manual" ? "bad" : "info"} testid="viewer-crop">{t(`capture.crop.${photo.crop}`)}</Chip>}
        {photo.document && <Chip tone="info">{t(`capture.document.${photo.document}`)}</Chip>}
        {photo.quality.map((code) => <Chip key={code} tone="bad">{hintName(code)}</Chip>)}
      </p>
      <div class="row end">
        <Button testid="viewer-variant" look="secondary" disabled={!photo.cropped} onClick={() => setOriginal(!original)}>{t(original ? "viewer.card" : "viewer.original")}</Button>
        <Button testid="viewer-close" onClick={onClose}>{t("close")}</Button>
      </div>
    </Dialog>
  );
}

/** What the check of the handwriting said of signatures that were kept all the same (S61). */
export function InkWarnings({ view, document }: { view: CaseView; document: CaseDocument }): JSX.Element | null {
  const warned = document.fields.filter((field) => field.warnings?.length);
  if (!warned.length) return null;
  return <>{warned.map((field) => <small key={field.name} class="warn-text" data-testid={`ink-warnings-${field.name}`}>{t("viewer.ink_warnings", { name: nameOf(view, field.signer) })}{field.warnings?.map(warningName).join("、")}</small>)}</>;
}

/** A document page by page. */
export function DocumentViewer({ view, document, onClose }: { view: CaseView; document: CaseDocument; onClose: () => void }): JSX.Element {
  const [page, setPage] = useState(1);
  return (
    <Dialog title={tBoth(document.title)} testid="document-viewer" class="wide tall" onClose={onClose}>
      <div class="viewer">
        <IconButton testid="viewer-previous" icon="back" label={t("viewer.page_previous")} disabled={page <= 1} onClick={() => setPage(page - 1)} />
        <div class="viewer-page"><PagePicture caseId={view.case_id} document={document} page={page} width={1200} /></div>
        <IconButton testid="viewer-next" icon="next" label={t("viewer.page_next")} disabled={page >= document.pages} onClick={() => setPage(page + 1)} />
      </div>
      <div class="row between">
        <span class="mono soft">{page} / {document.pages}</span>
        <Button testid="viewer-close" onClick={onClose}>{t("close")}</Button>
      </div>
    </Dialog>
  );
}
