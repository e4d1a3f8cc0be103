import type { JSX } from "preact";
import { Icon } from "../shared/icons.tsx";
import { Panel } from "../shared/staff.tsx";
import { atOdds, type CardSide } from "../shared/shown.tsx";
import { t } from "../shared/text.ts";
import type { CaseView, Person } from "../shared/types.ts";
import { Chip } from "../shared/ui.tsx";
import { roles } from "../shared/words.ts";
import { isElsewhere, placeText, places } from "./cobrowse.ts";

type State = boolean | null;
const seconds = (value: number | null): string => (value === null ? "" : ` ${value.toFixed(1)}s`);
/** What the agent vouched for, and a card that was unlike the uploaded photo. */
function noted({ identity }: Person, side: string): string {
  const notes = [identity.overrides?.[side] && t("k.person.vouched"), identity.match?.[side] === "differs" && t("k.person.unlike"), Object.values(identity.read?.[side] ?? {}).includes("differs") && t("k.person.read_differs")].filter(Boolean);
  return notes.length ? `（${notes.join("、")}）` : "";
}
/** Shown, and whether something speaks against it. */
const shown = (person: Person, side: CardSide): State => (person.identity[`${side}_s`] === null ? null : !atOdds(person, side));
const both = (a: State, b: State): State => (a === false || b === false ? false : a === true && b === true ? true : null);

function steps(person: Person): { name: string; state: State; text: string }[] {
  const { consents, identity, confirmations, permissions } = person;
  const allowed = permissions && permissions.camera === "granted" && permissions.microphone === "granted";
  return [
    { name: "phone", state: person.phone_locked ? false : person.phone_verified || null, text: t(person.phone_locked ? "k.person.phone_locked" : "k.person.phone") },
    { name: "permissions", state: permissions ? allowed : null, text: t("k.person.permissions") },
    { name: "consents", state: both(both(consents.recording, consents.video_signing), consents.face), text: t("k.person.consents") },
    { name: "name", state: person.name_stated || null, text: t("k.person.name") },
    { name: "front", state: shown(person, "front"), text: t("k.person.front") + seconds(identity.front_s) + noted(person, "front") },
    { name: "back", state: shown(person, "back"), text: t("k.person.back") + seconds(identity.back_s) + noted(person, "back") },
    { name: "documents", state: person.complete || null, text: t("k.person.documents", { done: person.documents_done, total: person.documents_total }) },
    { name: "confirmations", state: both(confirmations.application, confirmations.others), text: t("k.person.confirmations") },
  ];
}

/** Each signer's live steps. */
export function People({ view }: { view: CaseView }): JSX.Element {
  return (
    <Panel title={t("k.people")} testid="people">
      {view.people.map((person) => (
        <article key={person.id} class="person" data-testid={`person-${person.id}`} data-complete={person.complete}>
          <header class="row between">
            <span><strong>{person.name}</strong> <small class="soft">{roles(person)}</small></span>
            {view.meeting.present.includes(person.id) ? <Chip tone="good" testid={`present-${person.id}`}>{t("k.person.present")}</Chip> : <Chip>{t("k.person.away")}</Chip>}
          </header>
          <ul class="ticks">
            {steps(person).map((step) => (
              <li key={step.name} class={step.state === true ? "yes" : step.state === false ? "no" : ""} data-testid={`live-${person.id}-${step.name}`} data-state={String(step.state)}>
                <Icon name={step.state === true ? "check" : step.state === false ? "close" : "clock"} size={16} />
                {step.text}
              </li>
            ))}
          </ul>
          {view.meeting.status === "open" && places.value[person.id] && <p class={`place${isElsewhere(view, person.id) ? " warn" : ""}`} data-testid={`place-${person.id}`}><Icon name="person" size={16} />{placeText(view, person.id)}</p>}
        </article>
      ))}
    </Panel>
  );
}
