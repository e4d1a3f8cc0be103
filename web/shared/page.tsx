import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { t } from "./text.ts";
import type { CaseDocument, Field } from "./types.ts";

const widths = [800, 1200, 1800];

/** The narrowest picture that is sharp at this width: few sizes, so that the server's pages stay cached. */
export const pictureWidth = (css: number): number =>
  widths.find((width) => width >= css * Math.min(devicePixelRatio, 2)) ?? (widths.at(-1) as number);

export const pageUrl = (caseId: string, document: CaseDocument, page: number, width: number): string =>
  `/api/cases/${caseId}/documents/${document.id}/pages/${page}?revision=${document.revision}&width=${width}`;

/** Where a field lies on the page's picture, in percent; PDF rectangles count from the bottom left. */
export function fieldStyle([pageWidth, pageHeight]: [number, number], [x0, y0, x1, y1]: Field["rect"]): Record<string, string> {
  const percent = (part: number, whole: number): string => `${(100 * part) / whole}%`;
  return {
    left: percent(x0, pageWidth),
    top: percent(pageHeight - y1, pageHeight),
    width: percent(x1 - x0, pageWidth),
    height: percent(y1 - y0, pageHeight),
  };
}

type Props = { caseId: string; document: CaseDocument; page: number; width: number; onShown?: () => void; onField?: (field: Field) => void };

/** One page of a document with its signature fields laid over it. */
export function PagePicture({ caseId, document, page, width, onShown, onField }: Props): JSX.Element {
  // By address, not a flag: a cached picture loads before any effect could reset a flag.
  const [shownUrl, setShownUrl] = useState("");
  const [failedUrl, setFailedUrl] = useState("");
  const url = pageUrl(caseId, document, page, width);
  const loaded = shownUrl === url;
  const shown = (): void => {
    setShownUrl(url);
    onShown?.();
  };
  const [w, h] = document.page_size;
  return (
    <div class="paper" style={{ aspectRatio: `${w} / ${h}` }} data-testid="page" data-page={page} data-loaded={loaded}>
      {failedUrl === url ? <button type="button" class="paper-failed" data-testid="page-retry" onClick={() => setFailedUrl("")}>{t("page.failed")}</button> : <img src={url} alt={t("page.alt", { page, pages: document.pages })} onLoad={shown} onError={() => setFailedUrl(url)} />}
      {loaded && document.fields.filter((field) => field.page === page).map((field) => <Mark key={field.name} document={document} field={field} onField={onField} />)}
    </div>
  );
}

function Mark({ document, field, onField }: { document: CaseDocument; field: Field; onField: ((field: Field) => void) | undefined }): JSX.Element {
  const mine = field.mine && !field.signed;
  const name = `sign-field${field.signed ? " signed" : mine ? " mine" : ""}`;
  return (
    <button type="button" class={name} style={fieldStyle(document.page_size, field.rect)} data-keepout={mine || undefined} data-testid={`field-${field.name}`} data-signed={field.signed} disabled={!mine || !onField} onClick={() => onField?.(field)}>
      {field.signed ? t("page.signed") : mine ? t("page.sign_here") : ""}
    </button>
  );
}
