import type { JSX } from "preact";
import { Icon } from "../shared/icons.tsx";
import { go } from "../shared/router.ts";
import { t, tBoth } from "../shared/text.ts";
import type { CaseDocument, CaseView, PhotoTask } from "../shared/types.ts";
import { Chip, type Tone } from "../shared/ui.tsx";
import { locked } from "./locked.ts";

const photoTone: Record<PhotoTask["status"], Tone> = { todo: "warn", acknowledged: "warn", uploaded: "good", approved: "good", rejected: "bad" };

/** 待拍照 until the required set is there, then 完成 (S14, S26). */
export function PhotoTasks({ view }: { view: CaseView }): JSX.Element | null {
  const mine = view.photo_tasks.filter((task) => task.person_id === view.me);
  if (!mine.length) return null;
  return (
    <section class="stack tight" data-testid="photo-tasks">
      <h2>{t("c.photos.section")}</h2>
      {mine.map((task) => (
        <button key={task.id} type="button" class="task" data-testid={`photo-task-${task.id}`} data-status={task.status} onClick={() => go("case", view.case_id, "photos", task.id)}>
          <span class="service-icon"><Icon name="camera" /></span>
          <span class="grow">
            <strong>{tBoth(task.label)}</strong>
            {task.status === "rejected" && task.reason && <small class="bad-text">{t("c.photos.rejected", { reason: task.reason })}</small>}
            {task.status === "uploaded" && <small>{t("c.photos.uploaded")}</small>}
            {task.status === "approved" && <small>{t("c.photos.approved")}</small>}
          </span>
          <Chip tone={photoTone[task.status]}>{t(`c.photos.status.${task.status}`)}</Chip>
        </button>
      ))}
    </section>
  );
}

function label(document: CaseDocument): { text: string; tone: Tone } {
  if (document.status === "preparing") return { text: t("c.doc.preparing"), tone: "plain" };
  if (document.status === "returned") return { text: t("c.doc.returned"), tone: "bad" };
  if (document.my_status === "to_sign") return { text: t("c.doc.to_sign"), tone: "warn" };
  if (document.my_status === "to_read") return { text: t("c.doc.to_read"), tone: "info" };
  if (document.my_status === "done") return { text: t("c.doc.done"), tone: "good" };
  return { text: t("c.doc.none"), tone: "plain" };
}

function Row({ view, document }: { view: CaseView; document: CaseDocument }): JSX.Element {
  const { text, tone } = label(document);
  return (
    <button
      type="button"
      class="task"
      data-testid={`document-${document.id}`}
      data-status={document.status}
      data-my-status={document.my_status}
      data-revision={document.revision}
      disabled={document.status === "preparing"}
      onClick={() => go("case", view.case_id, "doc", document.id)}
    >
      <span class="service-icon"><Icon name={document.task === "sign" ? "pen" : "file"} /></span>
      <span class="grow">
        <strong>{tBoth(document.title)}</strong>
        <small>{document.pages > 0 && t("c.doc.pages", { pages: document.pages })}{document.revision > 1 && ` · ${t("c.doc.revision", { revision: document.revision })}`}</small>
        {document.return_reason && <small class="bad-text">{document.return_reason}</small>}
      </span>
      <Chip tone={tone}>{text}</Chip>
    </button>
  );
}

/** 待簽名 and 待閱讀, in the order in which they are done; locked until the recording writes (S15, S64). */
export function Documents({ view }: { view: CaseView }): JSX.Element | null {
  const open = view.documents.some((each) => each.my_status === "to_sign");
  const lock = locked(view);
  return (
    <section class="stack tight" data-testid="documents">
      <h2>{t("c.doc.section")}</h2>
      {open && lock && !view.submission && (
        <p class="notice" data-testid="signing-locked">
          <Icon name="info" size={20} />
          <span>{lock}</span>
        </p>
      )}
      {view.documents.map((document) => <Row key={document.id} view={view} document={document} />)}
    </section>
  );
}
