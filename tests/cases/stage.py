"""A desk on the in-memory twins, and the steps of a case as short verbs, so that a test says only
what it is about."""

import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace

from capture.watch import Watched
from cases import meeting, phone, photos, recording, review, signing, steps, submission
from cases.actor import SYSTEM, Actor
from cases.case import Case
from cases.desk import Desk
from cases.events_papers import DocumentIssued, DocumentSealed
from cases.forms import form_data, signed_fields
from cases.opening import OpenCase, open_case
from cases.parts import CasePerson
from cases.rooms import Meeting
from cases.workflow import load, record
from esign.envelope import render
from media.manifest import Gap, Manifest, SpoolProof, digest, signed
from otp.service import OtpService
from ports.blobs import open_blobs
from ports.clock import FrozenClock
from ports.journal import MemoryJournal
from ports.keys import MemoryKeys
from ports.keyvalue import MemoryKeyValue
from tests.cases.cast import (  # noqa: F401 -- who tells a story needs its people too
    AGENT,
    ALONE,
    BOTH,
    FATCA,
    INSURED,
    LACKING,
    LIN,
    NEW_BUSINESS,
    OTHER_AGENT,
    PDF,
    POLICYHOLDER,
    REGISTRY,
    REVIEWER,
    SALES_REVIEWER,
    SERVICE,
    START,
    STRANGER,
    TODAY,
    UNDERWRITER,
    WANG,
    Outbox,
    card_photo,
    profile,
)
from tests.cases.stage_casework import Casework
from tests.esign.hand import handwriting
from underwriting.load import load_rulebook


