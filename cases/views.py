"""What the customer, the console and the reviewer see of a case. Pure: case, viewer, live recorder, assessment in."""

from cases.actions import actions, asked_of_customer
from cases.actor import Actor
from cases.assess import is_open
from cases.case import Case
from cases.casework_views import attachment_views, decision_view, letter_views, query_views
from cases.forms import age_on
from cases.gates import SIDES, lock_reasons
from cases.items import ITEMS, Text
from cases.live import RecorderLive
from cases.papers import Document, Photo, PhotoTask
from cases.parts import CasePerson, Field
from cases.rooms import Party
from cases.script import script
from cases.view_types import (
    AgentView,
    CaseCard,
    CaseView,
    ConfirmationsView,
    ConsentsView,
    DocumentView,
    FieldView,
    FindingView,
    HistoryView,
    HostView,
    IdentityView,
    ItemView,
    MeetingView,
    PermissionsView,
    PersonView,
    PhotoTaskView,
    PhotoView,
    PromptView,
    ReadoutView,
    RecorderView,
    ReviewView,
    ShownView,
    SignerView,
    SigningView,
    SubmissionView,
)
from esign.envelope import TEMPLATES
from underwriting.model import Assessment, Finding

ADULT = 18
A4 = (595.28, 841.89)
PHOTO_LABEL = Text("遠距身分相關證明文件", "Identity documents for the remote service")
REQUIREMENTS = {
    "national_id": Text(
        "身分證正反面（戶籍謄本、戶口名簿無法受理）", "National ID, front and back (no household certificates)"
    ),
    "residence_permit": Text("居留證正反面", "Residence permit, front and back"),
}


def masked_name(name: str) -> str:
    """王大陸 -> 王○陸, 王明 -> 王○: enough to recognise somebody one knows (S13)."""
    if len(name) <= 2:
        return name[:1] + "○" * (len(name) - 1)
    return name[0] + "○" * (len(name) - 2) + name[-1]


def case_card(case: Case, viewer: Actor, assessment: Assessment) -> CaseCard:
    member = viewer.kind == "member"
    policyholder = case.holder("policyholder")
    complete = [case.complete(person.person_id) for person in case.persons]
    return CaseCard(
        case_id=case.case_id,
        case_no=case.case_no,
        kind=case.kind,
        state=case.state,
        version=case.version,
        item=_item(case),
        application_date=case.application_date,
        policyholder=_name(policyholder, viewer) if policyholder else "",
        agent=case.agent.name,
        signed=case.complete(viewer.id) if member else all(complete),
        signed_count=complete.count(True),
        total_count=len(complete),
        invited=member and case.open_meeting is not None,
        room_open=case.open_meeting is not None,
        open_findings=len(_open_for(assessment, viewer)),
        opened_at=case.opened_at,
        updated_at=case.updated_at,
        query_due=case.open_query.due if case.open_query and (not member or asked_of_customer(case)) else None,
        decision=case.decision.outcome if case.decision else None,
    )


def case_view(case: Case, viewer: Actor, recorder: RecorderLive | None, assessment: Assessment) -> CaseView:
    member = viewer.kind == "member"
    tasks = (task for task in case.photo_tasks if not member or task.person_id == viewer.id)
    history = () if member else tuple(HistoryView(h.seq, h.at, h.type, h.actor_kind) for h in case.history)
    return CaseView(
        version=case.version,
        case_id=case.case_id,
        case_no=case.case_no,
        kind=case.kind,
        state=case.state,
        item=_item(case),
        application_date=case.application_date,
        opened_at=case.opened_at,
        agent=AgentView(case.agent.id, case.agent.name, case.agent.registration_no),
        host=HostView(case.meeting.host.id, case.meeting.host.name) if case.meeting else None,
        me=viewer.id if member else None,
        people=tuple(_person(case, person, viewer) for person in case.persons),
        photo_tasks=tuple(_task(task, viewer) for task in tasks),
        documents=tuple(_document(document, viewer) for document in case.documents),
        meeting=_meeting(case, viewer, recorder),
        script=script(case),
        findings=_findings(assessment, viewer),
        actions=actions(case, viewer, recorder),
        submission=SubmissionView(case.submission.at, case.submission.package_sha256) if case.submission else None,
        review=ReviewView(case.review.outcome, case.review.at) if case.review else None,
        queries=query_views(case, viewer),
        attachments=attachment_views(case, viewer),
        letters=letter_views(case, viewer),
        decision=decision_view(case, viewer),
        history=history,
    )


