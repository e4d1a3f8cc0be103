import { t, tAny } from "./text.ts";
import type { CaseView, Person, ScriptStep } from "./types.ts";

/** Names for codes that several pages show. */
export const stateName = (state: string): string => tAny([`state.${state}`, `web.state.${state}`], state);
export const stepName = (id: string): string => tAny([`step.${id}`, `web.step.${id}`], id);
export const roleName = (role: string): string => tAny([`role.${role}`, `web.role.${role}`], role);
export const kindName = (kind: string): string => tAny([`case_kind.${kind}`, `web.case_kind.${kind}`], kind);
export const hintName = (code: string): string => tAny([`capture.hint.${code}`, `web.hint.${code}`], code);
export const warningName = (code: string): string => tAny([`warning.${code}`, `ink.${code}`, `problem.${code}`, `web.warning.${code}`], code);
export const reasonName = (code: string): string => tAny([`reason.${code}`, `gate.${code}`, `web.reason.${code}`, `problem.${code}`], code);
export const markName = (type: string): string => tAny([`mark.${type}`, `event.${type}`, `step.${type}`, `web.mark.${type}`], type);

export const roles = (person: Person): string => person.roles.map(roleName).join("、");
export const personOf = (view: CaseView, id: string | null): Person | undefined => view.people.find((person) => person.id === id);
export const nameOf = (view: CaseView, id: string | null): string => personOf(view, id)?.name ?? "";
export const currentStep = (view: CaseView): ScriptStep | undefined => view.script.find((step) => step.status === "current");
export const policyholder = (view: CaseView): Person | undefined =>
  view.people.find((person) => person.roles.includes("policyholder")) ?? view.people[0];

/** What a prompt asks of the person addressed. */
export const promptText = (step: string): string => tAny([`prompt.${step}`, `web.prompt.${step}`], stepName(step));
export const submitted = (view: CaseView): boolean => view.submission !== null;
export const amount = (label: string): string => (label ? label : t("none"));
