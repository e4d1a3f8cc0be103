import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { get, post } from "../shared/api.ts";
import { refreshCards } from "../shared/cases.ts";
import { go } from "../shared/router.ts";
import { t, tBoth } from "../shared/text.ts";
import type { CaseView, Catalog } from "../shared/types.ts";
import { Button, Failure, IconButton, Loading, Select, TextField, useAction } from "../shared/ui.tsx";
import { kindName, roleName } from "../shared/words.ts";

const kinds = ["service", "new_business"] as const;
const roles = ["policyholder", "insured", "legal_representative", "payer"] as const;
type Row = { person_id: string; roles: string[] };

const taipeiDay = (offset = 0): string =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Taipei" }).format(new Date(Date.now() + offset * 86_400_000));

function PersonRow({ index, row, catalog, onChange, onRemove }: { index: number; row: Row; catalog: Catalog; onChange: (row: Row) => void; onRemove: () => void }): JSX.Element {
  const toggle = (role: string, on: boolean): void => onChange({ ...row, roles: on ? [...row.roles, role] : row.roles.filter((each) => each !== role) });
  return (
    <li class="person-row" data-testid={`person-row-${index}`}>
      <Select label={t("k.new.member")} testid={`person-member-${index}`} value={row.person_id} onValue={(person_id) => onChange({ ...row, person_id })} placeholder={t("k.new.choose")} options={catalog.members.map((member) => ({ value: member.person_id, text: `${member.name}（${member.member_no}）` }))} />
      <fieldset class="checks">
        <legend>{t("k.new.roles")}</legend>
        {roles.map((role) => (
          <label key={role}>
            <input type="checkbox" data-testid={`person-role-${index}-${role}`} checked={row.roles.includes(role)} onChange={(event) => toggle(role, event.currentTarget.checked)} />
            {roleName(role)}
          </label>
        ))}
      </fieldset>
      <IconButton testid={`person-remove-${index}`} icon="trash" label={t("k.new.remove")} onClick={onRemove} />
    </li>
  );
}

function Form({ catalog }: { catalog: Catalog }): JSX.Element {
  const [kind, setKind] = useState<string>("service");
  const [item, setItem] = useState("");
  const [applied, setApplied] = useState(taipeiDay());
  const [received, setReceived] = useState(taipeiDay(-5));
  const [people, setPeople] = useState<Row[]>([{ person_id: "", roles: ["policyholder"] }, { person_id: "", roles: ["insured"] }]);
  const action = useAction();
  const items = catalog.items.filter((each) => each.kind === kind);
  const chosen = items.some((each) => each.code === item) ? item : items[0]?.code ?? "";
  const persons = people.filter((row) => row.person_id && row.roles.length);
  const put = (index: number, row: Row): void => setPeople(people.map((old, at) => (at === index ? row : old)));
  const send = (event: Event): void => {
    event.preventDefault();
    action.run(async () => {
      const body = { kind, item_code: chosen, application_date: applied, clause_received_date: kind === "new_business" ? received : null, persons };
      const view = await post<CaseView>("/cases", body);
      await refreshCards();
      go("case", view.case_id);
    });
  };
  return (
    <form class="panel stack new-case" onSubmit={send}>
      <div class="segments" role="radiogroup">
        {kinds.map((each) => <button key={each} type="button" role="radio" aria-checked={kind === each} aria-selected={kind === each} data-testid={`kind-${each}`} onClick={() => setKind(each)}>{kindName(each)}</button>)}
      </div>
      <Select label={t("k.new.item")} testid="item" value={chosen} onValue={setItem} options={items.map((each) => ({ value: each.code, text: `${tBoth(each.label)}　${each.amount_label}` }))} />
      <div class="two">
        <TextField label={t("fact.application_date")} testid="application-date" type="date" value={applied} onValue={setApplied} required />
        {kind === "new_business" && <TextField label={t("k.new.received")} testid="received-date" type="date" value={received} onValue={setReceived} required />}
      </div>
      <h2>{t("k.new.people")}</h2>
      <ul class="stack">
        {people.map((row, index) => <PersonRow key={index} index={index} row={row} catalog={catalog} onChange={(next) => put(index, next)} onRemove={() => setPeople(people.filter((_, at) => at !== index))} />)}
      </ul>
      <Button testid="person-add" look="secondary" icon="person" onClick={() => setPeople([...people, { person_id: "", roles: [] }])}>{t("k.new.add")}</Button>
      <Failure text={action.error} />
      <div class="row end">
        <Button testid="new-cancel" look="quiet" onClick={() => go()}>{t("cancel")}</Button>
        <Button testid="new-submit" submit busy={action.busy} disabled={!chosen || !persons.length}>{t("k.new.submit")}</Button>
      </div>
    </form>
  );
}

export function NewCase(): JSX.Element {
  const [catalog, setCatalog] = useState<Catalog | null>(null);
  const action = useAction();
  useEffect(() => action.run(async () => setCatalog(await get<Catalog>("/catalog"))), []);
  return (
    <main class="staff-page narrow" data-testid="new-case-page">
      <h1>{t("k.queue.new")}</h1>
      <Failure text={action.error} />
      {catalog ? <Form catalog={catalog} /> : <Loading />}
    </main>
  );
}
