"""What the reading of a photo does to a case: it is noted at the photo. Pure."""

from msgspec.structs import replace

from cases.case import Case
from cases.codec import Happened
from cases.events_identity import PhotoRead
from cases.fold_papers import with_task
from cases.papers import Photo, PhotoTask, Readout


def _read(case: Case, event: PhotoRead, happened: Happened) -> Case:
    readout = Readout(event.verdicts, event.hints, event.why, happened.id)

    def note(photo: Photo) -> Photo:
        return replace(photo, readout=readout) if photo.photo_id == event.photo_id else photo

    def note_one(task: PhotoTask) -> PhotoTask:
        return replace(task, photos=tuple(map(note, task.photos)))

    return with_task(case, event.task_id, note_one)


IDENTITY_EFFECTS = {PhotoRead: _read}
