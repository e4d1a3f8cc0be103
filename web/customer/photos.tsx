import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { post, remove } from "../shared/api.ts";
import { accept, carry } from "../shared/cases.ts";
import { Icon } from "../shared/icons.tsx";
import { go } from "../shared/router.ts";
import { t, tBoth } from "../shared/text.ts";
import type { CaseView, Photo, PhotoTask, Side } from "../shared/types.ts";
import { Button, Chip, Dialog, Failure, IconButton, Loading, useAction } from "../shared/ui.tsx";
import { useCase } from "../shared/usecase.ts";
import { hintName } from "../shared/words.ts";
import { Shell } from "./app.tsx";
import { Camera } from "./camera.tsx";
import { send, type Shot } from "./upload.ts";

const base = (view: CaseView, task: PhotoTask): string => `/cases/${view.case_id}/photo-tasks/${task.id}`;

/** The side that is still missing, front first (S23). */
export function nextSide(photos: Photo[]): Side {
  const has = (side: Side): boolean => photos.some((photo) => photo.side === side && !photo.document);
  if (!has("front")) return "front";
  return has("back") ? "other" : "back";
}

function Notice({ view, task, onDone }: { view: CaseView; task: PhotoTask; onDone: () => void }): JSX.Element {
  const action = useAction();
  const confirm = (): void =>
    action.run(async () => {
      await carry(post<CaseView>(`${base(view, task)}/acknowledgement`));
      onDone();
    });
  return (
    <Dialog title={t("c.photos.notice")} testid="photo-notice">
      <div class="stack">
        <p>{tBoth(task.requirement)}</p>
        <Failure text={action.error} />
        <Button testid="photo-acknowledge" wide busy={action.busy} onClick={confirm}>{t("c.photos.understood")}</Button>
      </div>
    </Dialog>
  );
}

function PhotoCard({ view, task, photo, editable }: { view: CaseView; task: PhotoTask; photo: Photo; editable: boolean }): JSX.Element {
  const action = useAction();
  const url = `/api/cases/${view.case_id}/photos/${photo.id}?variant=${photo.cropped ? "card" : "original"}`;
  const drop = (): void => action.run(() => carry(remove<CaseView>(`${base(view, task)}/photos/${photo.id}`, task.reason ? { reason: task.reason } : undefined)));
  return (
    <li class="photo-card" data-testid={`photo-${photo.id}`} data-side={photo.side}>
      <img src={url} alt={t(`side.${photo.side}`)} />
      {editable && <IconButton testid={`photo-delete-${photo.id}`} icon="trash" label={t("c.photos.delete")} disabled={action.busy} onClick={drop} />}
      <div class="row between"><strong>{photo.document ? t(`capture.document.${photo.document}`) : t(`side.${photo.side}`)}</strong>{photo.crop === "manual" ? <Chip tone="warn">{t("c.photos.manual")}</Chip> : photo.cropped && <Chip tone="good">{t("c.photos.detected")}</Chip>}</div>
      {photo.quality.map((code) => <small key={code} class="bad-text">{hintName(code)}</small>)}
      <Failure text={action.error} />
    </li>
  );
}

function Success({ onOk }: { onOk: () => void }): JSX.Element {
  return (
    <Dialog title={t("c.upload.success")} testid="upload-success">
      <div class="stack">
        <p>{t("c.photos.success")}</p>
        <Button testid="upload-ok" wide onClick={onOk}>{t("ok")}</Button>
      </div>
    </Dialog>
  );
}

function Gallery({ view, task, editable, onAdd }: { view: CaseView; task: PhotoTask; editable: boolean; onAdd: () => void }): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  const count = task.photos.length;
  useEffect(() => list.current?.children[count - 1]?.scrollIntoView({ inline: "center", block: "nearest" }), [count]);
  return (
    <ul class="gallery" data-testid="gallery" ref={list}>
      {task.photos.map((photo) => <PhotoCard key={photo.id} view={view} task={task} photo={photo} editable={editable} />)}
      {editable && (
        <li>
          <button type="button" class="photo-add" data-testid="photo-add" onClick={onAdd}>
            <Icon name="camera" size={36} />
            <span>{t("c.photos.add", { side: t(`side.${nextSide(task.photos)}`) })}</span>
          </button>
        </li>
      )}
    </ul>
  );
}

function Task({ view, task }: { view: CaseView; task: PhotoTask }): JSX.Element {
  const [shooting, setShooting] = useState(false);
  const [saved, setSaved] = useState(false);
  const action = useAction();
  const can = (verb: CaseView["actions"][number]): boolean => task.person_id === view.me && view.actions.includes(verb);
  const editable = can("add_photo");
  const back = (): void => go("case", view.case_id);
  const upload = async (shot: Shot, onShare: (share: number) => void): Promise<void> => {
    accept(await send(base(view, task), shot, onShare));
    setShooting(false);
  };
  const complete = (): void =>
    action.run(async () => {
      await carry(post<CaseView>(`${base(view, task)}/completion`));
      setSaved(true);
    });
  const unchanged = task.status === "rejected" && !can("complete_photos") && ["front", "back"].every((side) => task.photos.some((photo) => photo.side === side));
  const footer = editable && task.photos.length > 0 ? <Button testid="photos-complete" wide busy={action.busy} disabled={!can("complete_photos")} onClick={complete}>{t("c.photos.complete")}</Button> : undefined;
  return (
    <Shell title={tBoth(task.label)} back={back} testid="photos-page" footer={footer}>
      <p class="soft">{tBoth(task.requirement)}</p>
      {task.status === "rejected" && <Failure text={t("c.photos.rejected", { reason: task.reason ?? "" })} testid="photo-rejected" />}
      <Gallery view={view} task={task} editable={editable} onAdd={() => setShooting(true)} />
      {unchanged && <p class="notice" data-testid="photo-unchanged"><Icon name="camera" size={20} />{t("c.photos.unchanged")}</p>}
      {task.photos.length > 1 && <p class="soft small-text">{t("c.photos.swipe")}</p>}
      <Failure text={action.error} />
      {can("acknowledge") && <Notice view={view} task={task} onDone={() => setShooting(true)} />}
      {shooting && <Camera side={nextSide(task.photos)} onUse={upload} onClose={() => setShooting(false)} />}
      {saved && <Success onOk={back} />}
    </Shell>
  );
}

export function PhotoPage({ id, task }: { id: string; task: string }): JSX.Element {
  const { view, error } = useCase(id);
  const found = view?.photo_tasks.find((each) => each.id === task);
  if (view && found) return <Task view={view} task={found} />;
  return <Shell title={t("c.photos.section")} back={() => go("case", id)} testid="photos-page">{error ? <Failure text={error} /> : <Loading />}</Shell>;
}
