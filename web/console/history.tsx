import type { JSX } from "preact";
import { time } from "../shared/format.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { markName } from "../shared/words.ts";

/** The last entries of the journal, newest first. */
export function History({ view }: { view: CaseView }): JSX.Element | null {
  if (!view.history.length) return null;
  return (
    <details class="panel history" data-testid="history">
      <summary><h2>{t("k.history")}</h2></summary>
      <ol>
        {[...view.history].reverse().slice(0, 60).map((entry) => (
          <li key={entry.seq}><span class="mono">{time(entry.at)}</span><span>{markName(entry.type)}</span></li>
        ))}
      </ol>
    </details>
  );
}
