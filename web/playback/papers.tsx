import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../shared/icons.tsx";
import { Panel } from "../shared/staff.tsx";
import { Readout } from "../shared/readout.tsx";
import { cardSides, ShownCard } from "../shared/shown.tsx";
import { t, tBoth } from "../shared/text.ts";
import type { CaseDocument, CaseView, PhotoTask } from "../shared/types.ts";
import { Chip } from "../shared/ui.tsx";
import { DocumentViewer, InkWarnings, PhotoViewer, photoUrl } from "../shared/viewers.tsx";
import { nameOf } from "../shared/words.ts";

/** What was shown of the IDs in the call, beside what was uploaded. */
function Shown({ view }: { view: CaseView }): JSX.Element | null {
  if (!view.people.some((person) => Object.keys(person.identity.shown ?? {}).length)) return null;
  return (
    <>
      <h3>{t("staff.shown.title")}</h3>
      <div class="shown-list">
        {view.people.flatMap((person) => cardSides.map((side) => <ShownCard key={`${person.id}-${side}`} view={view} person={person} side={side} named />))}
      </div>
      <p class="soft small-text">{t("staff.shown.note")}</p>
    </>
  );
}

/** The documents and the ID photos beside the recording. */
export function Papers({ view }: { view: CaseView }): JSX.Element {
  const [document, setDocument] = useState<CaseDocument | null>(null);
  const [photo, setPhoto] = useState<{ task: PhotoTask; index: number } | null>(null);
  return (
    <Panel title={t("r.papers")} testid="papers">
      <div class="paper-rows">
        {view.documents.map((each) => (
          <button key={each.id} type="button" class="document" data-testid={`document-${each.id}`} data-status={each.status} onClick={() => setDocument(each)}>
            <Icon name={each.task === "sign" ? "pen" : "file"} />
            <span class="grow"><strong>{tBoth(each.title)}</strong><small>{each.signers.map((signer) => `${signer.done ? "✓" : "○"} ${nameOf(view, signer.person_id)}`).join("　")}</small><InkWarnings view={view} document={each} /></span>
            <Chip tone={each.status === "sealed" ? "good" : "plain"}>{t(`r.doc.${each.status}`)}</Chip>
          </button>
        ))}
      </div>
      <div class="thumbs">
        {view.photo_tasks.flatMap((task) => task.photos.map((each, index) => (
          <figure key={each.id} class="read-photo">
            <button type="button" class="thumb" data-testid={`photo-${each.id}`} onClick={() => setPhoto({ task, index })}>
              <img src={photoUrl(view, each, each.cropped ? "card" : "original")} alt={t(`side.${each.side}`)} loading="lazy" />
              <small>{nameOf(view, task.person_id)} {t(`side.${each.side}`)}</small>
            </button>
            <Readout photo={each} />
          </figure>
        )))}
      </div>
      <Shown view={view} />
      {document && <DocumentViewer view={view} document={document} onClose={() => setDocument(null)} />}
      {photo && <PhotoViewer view={view} task={photo.task} start={photo.index} onClose={() => setPhoto(null)} />}
    </Panel>
  );
}
