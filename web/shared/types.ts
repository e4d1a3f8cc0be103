/** The shapes the server answers with (docs/protocol.md). Times are ISO 8601 strings, rectangles PDF points from bottom-left. */
export type Both = { zh: string; en: string };
export type Item = { label: Both; amount_label: string };

export type Kind = "member" | "agent" | "reviewer" | "underwriter";
export type Principal = { id: string; kind: Kind; name: string; unit: string | null };
export type About = { name: string; version: string; build: string; minimum_client: string };

export type CaseCard = {
  case_id: string;
  case_no: string;
  kind: string;
  state: string;
  version: number;
  item: Item;
  application_date: string;
  policyholder: string;
  agent: string;
  signed: boolean;
  signed_count: number;
  total_count: number;
  invited: boolean;
  room_open: boolean;
  open_findings: number;
  opened_at: string;
  updated_at: string;
  query_due?: string | null;
  decision?: string | null;
};

export type Permission = "granted" | "denied" | "absent";
export type Side = "front" | "back" | "other";

export type Person = {
  id: string;
  name: string;
  roles: string[];
  adult: boolean;
  documents_done: number;
  documents_total: number;
  complete: boolean;
  phone_verified: boolean;
  phone_locked: boolean;
  permissions: { camera: Permission; microphone: Permission } | null;
  consents: { recording: boolean | null; video_signing: boolean | null; face: boolean | null };
  name_stated: boolean;
  identity: { front_s: number | null; back_s: number | null; match?: Record<string, string>; overrides?: Record<string, string>; read?: Record<string, Record<string, Verdict>>; shown?: Record<string, ShownSide> };
  confirmations: { application: boolean | null; others: boolean | null };
};

/** For staff: seconds that were measured of a side, pictures by what they showed, the digest of the still. */
export type ShownSide = { at: string; measured_s: number | null; looks: Record<string, number>; still: string | null };

export type Verdict = "agrees" | "differs" | "unread";
/** For staff: what was read of the photo against the case, field by field (number, name, birth_date, side, mrz). */
export type Readout = { verdicts: Record<string, Verdict>; hints: string[]; why: string | null };
/** A card being shown in the call: seconds of the span that goes on, and what is seen now. */
export type Showing = { person_id: string; side: "front" | "back"; seen: "front" | "back" | "card" | "nothing"; front_s: number; back_s: number; done: boolean };
export type Photo = { id: string; side: Side; score: number | null; quality: string[]; at: string; cropped: boolean; crop?: "detected" | "supported" | "manual" | null; document?: PhotoDocument; readout?: Readout | null };
/** What a photo shows, where that is not what its task asks for. */
export type PhotoDocument = "" | "national_id" | "residence_permit" | "passport" | "other" | "household_transcript" | "household_register";
/** `offset`: bytes that are safe on the server. */
export type UploadState = { upload_id: string; offset: number; size: number; expires_at: string; photo_id: string | null };
export type PhotoStatus = "todo" | "acknowledged" | "uploaded" | "approved" | "rejected";
export type PhotoTask = {
  id: string;
  person_id: string;
  label: Both;
  requirement: Both;
  status: PhotoStatus;
  reason: string | null;
  photos: Photo[];
  camera?: string | null;
};

export type Field = {
  name: string;
  page: number;
  rect: [number, number, number, number];
  signer: string;
  role: string;
  mine: boolean;
  signed: boolean;
  warnings?: string[];
};
export type DocumentStatus = "preparing" | "todo" | "done" | "returned" | "sealed";
export type MyStatus = "none" | "to_read" | "to_sign" | "done";
export type CaseDocument = {
  id: string;
  title: Both;
  task: "sign" | "read";
  revision: number;
  status: DocumentStatus;
  sha256: string | null;
  pages: number;
  read_pages: number[];
  my_status: MyStatus;
  fields: Field[];
  page_size: [number, number];
  signers: { person_id: string; done: boolean }[];
  return_reason: string | null;
  failure: string | null;
};

export type RecorderTruth = { writing: boolean; seconds: number; age_ms: number | null; gaps: number; serial?: string | null; stalled?: boolean; written?: Record<string, string[]> };
export type Meeting = {
  status: "none" | "open" | "ended";
  room_id: string | null;
  recording: RecorderTruth | null;
  signing: { unlocked: boolean; reasons: string[] };
  prompt: { step: string; person_id: string; asked_at: string } | null;
  registration_card: boolean;
  present: string[];
  screens: Record<string, "capture" | "pages">;
};