def _item(case: Case) -> ItemView:
    """What is applied for, as it was last amended (S13)."""
    item = ITEMS[case.item_code]
    amended = [d.changes["amount_label"] for d in case.documents if "amount_label" in d.changes]
    return ItemView(item.label, amended[-1] if amended else item.amount_label)


def _name(person: CasePerson, viewer: Actor) -> str:
    """In full for himself and for staff; masked for the other persons of the case."""
    name = person.profile["name"]
    return masked_name(name) if viewer.kind == "member" and viewer.id != person.person_id else name


def _person(case: Case, person: CasePerson, viewer: Actor) -> PersonView:
    party = case.last_party(person.person_id)
    mine = [document for document in case.documents if person.person_id in document.signers]
    said = {name: answer.yes for name, answer in party.consents.items()}
    confirmed = {name: answer.yes for name, answer in party.confirmations.items()}
    in_room = case.open_meeting.party(person.person_id) if case.open_meeting else None
    return PersonView(
        id=person.person_id,
        name=_name(person, viewer),
        roles=person.roles,
        adult=age_on(person.profile["birth_date"], case.application_date) >= ADULT,
        documents_done=sum(document.completed_by(person.person_id) for document in mine),
        documents_total=len(mine),
        complete=case.complete(person.person_id),
        phone_verified=_phone_verified(case, person, viewer),
        phone_locked=in_room is not None and in_room.locked_out,
        permissions=PermissionsView(*party.permissions) if party.permissions else None,
        consents=ConsentsView(said.get("recording"), said.get("video_signing"), said.get("face")),
        name_stated=party.name is not None,
        identity=_identity(party, viewer),
        confirmations=ConfirmationsView(confirmed.get("application"), confirmed.get("others")),
    )


def _identity(party: Party, viewer: Actor) -> IdentityView:
    shown = party.identity
    seconds = (shown[side].seconds if side in shown else None for side in SIDES)
    if viewer.kind == "member":
        return IdentityView(*seconds)
    match = {side: each.match for side, each in shown.items() if each.match}
    overrides = {side: each.override for side, each in shown.items() if each.override}
    read = {side: each.verdicts for side, each in shown.items() if each.verdicts is not None}
    seen = {side: ShownView(each.at, each.measured, each.looks, each.still_sha256) for side, each in shown.items()}
    return IdentityView(*seconds, match, overrides, read, seen)


def _phone_verified(case: Case, person: CasePerson, viewer: Actor) -> bool:
    """In the open room; for himself on this very device, which is what joining asks for."""
    if case.open_meeting is None:
        return bool(case.last_party(person.person_id).sessions)
    sessions = case.open_meeting.party(person.person_id).sessions
    own_device = viewer.kind == "member" and viewer.id == person.person_id
    return viewer.session_id in sessions if own_device else bool(sessions)


def _task(task: PhotoTask, viewer: Actor) -> PhotoTaskView:
    photos = tuple(_photo(photo, viewer) for photo in task.kept)
    requirement = REQUIREMENTS[task.id_type]
    camera = task.cameras[-1] if task.cameras else None
    return PhotoTaskView(
        task.task_id, task.person_id, PHOTO_LABEL, requirement, task.status, task.rejection, photos, camera
    )


def _photo(photo: Photo, viewer: Actor) -> PhotoView:
    """What was read of it is for staff alone: whoever would pass off another's card need not know what was noticed."""
    seen = photo.readout if viewer.kind != "member" else None
    readout = ReadoutView(seen.verdicts, seen.hints, seen.why) if seen else None
    return PhotoView(
        id=photo.photo_id,
        side=photo.side,
        score=photo.score,
        quality=photo.quality,
        at=photo.at,
        cropped=photo.cropped,
        readout=readout,
        crop=photo.crop,
        document=photo.document,
    )


