import type { JSX, TargetedInputEvent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { post, Problem } from "../shared/api.ts";
import { carry } from "../shared/cases.ts";
import { clock, digits } from "../shared/format.ts";
import { t } from "../shared/text.ts";
import type { CaseView } from "../shared/types.ts";
import { Button, Failure, useAction, useNow } from "../shared/ui.tsx";

const textVersion = "otp-consent-1";
const length = 6;
type Issued = { expires_at: string; retry_after: number; phone_masked: string };
type Sent = { expires: number; again: number; phone: string };

/** Fills the code in from the SMS where the browser offers it (WebOTP). */
function useFromSms(onCode: (code: string) => void): void {
  useEffect(() => {
    if (!("OTPCredential" in window)) return undefined;
    const abort = new AbortController();
    const wanted = { otp: { transport: ["sms"] }, signal: abort.signal } as CredentialRequestOptions;
    navigator.credentials.get(wanted).then((found) => {
      const code = (found as { code?: string } | null)?.code;
      if (code) onCode(digits(code).slice(0, length));
    }).catch(() => undefined); // the reader types it
    return () => abort.abort();
  }, []);
}

/** Six boxes drawn over one field, because autofill writes all six digits into the first (S33). */
function Boxes({ code, onCode, onEnter }: { code: string; onCode: (code: string) => void; onEnter: () => void }): JSX.Element {
  const type = (event: TargetedInputEvent<HTMLInputElement>): void => {
    const clean = digits(event.currentTarget.value).slice(0, length);
    event.currentTarget.value = clean;
    onCode(clean);
  };
  return (
    <label class="otp">
      <span class="soft">{t("c.otp.label")}</span>
      <span class="otp-boxes">
        {Array.from({ length }, (_, index) => (
          <span key={index} class={`otp-box${index === Math.min(code.length, length - 1) ? " next" : ""}`} aria-hidden="true">{code[index] ?? ""}</span>
        ))}
        <input data-testid="otp-input" value={code} inputMode="numeric" autocomplete="one-time-code" aria-label={t("c.otp.label")} autofocus onInput={type} onKeyDown={(event) => event.key === "Enter" && onEnter()} />
      </span>
    </label>
  );
}

function retryAfter(error: unknown): number | null {
  const value = error instanceof Problem ? Number(error.body.retry_after) : Number.NaN;
  return Number.isFinite(value) ? value : null;
}

/** OTP and 視訊授權 in one click: 同意並繼續 verifies and agrees (S38). */
export function Otp({ view, onVerified }: { view: CaseView; onVerified: () => void }): JSX.Element {
  const [sent, setSent] = useState<Sent | null>(null);
  const [code, setCode] = useState("");
  const sending = useAction();
  const action = useAction();
  const now = useNow(500);
  const base = `/cases/${view.case_id}/otp`;
  const send = (): void =>
    sending.run(async () => {
      try {
        const issued = await post<Issued>(base, { platform: "web" });
        setCode("");
        setSent({ expires: Date.parse(issued.expires_at), again: Date.now() + issued.retry_after * 1000, phone: issued.phone_masked });
      } catch (error) {
        const wait = retryAfter(error);
        if (wait !== null) setSent({ expires: sent?.expires ?? Number.NaN, again: Date.now() + wait * 1000, phone: sent?.phone ?? "" });
        throw error;
      }
    });
  useEffect(send, []);
  useFromSms(setCode);
  const verify = (): void => {
    if (code.length !== length) return;
    action.run(async () => {
      await carry(post<CaseView>(`${base}/verification`, { code, agreed: true, text_version: textVersion }));
      onVerified();
    });
  };
  const wait = sent ? Math.max(0, Math.ceil((sent.again - now) / 1000)) : 0;
  const left = sent ? Math.max(0, (sent.expires - now) / 1000) : 0;
  return (
    <section class="stack" data-testid="otp-page">
      <h2>{t("c.otp.title")}</h2>
      <p>{sent?.phone ? t("c.otp.sent", { phone: sent.phone }) : t(sending.busy ? "c.otp.sending" : "c.otp.explain")}</p>
      <Boxes code={code} onCode={setCode} onEnter={verify} />
      <div class="row between">
        <small class="soft" data-testid="otp-validity">{sent && Number.isFinite(sent.expires) ? (left > 0 ? t("c.otp.valid", { left: clock(left) }) : t("c.otp.expired")) : ""}</small>
        <Button testid="otp-resend" look="quiet" small busy={sending.busy} disabled={wait > 0} onClick={send}>{wait > 0 ? t("c.otp.resend_in", { seconds: wait }) : t("c.otp.resend")}</Button>
      </div>
      <Failure text={sending.error} testid="otp-send-error" />
      <div class="card consent" data-testid="otp-consent">
        <h3>{t("c.otp.consent_title")}</h3>
        <p class="small-text">{t("c.otp.consent")}</p>
      </div>
      <Failure text={action.error} testid="otp-error" />
      <Button testid="otp-agree" wide busy={action.busy} disabled={code.length !== length} onClick={verify}>{t("c.otp.agree")}</Button>
      <p class="soft small-text">{t("c.otp.never_tell")}</p>
    </section>
  );
}
