import { useEffect, useState } from "preact/hooks";
import { explain } from "./api.ts";
import { track, views } from "./cases.ts";
import type { CaseView } from "./types.ts";

/** The live view of a case, or why there is none. */
export function useCase(id: string): { view: CaseView | null; error: string | null } {
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    setError(null);
    track(id).catch((failure: unknown) => setError(explain(failure)));
  }, [id]);
  return { view: views.value[id] ?? null, error };
}