def _document(document: Document, viewer: Actor) -> DocumentView:
    issued = document.issued
    template = TEMPLATES[document.code]
    fields = issued.fields if issued else ()
    return DocumentView(
        id=document.document_id,
        title=Text(template.title_zh, template.title_en),
        task=document.task,
        revision=document.revision,
        status=_document_status(document),
        sha256=issued.sha256 if issued else None,
        pages=issued.pages if issued else 0,
        read_pages=document.pages_read(viewer.id),
        my_status=_my_status(document, viewer),
        fields=tuple(_field_view(document, field, viewer) for field in fields),
        page_size=issued.page_size if issued else A4,
        signers=tuple(SignerView(signer, document.completed_by(signer)) for signer in document.signers),
        return_reason=document.returned,
        failure=document.failure,
    )


def _field_view(document: Document, field: Field, viewer: Actor) -> FieldView:
    ink = document.inked(field.name)
    return FieldView(
        name=field.name,
        page=field.page,
        rect=field.rect,
        signer=field.person_id,
        role=field.role,
        mine=field.person_id == viewer.id,
        signed=ink is not None,
        warnings=ink.warnings if ink and viewer.kind != "member" else (),
    )


def _document_status(document: Document) -> str:
    if document.sealed:
        return "sealed"
    if document.issued is None:
        return "preparing"
    if document.returned is not None:
        return "returned"
    return "done" if document.done else "todo"


def _my_status(document: Document, viewer: Actor) -> str:
    if viewer.id not in document.signers:
        return "none"
    if document.completed_by(viewer.id):
        return "done"
    return "to_sign" if document.task == "sign" else "to_read"


def _meeting(case: Case, viewer: Actor, recorder: RecorderLive | None) -> MeetingView:
    meeting = case.meeting
    if meeting is None:
        return MeetingView("none")
    reasons = lock_reasons(case, _signer_to_watch(case, viewer), recorder)
    recording = None
    if recorder and case.open_meeting:
        recording = RecorderView(
            recorder.live, recorder.seconds, recorder.age_ms, recorder.gaps, meeting.serial, recorder.written
        )
    return MeetingView(
        status="open" if case.open_meeting else "ended",
        room_id=meeting.room_id,
        recording=recording,
        signing=SigningView(not reasons, reasons),
        prompt=PromptView(meeting.prompt.step, meeting.prompt.person_id, meeting.prompt.asked_at)
        if meeting.prompt
        else None,
        registration_card=meeting.card is not None,
        present=meeting.present,
        screens={party.person_id: party.screen for party in meeting.parties if party.screen and case.open_meeting},
    )


def _signer_to_watch(case: Case, viewer: Actor) -> str:
    """A member's own lock; for staff that of the first person who has not finished."""
    if viewer.kind == "member":
        return viewer.id
    unfinished = (person.person_id for person in case.persons if not case.complete(person.person_id))
    return next(unfinished, case.persons[0].person_id)


def _findings(assessment: Assessment, viewer: Actor) -> tuple[FindingView, ...]:
    """The to-do list, open ones first; a customer sees what is his to do."""
    shown = _open_for(assessment, viewer) if viewer.kind == "member" else assessment.findings
    return tuple(_finding(finding) for finding in sorted(shown, key=lambda finding: finding.status != "open"))


def _open_for(assessment: Assessment, viewer: Actor) -> list[Finding]:
    mine = (finding for finding in assessment.findings if viewer.kind != "member" or finding.who == "customer")
    return [finding for finding in mine if is_open(finding)]


def _finding(finding: Finding) -> FindingView:
    return FindingView(
        rule=finding.rule,
        cite=finding.cite,
        kind=finding.kind,
        strength=finding.strength,
        status=finding.status,
        text=finding.text,
        quote=finding.quote,
        subject=finding.subject,
        doc=finding.doc,
        due=finding.due,
        satisfied_by=finding.satisfied_by,
        who=finding.who,
    )
