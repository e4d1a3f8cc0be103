import { useEffect, useRef, useState } from "preact/hooks";
import { explain, get } from "../shared/api.ts";
import type { CaseView } from "../shared/types.ts";
import type { Assessment } from "./types.ts";

/** The assessment of a case, fetched again with each version of it while `wanted`; one request at a time. */
export function useAssessment(view: CaseView | null, wanted: boolean): { assessment: Assessment | null; error: string | null } {
  const [assessment, setAssessment] = useState<Assessment | null>(null);
  const [error, setError] = useState<string | null>(null);
  const running = useRef(false);
  const [round, setRound] = useState(0);
  const id = view?.case_id;
  const version = view?.version ?? 0;
  const behind = (assessment?.version ?? -1) < version;
  useEffect(() => {
    if (!id || !wanted || !behind || running.current) return;
    running.current = true;
    get<Assessment>(`/cases/${id}/assessment`)
      .then((found) => {
        setAssessment(found);
        setError(null);
      })
      .catch((failure: unknown) => setError(explain(failure)))
      .finally(() => {
        running.current = false;
        setRound((count) => count + 1);
      });
  }, [id, wanted, version, behind && !error ? round : 0]);
  return { assessment, error };
}
