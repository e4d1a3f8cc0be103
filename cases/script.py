"""The guided steps of a meeting (S48-S72): which there are, in which order, and where a case stands. Pure.

Each signer has his own consents, name, identity, documents and confirmations; the registration card, the submission
and the end belong to the meeting. A later meeting of a case (another signer, or 重錄) asks only for what it lacks.
"""

from typing import Literal

import msgspec

from cases.case import Case
from cases.gates import CONSENTS, SIDES, consented
from cases.rooms import Meeting, Party

# What the agent asks and the person answers, as the contract names it.
PROMPTS = (
    "consent_recording",
    "consent_video_signing",
    "consent_face",
    "state_name",
    "confirm_application",
    "confirm_others",
)
SCREEN_SHARE = "screen_share"  # may be asked whenever a person is there; not a step of the script (S47)
CONSENT_STEPS = {f"consent_{name}": name for name in CONSENTS}
CONFIRMATION_STEPS = {"confirm_application": "application", "confirm_others": "others"}
IDENTITY_STEPS = {f"identity_{side}": side for side in SIDES}

Status = Literal["done", "current", "todo"]


class ScriptStep(msgspec.Struct, frozen=True):
    id: str
    person_id: str | None
    who: Literal["agent", "customer"]
    status: Status


def script(case: Case) -> tuple[ScriptStep, ...]:
    """Every step with its status; the first that is not done is the current one. Empty without a meeting."""
    meeting = case.meeting
    if meeting is None:
        return ()
    steps = []
    reached = False
    for step, person_id, who in _steps(case, meeting):
        done = step_done(case, meeting, step, person_id)
        status: Status = "done" if done else "todo" if reached else "current"
        reached = reached or not done
        steps.append(ScriptStep(step, person_id, who, status))
    return tuple(steps)


def first_missing(case: Case, meeting: Meeting, step: str, person_id: str) -> str | None:
    """The earliest step of this person (or of the meeting) that comes before `step` and is not done."""
    for earlier, owner, _ in _steps(case, meeting):
        if earlier == step and owner in (person_id, None):
            return None
        if owner in (person_id, None) and not step_done(case, meeting, earlier, owner):
            return earlier
    return None


def step_done(case: Case, meeting: Meeting, step: str, person_id: str | None) -> bool:
    """Whether the step is done in this meeting; documents and submission count from any meeting."""
    if person_id is None:
        return _meeting_step_done(case, meeting, step)
    party = meeting.party(person_id)
    if step == "documents":
        return case.complete(person_id)
    if step == "state_name":
        return party.name is not None
    if step in IDENTITY_STEPS:
        return IDENTITY_STEPS[step] in party.identity
    return _answered(party, step)


def ready_for_card(meeting: Meeting) -> bool:
    """The registration card is shown to somebody who has consented to the recording."""
    return any(consented(party) for party in meeting.parties)


def _answered(party: Party, step: str) -> bool:
    if step in CONSENT_STEPS:
        answer = party.consents.get(CONSENT_STEPS[step])
    else:
        answer = party.confirmations.get(CONFIRMATION_STEPS[step])
    return answer is not None and (answer.yes or step in CONFIRMATION_STEPS)


def _meeting_step_done(case: Case, meeting: Meeting, step: str) -> bool:
    if step == "registration_card":
        return meeting.card is not None
    if step == "submit":
        return case.submission is not None
    return meeting.ended_at is not None


def _steps(case: Case, meeting: Meeting) -> list[tuple[str, str | None, Literal["agent", "customer"]]]:
    everybody = [person.person_id for person in case.persons]
    # Who finished his documents in an earlier meeting need not come again before the confirmations.
    signers = [person for person in everybody if not case.complete(person) or meeting.party(person).sessions]
    steps: list[tuple[str, str | None, Literal["agent", "customer"]]] = []
    steps += [(step, signer, "customer") for signer in signers for step in CONSENT_STEPS]
    steps += [("registration_card", None, "agent")]
    for signer in signers:
        steps += [("state_name", signer, "customer")]
        steps += [(step, signer, "customer") for step in IDENTITY_STEPS]
        steps += [("documents", signer, "customer")]
    steps += [("submit", None, "customer")]
    steps += [(step, signer, "customer") for signer in everybody for step in CONFIRMATION_STEPS]
    steps += [("end", None, "agent")]
    return steps
