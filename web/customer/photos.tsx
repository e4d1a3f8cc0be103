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
import { Camera, fromFile, type Begun } from "./camera.tsx";
import { forget, keep, kept } from "./kept.ts";
import type { CameraState } from "./rearcamera.ts";
import { passing, send, type Use } from "./upload.ts";

const base = (view: CaseView, task: PhotoTask): string => `/cases/${view.case_id}/photo-tasks/${task.id}`;

/** The side that is still missing, front first; other where none is (S23). */
export function nextSide(photos: Photo[]): Side {
  const wanted: Side[] = ["front", "back"];
  return wanted.find((side) => !photos.some((photo) => photo.side === side && !photo.document)) ?? "other";
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
  const [begun, setBegun] = useState<Begun | null>(null);
  const [saved, setSaved] = useState(false);
  const action = useAction();
  const can = (verb: CaseView["actions"][number]): boolean => task.person_id === view.me && view.actions.includes(verb);
  const editable = can("add_photo");
  const back = (): void => go("case", view.case_id);
  const place = base(view, task);
  const close = (): void => {
    setBegun(null);
    setShooting(false);
  };
  const upload: Use = async (shot, onShare) => {
    await keep(place, shot);
    try {
      accept(await send(place, shot, onShare));
    } catch (error) {
      if (!passing(error)) void forget(place);
      throw error;
    }
    void forget(place);
    close();
  };
  const tell = (outcome: CameraState): void => {
    const said = outcome === "live" ? "granted" : outcome;
    if (said !== "opening" && said !== task.camera) carry(post<CaseView>(`${place}/camera`, { outcome: said })).catch(() => undefined); // told when the camera is opened again
  };
  useEffect(() => {
    if (!editable) void forget(place);
    else void kept(place).then(async (shot) => shot && setBegun({ shot, taken: await fromFile(shot.image) }));
  }, []);
  const complete = (): void =>
    action.run(async () => {
      await carry(post<CaseView>(`${base(view, task)}/completion`));
      setSaved(true);
    });
  const next = nextSide(task.photos);
  const finish = next === "other" ? <Button testid="photos-complete" wide busy={action.busy} disabled={!can("complete_photos")} onClick={complete}>{t("c.photos.complete")}</Button> : <Button testid="photo-next" icon="camera" wide onClick={() => setShooting(true)}>{t("c.photos.add", { side: t(`side.${next}`) })}</Button>;
  const footer = editable && task.photos.length > 0 ? finish : undefined;
  return (
    <Shell title={tBoth(task.label)} back={back} testid="photos-page" footer={footer}>
      <p class="soft">{tBoth(task.requirement)}</p>
      {task.status === "rejected" && <Failure text={t("c.photos.rejected", { reason: task.reason ?? "" })} testid="photo-rejected" />}
      <Gallery view={view} task={task} editable={editable} onAdd={() => setShooting(true)} />
      {task.status === "rejected" && next === "other" && !can("complete_photos") && <p class="notice" data-testid="photo-unchanged"><Icon name="camera" size={20} />{t("c.photos.unchanged")}</p>}
      {task.photos.length > 1 && <p class="soft small-text">{t("c.photos.swipe")}</p>}
      <Failure text={action.error} />
      {can("acknowledge") && <Notice view={view} task={task} onDone={() => setShooting(true)} />}
      {(shooting || begun) && <Camera key={begun?.shot.key} side={next} begun={begun} onState={tell} onUse={upload} onDrop={() => void forget(place)} onClose={close} />}
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
