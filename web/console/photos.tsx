import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { post } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { Panel } from "../shared/staff.tsx";
import { t, tBoth } from "../shared/text.ts";
import type { CaseView, PhotoTask } from "../shared/types.ts";
import { Button, Chip, Failure, ReasonDialog, useAction, type Tone } from "../shared/ui.tsx";
import { Readout } from "../shared/readout.tsx";
import { PhotoViewer, photoUrl } from "../shared/viewers.tsx";
import { nameOf } from "../shared/words.ts";

const tones: Record<PhotoTask["status"], Tone> = { todo: "plain", acknowledged: "plain", uploaded: "warn", approved: "good", rejected: "bad" };

function Task({ view, task }: { view: CaseView; task: PhotoTask }): JSX.Element {
  const [shown, setShown] = useState<number | null>(null);
  const [rejecting, setRejecting] = useState(false);
  const action = useAction();
  const review = (approved: boolean, reason?: string): Promise<CaseView> =>
    carry(post<CaseView>(`/cases/${view.case_id}/photo-tasks/${task.id}/review`, reason ? { approved, reason } : { approved }));
  const reject = async (reason: string): Promise<void> => {
    await review(false, reason);
    setRejecting(false);
  };
  const open = task.status === "uploaded" && view.actions.includes("review_photos");
  return (
    <article class="photo-task" data-testid={`photo-task-${task.id}`} data-status={task.status} data-person={task.person_id}>
      <header class="row between">
        <span><strong>{tBoth(task.label)}</strong> <small class="soft">{nameOf(view, task.person_id)}</small></span>
        <Chip tone={tones[task.status]}>{t(`k.photos.status.${task.status}`)}</Chip>
      </header>
      {task.reason && <p class="bad-text small-text">{task.reason}</p>}
      {task.camera && task.camera !== "granted" && <p class="bad-text small-text">{t(`k.photos.camera.${task.camera}`)}</p>}
      <div class="thumbs">
        {task.photos.map((photo, index) => (
          <figure key={photo.id} class="read-photo">
            <button type="button" class="thumb" data-testid={`photo-${photo.id}`} onClick={() => setShown(index)}>
              <img src={photoUrl(view, photo, photo.cropped ? "card" : "original")} alt={t(`side.${photo.side}`)} loading="lazy" />
              <small>{photo.document ? t(`capture.document.${photo.document}`) : t(`side.${photo.side}`)}</small>
              {photo.crop === "manual" && <Chip tone="bad">{t("k.photos.manual")}</Chip>}
            </button>
            <Readout photo={photo} />
          </figure>
        ))}
        {!task.photos.length && <p class="soft">{t("k.photos.none")}</p>}
      </div>
      <Failure text={action.error} />
      {open && (
        <div class="row end">
          <Button testid={`photos-reject-${task.id}`} look="danger" small onClick={() => setRejecting(true)}>{t("k.photos.reject")}</Button>
          <Button testid={`photos-approve-${task.id}`} small icon="check" busy={action.busy} onClick={() => action.run(() => review(true))}>{t("k.photos.approve")}</Button>
        </div>
      )}
      {shown !== null && <PhotoViewer view={view} task={task} start={shown} onClose={() => setShown(null)} />}
      {rejecting && <ReasonDialog title={t("k.photos.reject")} label={t("k.photos.reason")} testid="photo-reject" confirm={t("k.photos.reject")} onClose={() => setRejecting(false)} onReason={reject} />}
    </article>
  );
}

export function PhotosPanel({ view }: { view: CaseView }): JSX.Element {
  return (
    <Panel title={t("k.photos.title")} testid="photos-panel">
      {view.photo_tasks.map((task) => <Task key={task.id} view={view} task={task} />)}
      {!view.photo_tasks.length && <p class="soft">{t("k.photos.no_tasks")}</p>}
    </Panel>
  );
}
