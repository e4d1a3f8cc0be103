"""Who lets the others see what he looks at (S47). Pure."""

from cases.case import Case


def shows_pages(case: Case, person_id: str) -> bool:
    """A customer is asked; staff show their own pages."""
    if case.person(person_id) is None:
        return True
    meeting = case.open_meeting
    return meeting is not None and meeting.party(person_id).screen is not None
