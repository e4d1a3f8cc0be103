import { render, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { explain } from "./api.ts";
import { follow } from "./cases.ts";
import { principal, resume } from "./session.ts";
import { closeSocket, openSocket } from "./socket.ts";
import { loadTexts, t, type Sources } from "./text.ts";
import type { Kind } from "./types.ts";
import { Button, Failure, Loading, Toast } from "./ui.tsx";

type Pages = { kinds: Kind[]; texts: Sources; login: () => JSX.Element; page: () => JSX.Element; before?: () => JSX.Element | null };

function Root({ kinds, login, page, before }: Pages): JSX.Element {
  const [failed, setFailed] = useState<string | null>(null);
  const begin = (): void => {
    setFailed(null);
    resume(kinds).catch((error: unknown) => setFailed(explain(error)));
  };
  useEffect(begin, []);
  const who = principal.value;
  useEffect(() => {
    if (who) openSocket();
    else closeSocket();
  }, [who?.id]);
  const first = before?.();
  if (first) return first;
  if (failed) return <Retry text={failed} onRetry={begin} />;
  if (who === undefined) return <Loading />;
  return (
    <>
      {who ? page() : login()}
      <Toast />
    </>
  );
}

function Retry({ text, onRetry }: { text: string; onRetry: () => void }): JSX.Element {
  return (
    <main class="center">
      <Failure text={text} />
      <Button testid="retry" onClick={onRetry}>{t("retry")}</Button>
    </main>
  );
}

/** Mounts a page that needs a session of one of these kinds. */
export function start(pages: Pages): void {
  const root = document.getElementById("app");
  follow();
  if (root) void loadTexts(pages.texts).then(() => render(<Root {...pages} />, root));
}
