import type { JSX } from "preact";
import { clock } from "../shared/format.ts";
import { Icon } from "../shared/icons.tsx";
import { Panel } from "../shared/staff.tsx";
import { atOdds, cardSides } from "../shared/shown.tsx";
import { t } from "../shared/text.ts";
import type { CaseView, Person, RecordingView } from "../shared/types.ts";
import { nameOf } from "../shared/words.ts";
import type { Engine } from "./engine.ts";

type Check = { name: string; person: string | null; ok: boolean; at: number | null };
const needed = 5;

const shown = (seconds: number | null): boolean => seconds !== null && seconds >= needed;

function personChecks(person: Person): { name: string; ok: boolean; pattern: RegExp }[] {
  const { consents, confirmations, identity } = person;
  return [
    { name: "consents", ok: Boolean(consents.recording && consents.video_signing && consents.face), pattern: /^Consent/ },
    { name: "name", ok: person.name_stated, pattern: /^NameStated/ },
    { name: "identity", ok: shown(identity.front_s) && shown(identity.back_s), pattern: /^Identity/ },
    { name: "alike", ok: !cardSides.some((side) => atOdds(person, side)), pattern: /^Identity/ },
    { name: "signed", ok: person.complete, pattern: /^InkAccepted/ },
    { name: "confirmations", ok: Boolean(confirmations.application && confirmations.others), pattern: /^Signature(Confirmed|Denied)/ },
  ];
}

/** What a complete recording shows, with the place in it where it is seen. */
export function checks(view: CaseView, recording: RecordingView | null): Check[] {
  const find = (pattern: RegExp, person: string | null): number | null =>
    recording?.marks.find((mark) => pattern.test(mark.type) && (person === null || mark.person_id === person))?.at_s ?? null;
  const people = view.people.flatMap((person) => personChecks(person).map(({ name, ok, pattern }) => ({ name, ok, person: person.id, at: find(pattern, person.id) })));
  return [
    { name: "card", person: null, ok: view.meeting.registration_card, at: find(/^RegistrationCard/, null) },
    ...people,
    { name: "gaps", person: null, ok: recording !== null && !recording.gaps.length, at: recording?.gaps[0]?.from_s ?? null },
    { name: "verified", person: null, ok: recording?.verified ?? false, at: null },
  ];
}

export function Checklist({ view, recording, engine }: { view: CaseView; recording: RecordingView | null; engine: Engine | null }): JSX.Element {
  return (
    <Panel title={t("r.checklist")} testid="checklist">
      <ul class="close-check">
        {checks(view, recording).map((check) => (
          <li key={`${check.name}-${check.person}`} class={check.ok ? "yes" : "no"} data-testid={`check-${check.name}-${check.person ?? "all"}`} data-ok={check.ok}>
            <Icon name={check.ok ? "check" : "alert"} size={20} />
            <span class="grow">{t(`r.check.${check.name}`)}{check.person && <small class="soft">　{nameOf(view, check.person)}</small>}</span>
            {check.at !== null && engine && <button type="button" class="link mono" data-testid={`check-seek-${check.name}-${check.person ?? "all"}`} onClick={() => engine.seek(check.at ?? 0)}>{clock(check.at)}</button>}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
