import type { JSX } from "preact";
import { moment } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Panel } from "../shared/staff.tsx";
import { t, tBoth } from "../shared/text.ts";
import type { CaseView, Letter } from "../shared/types.ts";

const letterUrl = (view: CaseView, letter: Letter): string => `/api/cases/${view.case_id}/letters/${letter.id}`;

/** Letters of the company, each a PDF of its own. */
export function LetterList({ view }: { view: CaseView }): JSX.Element {
  return (
    <ul class="stack tight">
      {(view.letters ?? []).map((letter) => (
        <li key={letter.id}>
          <a class="task letter" href={letterUrl(view, letter)} target="_blank" rel="noopener" data-testid={`letter-${letter.id}`}>
            <Icon name="file" />
            <span class="grow"><strong>{tBoth(letter.title)}</strong><small>{moment(letter.at)}・PDF</small></span>
            <Icon name="next" />
          </a>
        </li>
      ))}
    </ul>
  );
}

export function LettersPanel({ view }: { view: CaseView }): JSX.Element | null {
  if (!view.letters?.length) return null;
  return <Panel title={t("u.letters")} testid="letters-panel"><LetterList view={view} /></Panel>;
}
