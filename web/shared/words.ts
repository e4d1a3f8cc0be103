import { t } from "./text.ts";
import type { CaseView, Person, ScriptStep } from "./types.ts";

/** Names for codes that several pages show; the texts are those of the packages that own the codes. */
export const stateName = (state: string): string => t(`state.${state}`);
export const stepName = (id: string): string => t(`step.${id}`);
export const roleName = (role: string): string => t(`role.${role}`);
export const kindName = (kind: string): string => t(`case_kind.${kind}`);
export const hintName = (code: string): string => t(`capture.hint.${code}`);
export const warningName = (code: string): string => t(`ink.${code}`);
export const reasonName = (code: string): string => t(`reason.${code}`);
export const markName = (type: string): string => t(`event.${type}`);

export const roles = (person: Person): string => person.roles.map(roleName).join("、");
export const personOf = (view: CaseView, id: string | null): Person | undefined => view.people.find((person) => person.id === id);
export const nameOf = (view: CaseView, id: string | null): string => personOf(view, id)?.name ?? "";
export const currentStep = (view: CaseView): ScriptStep | undefined => view.script.find((step) => step.status === "current");
export const policyholder = (view: CaseView): Person | undefined =>
  view.people.find((person) => person.roles.includes("policyholder")) ?? view.people[0];

/** What a prompt asks of the person addressed. */
export const promptText = (step: string): string => t(`prompt.${step}`);
