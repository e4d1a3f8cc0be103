"""The effect that a sealed recording asks for: its film is made, or it is written down why there is none."""

from collections import Counter

import structlog

from cases.composition import Material, composition_failed, composition_made, material
from cases.desk import Desk
from cases.film_view import tell_progress
from cases.workflow import load
from ports.errors import KeyErased
from server.films import Composer, ComposerDied, Film, FilmError

TRIES = 3  # of a composer that dies without having finished another part

log = structlog.get_logger()


class Cutter:
    """Each attempt may be repeated; see films.py for what is kept of it."""

    def __init__(self, composer: Composer):
        self._composer = composer
        self._deaths: Counter[str] = Counter()
        self._reached: dict[str, float] = {}

    async def cut(self, desk: Desk, case_id: str, recording_id: str) -> None:
        """Raises ComposerDied for what another attempt may mend."""
        wanted = material(await load(desk, case_id), recording_id)
        if wanted is None:
            return

        async def told(share: float) -> None:
            if share > self._reached.get(recording_id, 0.0):
                self._reached[recording_id] = share
                del self._deaths[recording_id]
            await tell_progress(desk, recording_id, self._reached.get(recording_id, 0.0))

        await tell_progress(desk, recording_id, self._reached.get(recording_id, 0.0))
        try:
            film = await self._composer.make(wanted, told)
        except ComposerDied as died:
            self._deaths[recording_id] += died.counts
            if self._deaths[recording_id] < TRIES:
                raise
            await self._given_up(desk, wanted, died)
        except FilmError as error:
            if error.code == KeyErased.code:
                self._forget(recording_id)
                raise KeyErased(case_id) from error
            await self._given_up(desk, wanted, error)
        else:
            await self._made(desk, wanted, film)
        self._forget(recording_id)
        await _discard_parts(desk, recording_id)

    def _forget(self, recording_id: str) -> None:
        del self._deaths[recording_id]
        self._reached.pop(recording_id, None)

    async def _made(self, desk: Desk, wanted: Material, film: Film) -> None:
        if film.unopened:
            log.error("film_lacks_segments", case_id=wanted.case_id, blobs=list(film.unopened))
        await composition_made(desk, wanted, film.blob, film.sha256, film.size, film.seconds)

    async def _given_up(self, desk: Desk, wanted: Material, error: FilmError) -> None:
        log.error("film_impossible", case_id=wanted.case_id, code=error.code)
        await composition_failed(desk, wanted, error.code)


async def _discard_parts(desk: Desk, recording_id: str) -> None:
    """What the composer kept for a further attempt (media/compose.py); this role does without av."""
    for name in await desk.blobs.list(f"recordings/{recording_id}/composition/"):
        await desk.blobs.delete(name)
