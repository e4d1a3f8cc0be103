"""What the reading of a photo or of a shown card does to a case: it is noted there. Pure."""

from msgspec.structs import replace

from cases.case import Case
from cases.codec import Happened
from cases.events_identity import PhotoRead, ShownCardRead
from cases.fold_meeting import with_party
from cases.fold_papers import with_task
from cases.papers import Photo, PhotoTask, Readout
from cases.rooms import Party


def _read(case: Case, event: PhotoRead, happened: Happened) -> Case:
    readout = Readout(event.verdicts, event.hints, event.why, happened.id)

    def note(photo: Photo) -> Photo:
        return replace(photo, readout=readout) if photo.photo_id == event.photo_id else photo

    def note_one(task: PhotoTask) -> PhotoTask:
        return replace(task, photos=tuple(map(note, task.photos)))

    return with_task(case, event.task_id, note_one)


def _shown_read(case: Case, event: ShownCardRead, happened: Happened) -> Case:
    def note(party: Party) -> Party:
        shown = party.identity.get(event.side)
        if shown is None:
            return party
        return replace(party, identity=party.identity | {event.side: replace(shown, verdicts=event.verdicts)})

    return with_party(case, event.room_id, event.person_id, note)


IDENTITY_EFFECTS = {PhotoRead: _read, ShownCardRead: _shown_read}
