import type { JSX } from "preact";
import { t } from "../shared/text.ts";
import type { Photo, Verdict } from "../shared/types.ts";

const signs: Record<Verdict, string> = { agrees: "✓", differs: "✗", unread: "?" };
const order = ["number", "name", "birth_date", "side", "mrz"];

/** What the server read of one photo, against the case: agreement, difference, or not to be read. The agent judges. */
export function Readout({ photo }: { photo: Photo }): JSX.Element | null {
  const readout = photo.readout;
  if (!readout) return <small class="soft readout-wait" data-testid={`readout-${photo.id}`} data-state="waiting">{t("k.read.waiting")}</small>;
  const fields = order.filter((field) => field in readout.verdicts);
  return (
    <div class="readout" data-testid={`readout-${photo.id}`} data-state="read">
      {fields.length > 0 && (
        <table>
          <tbody>
            {fields.map((field) => {
              const verdict = readout.verdicts[field] ?? "unread";
              return <tr key={field} class={verdict}><th scope="row">{t(`k.read.${field}`)}</th><td title={t(`k.read.${verdict}`)}><span aria-hidden="true">{signs[verdict]}</span><span class="unseen">{t(`k.read.${verdict}`)}</span></td></tr>;
            })}
          </tbody>
        </table>
      )}
      {readout.why && <small class="soft">{t(`k.read.why.${readout.why}`)}</small>}
      {readout.hints.map((hint) => <small key={hint} class="warn-text">{t(`k.read.hint.${hint}`)}</small>)}
    </div>
  );
}