class Stage(Casework):
    def __init__(self):
        self.clock = FrozenClock(START)
        keys = MemoryKeys()
        keyvalue = MemoryKeyValue(self.clock)
        self.outbox = Outbox()
        self.desk = Desk(
            journal=MemoryJournal(keys),
            keyvalue=keyvalue,
            blobs=open_blobs("memory:", keys),
            keys=keys,
            clock=self.clock,
            otp=OtpService(keyvalue, self.outbox, self.clock, b"p" * 32),
            rulebook=load_rulebook(),
        )
        self.case_id = ""
        self.inks = 0

    async def case(self) -> Case:
        return await load(self.desk, self.case_id)

    async def open(self, request: OpenCase = SERVICE) -> Case:
        case = await open_case(self.desk, AGENT, request)
        self.case_id = case.case_id
        return case

    async def photograph(self, actor: Actor) -> Case:
        """Acknowledge, front and back, 完成."""
        case = await self.case()
        task = next(task.task_id for task in case.photo_tasks if task.person_id == actor.id)
        await photos.acknowledge(self.desk, actor, self.case_id, task)
        for number, side in enumerate(("front", "back")):
            await photos.add_photo(
                self.desk, actor, self.case_id, task, card_photo(number), side, False, f"{task}-{side}"
            )
        return await photos.complete_photos(self.desk, actor, self.case_id, task)

    async def ready(self, request: OpenCase | None = SERVICE) -> Case:
        """A case whose photos are approved and whose forms are issued; None goes on with the one that is open."""
        case = await self.open(request) if request else await self.case()
        for person in case.persons:
            await self.photograph(member(person))
        for task in case.photo_tasks:
            await photos.review_photos(self.desk, AGENT, self.case_id, task.task_id, True)
        return await self.issue()

    async def issue(self) -> Case:
        """What the jobs do, without certification: real forms with their real fields."""
        case = await self.case()
        for document in case.documents:
            if document.issued is None:
                form = render(document.code, form_data(case, document), self.clock.now())
                issued = DocumentIssued(
                    document_id=document.document_id,
                    revision=document.revision,
                    sha256=form.sha256,
                    blob=f"cases/{self.case_id}/documents/{document.document_id}-{document.revision}-issued.pdf",
                    pages=form.pages,
                    page_size=(595.28, 841.89),
                    application_date=document.application_date,
                    fields=signed_fields(case, form.fields),
                )
                await self.desk.blobs.put(issued.blob, form.pdf, scope=self.case_id)
                case = await record(self.desk, SYSTEM, self.case_id, lambda _, issued=issued: [issued])
        return case

    async def recording(self, **changes) -> None:
        """The recorder says that it writes; it says so for 1.5 s."""
        case = await self.case()
        everybody = {person.person_id for person in case.persons} | {case.meeting.host.id}
        written = {person_id: ["camera", "microphone"] for person_id in everybody}
        status = {"writing": True, "seconds": 12.0, "age_ms": 30, "gaps": 0, "stalled": False, "written": written}
        status |= changes
        await self.desk.keyvalue.set(f"recorder:{case.meeting.room_id}", json.dumps(status).encode(), ttl=1.5)

    async def verify_phone(self, actor: Actor) -> Case:
        await phone.issue_otp(self.desk, actor, self.case_id, "0912345678", "web")
        case = await phone.verify_otp(self.desk, actor, self.case_id, self.outbox.code(), "otp-1")
        self.clock.advance(61)
        return case

    async def enter(self, actor: Actor) -> Case:
        await self.verify_phone(actor)
        await meeting.permission_report(self.desk, actor, self.case_id, "granted", "granted")
        return await meeting.joined(self.desk, actor, self.case_id)

    async def say(self, actor: Actor, step: str, yes: bool = True) -> Case:
        await steps.prompt(self.desk, AGENT, self.case_id, step, actor.id)
        return await steps.answer(self.desk, actor, self.case_id, step, yes)

    async def identify(self, actor: Actor) -> Case:
        await self.say(actor, "state_name")
        for side in ("front", "back"):
            case = await self.show(actor, side)
        return case

    async def show(
        self,
        actor: Actor,
        side: str,
        seconds: float = 5.2,
        frames: int = 78,
        gap_ms: int = 80,
        watched: Watched | None = None,
        override: str | None = None,
    ) -> Case:
        """The card was seen for as long as the frames came, unless `watched` or the agent's word says otherwise."""
        now = self.clock.now()
        held = SimpleNamespace(
            frames=frames, seconds=seconds, longest_gap_ms=gap_ms, started_at=now - timedelta(seconds=5), ended_at=now
        )
        if override is None and watched is None:
            watched = Watched({side: seconds}, {side: 25}, b"a still")
        return await steps.identity_shown(
            self.desk, AGENT, self.case_id, actor.id, side, held, watched, override_reason=override
        )

    async def to_the_card(self, request: OpenCase = ALONE) -> None:
        """A meeting whose policyholder has said his name and shows his ID next (S53)."""
        await self.ready(request)
        await meeting.open_meeting(self.desk, AGENT, self.case_id)
        await self.consent(WANG)
        await steps.show_registration_card(self.desk, AGENT, self.case_id, REGISTRY)
        await self.say(WANG, "state_name")

    async def consent(self, *actors: Actor) -> None:
        """All come, then each says yes three times (S51)."""
        for actor in actors:
            await self.enter(actor)
        for actor in actors:
            for step in ("consent_recording", "consent_video_signing", "consent_face"):
                await self.say(actor, step)

    async def meet(self, *actors: Actor) -> Case:
        """A meeting in which these persons may sign."""
        await meeting.open_meeting(self.desk, AGENT, self.case_id)
        case = await self.issue()
        room = case.meeting
        await recording.recording_started(self.desk, self.case_id, room.room_id, room.recording_id)
        await self.consent(*actors)
        await steps.show_registration_card(self.desk, AGENT, self.case_id, REGISTRY)
        for actor in actors:
            case = await self.identify(actor)
        await self.recording()
        return case

    async def meeting_for(self, request: OpenCase | None = SERVICE) -> Case:
        case = await self.ready(request)
        return await self.meet(*(member(person) for person in case.persons))

    async def read(self, actor: Actor, document_id: str) -> Case:
        case = await self.case()
        document = case.document(document_id)
        for page in range(1, document.issued.pages + 1):
            case = await signing.read_page(self.desk, actor, self.case_id, document_id, document.revision, page)
        return case

    async def sign(self, actor: Actor, document_id: str, field: str, ink: dict | None = None) -> Case:
        await self.recording()
        revision = (await self.case()).document(document_id).revision
        challenge = await signing.begin_signature(self.desk, actor, self.case_id, document_id, revision, field)
        case, _ = await signing.accept_ink(
            self.desk,
            actor,
            self.case_id,
            document_id,
            revision,
            field,
            challenge.challenge,
            ink or self.ink(actor),
            "customer_confirms",
        )
        return case

    def ink(self, actor: Actor) -> dict:
        self.inks += 1
        return handwriting(self.inks, characters=len(actor.name))

    async def finish(self, actor: Actor, document_id: str) -> Case:
        """Read, sign every own field, 完成."""
        case = await self.read(actor, document_id)
        document = case.document(document_id)
        for field in document.fields_of(actor.id):
            await self.sign(actor, document_id, field.name)
        await self.recording()
        return await signing.complete_document(self.desk, actor, self.case_id, document_id, document.revision)

    async def finish_all(self, actor: Actor) -> Case:
        case = await self.case()
        for document in case.documents:
            if actor.id in document.signers and not document.completed_by(actor.id):
                case = await self.finish(actor, document.document_id)
        return case

    async def submitted(self, request: OpenCase | None = SERVICE) -> Case:
        case = await self.meeting_for(request)
        signers = [member(person) for person in case.persons]
        for signer in signers:
            await self.finish_all(signer)
        await self.recording()
        return await submission.submit(self.desk, signers[0], self.case_id)

    async def confirm(self, *actors: Actor, yes: bool = True) -> None:
        for actor in actors:
            for step in ("confirm_application", "confirm_others"):
                await self.say(actor, step, yes)

    async def under_review(self, request: OpenCase | None = SERVICE) -> Case:
        case = await self.submitted(request)
        await self.confirm(*(member(person) for person in case.persons))
        await meeting.end_meeting(self.desk, AGENT, self.case_id)
        return await self.seal_recording()

    async def seal_recording(self) -> Case:
        case = await self.case()
        room = case.meeting
        sealed = await self.sealed_recording(case)
        return await recording.recording_sealed(self.desk, self.case_id, room.room_id, sealed)

    async def sealed_recording(self, case: Case) -> SimpleNamespace:
        """What the media plane reports: a video track of each person, with a signed manifest in the blobs."""
        room = case.meeting
        manifest = await self.manifest(room)
        blob = f"cases/{self.case_id}/recordings/{room.recording_id}.manifest"
        if not await self.desk.blobs.exists(blob):
            await self.desk.blobs.put(blob, manifest, scope=self.case_id)
        return SimpleNamespace(
            recording_id=room.recording_id,
            serial=room.serial,
            manifest_blob=blob,
            manifest_sha256=hashlib.sha256(manifest).hexdigest(),
            seconds=60.0,
            started_at=room.opened_at,
            reason="ended",
            part=1,
            tracks=tuple(track(person) for person in [AGENT.id, *(p.person_id for p in case.persons)]),
        )

    async def manifest(self, room: Meeting) -> bytes:
        gaps = (Gap("M1-camera", 20_000, 25_000, "muted"),)
        manifest = Manifest(
            version=1,
            recording_id=room.recording_id,
            part=1,
            serial=room.serial,
            started_at=room.opened_at,
            ended_at=room.opened_at + timedelta(seconds=60),
            duration_ms=60_000,
            reason="ended",
            complete=True,
            frames_lost=0,
            tracks=(),
            gaps=gaps,
            marks=(),
            spool=SpoolProof(0, ""),
        )
        keys = self.desk.keys
        return signed(manifest, await keys.public_key(), await keys.sign(digest(manifest)))

    async def seal_documents(self) -> Case:
        case = await self.case()
        for document in case.documents:
            sealed = DocumentSealed(
                document_id=document.document_id, revision=document.revision, sha256="0" * 64, blob="none"
            )
            case = await record(self.desk, SYSTEM, self.case_id, lambda _, sealed=sealed: [sealed])
        return case

    async def pass_review(self) -> Case:
        case = await self.case()
        for each in case.sealed_recordings:
            await recording.recording_view(self.desk, REVIEWER, self.case_id, each.recording_id)
        return await review.review_recording(self.desk, REVIEWER, self.case_id, "passed", [], "")


def member(person: CasePerson) -> Actor:
    return Actor(person.person_id, "member", person.profile["name"], None, f"s-{person.person_id.lower()}")


def on_another_device(actor: Actor) -> Actor:
    return Actor(actor.id, actor.kind, actor.name, actor.unit, f"{actor.session_id}-other")


def track(person_id: str) -> SimpleNamespace:
    segments = (
        SimpleNamespace(blob=f"segments/{person_id}-0", sha256="1" * 64, start_ms=0, duration_ms=20_000, frames=300),
        SimpleNamespace(
            blob=f"segments/{person_id}-1", sha256="2" * 64, start_ms=25_000, duration_ms=35_000, frames=525
        ),
    )
    return SimpleNamespace(
        track_id=f"{person_id}-camera",
        participant_id=f"p-{person_id}",
        person_id=person_id,
        role="policyholder",
        kind="video",
        codec="VP8",
        frames=825,
        seconds=55.0,
        segments=segments,
    )
