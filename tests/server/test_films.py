"""The film of a sealed recording, by the real process, with stores on disk."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from cases.composition import composition_blob, composition_failed, material
from cases.errors import CompositionNotReady, NotAllowed
from cases.film_view import composition_view, tell_progress
from cases.view_types import CompositionView
from media.compose import compose
from media.compose_plan import Order
from media.manifest import read_signed, summary
from ports.blobs import open_blobs
from ports.database import migrate, open_engine
from ports.sqlkeys import SqlKeys, load_kek
from server.cutter import TRIES, Cutter
from server.effects import effects_of
from server.films import Composer, ComposerDied, FilmError, order
from server.settings import Settings
from tests.cases.stage import AGENT, REVIEWER, SERVICE, Stage
from tests.media.filming import FONT, Footage, coloured, voiced
from tests.media.test_compose import RED, tone


@pytest.fixture
async def place(tmp_path):
    """A data folder that the composer's process finds, and a submitted case on it whose meeting was recorded."""
    settings = Settings(data_dir=tmp_path)
    settings.run_dir.mkdir()
    await migrate(settings.database_url)
    engine = open_engine(settings.database_url)
    keys = SqlKeys(engine, load_kek(settings.kek_path))
    stage = Stage()
    stage.desk = replace(stage.desk, keys=keys, blobs=open_blobs(settings.blobs_url, keys))
    stage.sealed_recording = lambda case: recorded(stage, case.meeting)
    await stage.under_review(SERVICE)
    yield settings, stage
    await engine.dispose()


async def recorded(stage, room):
    """33 s, so that there are two parts."""
    footage = Footage(stage.desk.blobs, stage.desk.keys, room.recording_id, room.opened_at, stage.case_id)
    await footage.add(AGENT.id, "camera", coloured("VP8", 1, RED), 0, ended="network")
    await footage.add("M1", "microphone", voiced(tone(440, 33)), 20, "opus")
    manifest = await footage.seal()
    data = await stage.desk.blobs.get(manifest.blob, scope=stage.case_id)
    return summary(read_signed(data).manifest, manifest.blob, manifest.sha256)


async def ordered(stage):
    case = await stage.case()
    return material(case, case.recording.recording_id)


async def view(stage):
    case = await stage.case()
    return await composition_view(stage.desk, case, case.recording)


async def nothing(share: float) -> None:
    """For films of which nobody wants to know how far they are."""


async def test_killed_after_its_first_part_the_next_process_goes_on_and_the_film_is_the_same(place):
    settings, stage = place
    composer, wanted = Composer(settings.environment()), await ordered(stage)
    shares: list[float] = []

    async def kill(share: float) -> None:
        shares.append(share)
        raise ComposerDied(-9)

    with pytest.raises(ComposerDied):
        await composer.make(wanted, kill)
    parts = f"recordings/{wanted.recording_id}/composition/"
    assert (shares, await stage.desk.blobs.list(parts)) == ([0.5], (parts + "part-0000",))
    cutter = Cutter(composer)
    await cutter.cut(stage.desk, stage.case_id, wanted.recording_id)
    film = await composition_blob(stage.desk, REVIEWER, stage.case_id, None)
    assert await stage.desk.blobs.list(parts) == ()
    await cutter.cut(stage.desk, stage.case_id, wanted.recording_id)  # once more after a crash: nothing is made
    assert [entry.type for entry in (await stage.case()).history].count("CompositionMade") == 1
    await stage.desk.blobs.delete(film.blob)
    asked = msgspec.convert(msgspec.to_builtins(order(wanted)), Order)
    again = await compose(asked, blobs=stage.desk.blobs, font=FONT)
    assert (again.sha256, again.size) == (film.sha256, film.size)
    assert (await view(stage)) == CompositionView("ready", 1.0, film.seconds, film.size, film.sha256)


async def test_only_reviewers_get_the_film_and_none_before_it_is_made(place):
    _, stage = place
    wanted = await ordered(stage)
    with pytest.raises(NotAllowed):
        await composition_blob(stage.desk, AGENT, stage.case_id, None)
    with pytest.raises(CompositionNotReady):
        await composition_blob(stage.desk, REVIEWER, stage.case_id, None)
    assert (await view(stage)).status == "none"
    await tell_progress(stage.desk, wanted.recording_id, 0.25)
    assert await view(stage) == CompositionView("making", 0.25)
    await composition_failed(stage.desk, wanted, "composition_broken")
    assert (await view(stage)).status == "failed"
    assert await ordered(stage) is None


@pytest.mark.parametrize("how", ["kill -9 $$", "exit 1"])
async def test_a_composer_that_keeps_dying_is_given_up_but_not_one_that_cannot_reach_its_stores(place, how):
    _, stage = place
    recording_id = (await ordered(stage)).recording_id
    unlucky = Cutter(Composer({}, ("sh", "-c", "exit 75")))
    for _ in range(TRIES + 1):
        with pytest.raises(ComposerDied):
            await unlucky.cut(stage.desk, stage.case_id, recording_id)
    crashing = Cutter(Composer({}, ("sh", "-c", how)))
    for _ in range(TRIES - 1):
        with pytest.raises(ComposerDied):
            await crashing.cut(stage.desk, stage.case_id, recording_id)
    await crashing.cut(stage.desk, stage.case_id, recording_id)
    assert (await stage.case()).compositions[recording_id].failure == "composer_died"


async def test_what_the_composer_says_is_impossible_is_written_down(place):
    _, stage = place
    recording_id = (await ordered(stage)).recording_id
    saying = Composer({}, ("echo", '{"error": "composition_broken"}'))
    with pytest.raises(FilmError) as refused:
        await saying.make(await ordered(stage), nothing)
    assert refused.value.code == "composition_broken"
    await Cutter(saying).cut(stage.desk, stage.case_id, recording_id)
    assert (await stage.case()).compositions[recording_id].failure == "composition_broken"


async def test_a_sealed_recording_asks_for_its_film_in_a_line_of_its_own(place):
    _, stage = place
    asked = [effect for entry in await stage.desk.journal.tail(0) for effect in effects_of(entry)]
    films = [effect for effect in asked if effect.kind == "film"]
    assert [(film.line, film.queue, film.arguments[0]) for film in films] == [("films", "films", stage.case_id)]


async def test_the_order_names_the_host_first_with_roles_and_is_what_the_composer_reads(place):
    _, stage = place
    asked = msgspec.json.decode(msgspec.json.encode(order(await ordered(stage))), type=Order)
    assert [person.person_id for person in asked.people] == [AGENT.id, "M1", "M2"]
    assert asked.people[0].label == f"業務員 {AGENT.name}"
    assert asked.words.title.startswith(f"受理編號 {(await stage.case()).case_no}")


async def test_a_composer_whose_store_is_away_says_so_by_its_exit_code(place):
    settings, stage = place
    wanted = await ordered(stage)
    Path(settings.database_url.split("///", 1)[1]).write_bytes(b"away" * 1000)
    with pytest.raises(ComposerDied) as died:
        await Composer(settings.environment()).make(wanted, nothing)
    assert (died.value.status, died.value.counts) == (os.EX_TEMPFAIL, False)
