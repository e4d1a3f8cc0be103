import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { moment } from "./format.ts";
import { fieldsOf, Verdicts } from "./readout.tsx";
import { t } from "./text.ts";
import type { CaseView, Person, Photo, ShownSide } from "./types.ts";
import { Button, Chip, Dialog, type Tone } from "./ui.tsx";
import { photoUrl } from "./viewers.tsx";

export type CardSide = "front" | "back";
export const cardSides: CardSide[] = ["front", "back"];
const tones: Record<string, Tone> = { same: "good", differs: "bad", unsure: "warn" };

export const stillUrl = (view: CaseView, sha256: string): string => `/api/cases/${view.case_id}/stills/${sha256}`;

/** Whether something about a side that was shown speaks against it: not like the photo, or read unlike the case. */
export const atOdds = ({ identity }: Person, side: CardSide): boolean =>
  identity.match?.[side] === "differs" || Object.values(identity.read?.[side] ?? {}).includes("differs");

/** The photo that a shown side was compared with: the newest of that side. */
function photoOf(view: CaseView, person: Person, side: CardSide): Photo | undefined {
  return view.photo_tasks.filter((task) => task.person_id === person.id).flatMap((task) => task.photos).filter((photo) => photo.side === side).at(-1);
}

type Props = { view: CaseView; person: Person; side: CardSide };

/** The photo that was uploaded beside the card as it was shown. */
function Pair({ view, person, side, shown }: Props & { shown: ShownSide }): JSX.Element {
  const photo = photoOf(view, person, side);
  return (
    <span class="shown-pair">
      <figure>
        {photo ? <img src={photoUrl(view, photo, photo.cropped ? "card" : "original")} alt={t("staff.shown.photo")} loading="lazy" /> : <span class="shown-none">{t("staff.shown.no_photo")}</span>}
        <figcaption>{t("staff.shown.photo")}</figcaption>
      </figure>
      <figure>
        {shown.still ? <img src={stillUrl(view, shown.still)} alt={t("staff.shown.still")} loading="lazy" /> : <span class="shown-none">{t("staff.shown.no_still")}</span>}
        <figcaption>{t("staff.shown.still")}</figcaption>
      </figure>
    </span>
  );
}

/** How long it was seen, whether it looks like the photo, what was read of it; what speaks against it in red. */
function Facts({ person, side, shown }: { person: Person; side: CardSide; shown: ShownSide }): JSX.Element {
  const { match, overrides, read } = person.identity;
  const verdicts = read?.[side];
  const names = (verdict: "agrees" | "differs"): string => fieldsOf(verdicts ?? {}, verdict).map((field) => t(`staff.read.${field}`)).join(t("staff.read.and"));
  const agrees = names("agrees");
  const differs = names("differs");
  const like = match?.[side];
  return (
    <span class="shown-facts">
      <Chip tone={shown.measured_s === null ? "warn" : overrides?.[side] ? "warn" : "good"}>{shown.measured_s === null ? t("staff.shown.unmeasured") : t("staff.shown.seconds", { seconds: shown.measured_s.toFixed(1) })}</Chip>
      {overrides?.[side] && <Chip tone="warn">{t("staff.shown.vouched", { reason: overrides[side] })}</Chip>}
      {like && <Chip tone={tones[like] ?? "plain"}>{t(`staff.shown.match.${like}`)}</Chip>}
      {differs && <Chip tone="bad">{t("staff.shown.differs", { fields: differs })}</Chip>}
      {agrees && <Chip tone="good">{t("staff.shown.agrees", { fields: agrees })}</Chip>}
      {shown.still && !agrees && !differs && <Chip>{t(verdicts ? "staff.shown.unread" : "staff.shown.reading")}</Chip>}
    </span>
  );
}

function Large({ view, person, side, shown, onClose }: Props & { shown: ShownSide; onClose: () => void }): JSX.Element {
  const looks = shown.looks;
  const counts = { alike: looks[side] ?? 0, other: looks[side === "front" ? "back" : "front"] ?? 0, unlike: looks.card ?? 0 };
  const verdicts = person.identity.read?.[side];
  return (
    <Dialog title={`${t("staff.shown.title")}　${person.name} ${t(`side.${side}`)}`} testid="shown-viewer" class="wide" onClose={onClose}>
      <div class="stack">
        <Pair view={view} person={person} side={side} shown={shown} />
        <Facts person={person} side={side} shown={shown} />
        {verdicts && <div class="readout"><Verdicts verdicts={verdicts} /></div>}
        <p class="soft small-text">{moment(shown.at)}{shown.measured_s !== null && `　${t("staff.shown.looks", counts)}`}</p>
        <p class="soft small-text">{t("staff.shown.note")}</p>
        <div class="row end"><Button testid="shown-close" onClick={onClose}>{t("close")}</Button></div>
      </div>
    </Dialog>
  );
}

/** A side of the ID as it was shown in the call, beside the uploaded photo; nothing where it was not shown (S53). */
export function ShownCard({ view, person, side, named = false }: Props & { named?: boolean }): JSX.Element | null {
  const [large, setLarge] = useState(false);
  const shown = person.identity.shown?.[side];
  if (!shown) return null;
  return (
    <article class={atOdds(person, side) ? "shown-card odd" : "shown-card"} data-testid={`shown-${side}-${person.id}`} data-match={person.identity.match?.[side] ?? ""} data-odd={atOdds(person, side)}>
      <button type="button" data-testid={`shown-open-${side}-${person.id}`} onClick={() => setLarge(true)}>
        {named && <strong>{person.name}　{t(`side.${side}`)}</strong>}
        <Pair view={view} person={person} side={side} shown={shown} />
      </button>
      <Facts person={person} side={side} shown={shown} />
      {large && <Large view={view} person={person} side={side} shown={shown} onClose={() => setLarge(false)} />}
    </article>
  );
}