export type ScriptStep = { id: string; person_id: string | null; who: "agent" | "customer"; status: "done" | "current" | "todo" };
export type Finding = {
  rule: string;
  cite: string;
  kind: string;
  strength: string;
  status: "open" | "satisfied";
  text: string;
  quote: string;
  subject: string | null;
  doc: string | null;
  due: string | null;
  satisfied_by: string[];
  who: "customer" | "agent" | "reviewer";
};

export type Verb =
  | "acknowledge" | "add_photo" | "complete_photos" | "review_photos" | "open_meeting" | "join" | "end_meeting" | "end_meeting_done"
  | "sign" | "submit" | "return" | "amend" | "withdraw" | "agent_report" | "review" | "callback"
  | "query" | "withdraw_query" | "answer_query" | "attach" | "check_attachment" | "decide";

export type QueryItem = {
  id: string;
  text: string;
  to: "agent" | "customer";
  title: string | null;
  path: string | null;
  answered: boolean;
  statement: string;
  attachment_id: string | null;
  value: unknown;
  document_id: string | null;
};
/** 照會. `due` is the last day of the stage that it has reached. */
export type Query = {
  id: string;
  stage: "query" | "reminder" | "cancel_notice" | "answered" | "withdrawn" | "lapsed";
  open: boolean;
  issued_at: string;
  reminded_at: string | null;
  noticed_at: string | null;
  answered_at: string | null;
  due: string;
  note: string;
  items: QueryItem[];
};
export type Attachment = { id: string; title: string; media_type: string; size: number; sha256: string; signed_by: string[]; added_by: string; at: string; accepted: boolean | null; reason: string };
/** A letter of the company as a PDF. */
export type Letter = { id: string; title: Both; at: string; sha256: string; size: number };
export type CaseDecision = {
  outcome: string;
  at: string;
  reasons: string[];
  note: string;
  overrides: { rule: string; section: string; reason: string }[];
  letter_due: string | null;
  letter_at: string | null;
};

export type CaseView = {
  version: number;
  case_id: string;
  case_no: string;
  kind: string;
  state: string;
  item: Item;
  application_date: string;
  opened_at: string;
  agent: { id: string; name: string; registration_no: string };
  host: { id: string; name: string } | null;
  me: string | null;
  people: Person[];
  photo_tasks: PhotoTask[];
  documents: CaseDocument[];
  meeting: Meeting;
  script: ScriptStep[];
  findings: Finding[];
  actions: Verb[];
  submission: { at: string; package_sha256: string } | null;
  review: { outcome: string; at: string } | null;
  queries?: Query[];
  attachments?: Attachment[];
  letters?: Letter[];
  decision?: CaseDecision | null;
  history: { seq: number; at: string; type: string; actor_kind: string }[];
};

export type Catalog = {
  items: { code: string; kind: string; label: Both; amount_label: string }[];
  members: { member_no: string; person_id: string; name: string }[];
};

/** `rotation`: the clockwise turn, in degrees, that makes the picture upright. */
export type Segment = { n: number; url: string; start_s: number; duration_s: number; frames: number; sha256: string; rotation?: number };
export type Track = {
  track_id: string;
  person_id: string;
  name: string;
  role: string;
  kind: "video" | "audio";
  codec: string;
  segments: Segment[];
};
export type Mark = { at_s: number; at: string; type: string; person_id: string | null; detail: unknown };
export type Gap = { track_id: string; from_s: number; to_s: number; reason: string };
/** The one film of a meeting; `progress` 0..1. */
export type Composition = { status: "none" | "making" | "ready" | "failed"; progress: number; seconds: number | null; size: number | null; sha256: string | null };
export type RecordingView = {
  recordings: { recording_id: string; serial: string; started_at: string; seconds: number }[];
  case_no: string;
  recording_id: string;
  serial: string;
  started_at: string;
  seconds: number;
  sealed: boolean;
  verified: boolean;
  manifest_sha256: string;
  tracks: Track[];
  marks: Mark[];
  gaps: Gap[];
  missing_parts: number;
  composition: Composition;
  viewed: [number, number][];
};

export type SourceState = { on: boolean; muted: boolean; receiving: boolean };
export type Participant = {
  participant_id: string;
  person_id: string;
  name: string;
  role: string;
  order: number;
  me: boolean;
  connected: boolean;
  sources: Partial<Record<Source, SourceState>>;
};
export type Source = "camera" | "microphone" | "screen";
export type PageAt = { case_id: string; page: string; document_id?: string; page_no?: number };
export type Point = [number, number];
export type FrameAnswer = { seq: number; corners: Point[] | null; score: number; cut_off: boolean; hints: string[]; hint: string; steady: boolean };

export type DemoPage = {
  people: { kind: Kind; login: string; password: string; name: string; totp?: string }[];
  sms: { at: string; phone_masked: string; text: string }[];
};
