import type { JSX } from "preact";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { roleName } from "../shared/words.ts";

/** Whose signatures a paper bears. */
export function Signers({ view, chosen, onChosen }: { view: CaseView; chosen: string[]; onChosen: (roles: string[]) => void }): JSX.Element {
  const roles = [...new Set(view.people.flatMap((person) => person.roles))];
  return (
    <fieldset class="checks">
      <legend>{t("u.attach.signed_by")}</legend>
      {roles.map((role) => (
        <label key={role}>
          <input type="checkbox" data-testid={`signed-by-${role}`} checked={chosen.includes(role)} onChange={(event) => onChosen(event.currentTarget.checked ? [...chosen, role] : chosen.filter((each) => each !== role))} />
          {roleName(role)}
        </label>
      ))}
    </fieldset>
  );
}
