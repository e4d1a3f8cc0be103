import type { JSX } from "preact";
import { t } from "./text.ts";
import type { Photo, Verdict } from "./types.ts";

const signs: Record<Verdict, string> = { agrees: "✓", differs: "✗", unread: "?" };
const order = ["number", "name", "birth_date", "side", "mrz"];

/** The fields that were looked for, as a card has them, with this verdict or any. */
export const fieldsOf = (verdicts: Record<string, Verdict>, verdict?: Verdict): string[] => order.filter((field) => field in verdicts && (!verdict || verdicts[field] === verdict));

export function Verdicts({ verdicts }: { verdicts: Record<string, Verdict> }): JSX.Element {
  return (
    <table>
      <tbody>
        {fieldsOf(verdicts).map((field) => {
          const verdict = verdicts[field] ?? "unread";
          return <tr key={field} class={verdict}><th scope="row">{t(`staff.read.${field}`)}</th><td title={t(`staff.read.${verdict}`)}><span aria-hidden="true">{signs[verdict]}</span><span class="unseen">{t(`staff.read.${verdict}`)}</span></td></tr>;
        })}
      </tbody>
    </table>
  );
}

/** What the server read of one photo, against the case: agreement, difference, or not to be read. A person judges. */
export function Readout({ photo }: { photo: Photo }): JSX.Element | null {
  const readout = photo.readout;
  if (!readout) return <small class="soft readout-wait" data-testid={`readout-${photo.id}`} data-state="waiting">{t("staff.read.waiting")}</small>;
  return (
    <div class="readout" data-testid={`readout-${photo.id}`} data-state="read">
      {fieldsOf(readout.verdicts).length > 0 && <Verdicts verdicts={readout.verdicts} />}
      {readout.why && <small class="soft">{t(`staff.read.why.${readout.why}`)}</small>}
      {readout.hints.map((hint) => <small key={hint} class="warn-text">{t(`staff.read.hint.${hint}`)}</small>)}
    </div>
  );
}
