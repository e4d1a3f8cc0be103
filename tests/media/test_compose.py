"""A tiny recording is composed, decoded again, and looked at."""

import asyncio
import io
from datetime import timedelta

import av
import numpy as np
import pytest
from obstore.store import MemoryStore

from media.compose import Composed, compose, film_blob
from media.compose_layout import BAR, HEIGHT, WIDTH, arrange, fit
from media.compose_overlay import PLATE
from media.compose_plan import Order
from media.recording_errors import ManifestInvalid
from ports.blobs import SealedBlobs
from ports.keys import MemoryKeys
from tests.media.filming import BEGAN, FONT, SCOPE, Footage, coloured, order, voiced

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 200, 30), (30, 30, 200), (230, 230, 230)


def heard(data: bytes) -> np.ndarray:
    with av.open(io.BytesIO(data)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


class Film:
    """A short composed film, decoded."""

    def __init__(self, data: bytes):
        with av.open(io.BytesIO(data)) as container:
            video = container.streams.video[0]
            self.codecs = [stream.codec_context.name for stream in container.streams]
            self.size = video.width, video.height, video.average_rate
            self.seconds = container.duration / 1e6
            frames = list(container.decode(video))
            self.times = [float(frame.time) for frame in frames]
            self.frames = [frame.to_ndarray(format="rgb24") for frame in frames]
        self.sound = heard(data)

    def at(self, seconds: float, x: int, y: int) -> tuple[int, ...]:
        return tuple(int(value) for value in self.frames[round(seconds * 25)][y, x])


def like(seen: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(seen, wanted, strict=True)) < 25


def tone(hertz: float, seconds: float) -> np.ndarray:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(round(48000 * seconds)) / 48000)).astype(np.float32)


def clicks(seconds: float, at: float) -> np.ndarray:
    """Silence but for a tenth of a second of noise."""
    sound = np.zeros(round(48000 * seconds), np.float32)
    start = round(48000 * at)
    sound[start : start + 4800] = np.random.default_rng(1).uniform(-0.5, 0.5, 4800)
    return sound


def onset(sound: np.ndarray, after: float = 0.0) -> float:
    skip = round(after * 48000)
    loud = np.abs(sound[skip:]) > 0.3 * np.abs(sound[skip:]).max()
    return after + int(np.argmax(loud)) / 48000


@pytest.fixture(scope="module")
def ports():
    keys = MemoryKeys()
    return SealedBlobs(MemoryStore(), keys), keys


@pytest.fixture(scope="module")
def film(ports) -> Film:
    return Film(asyncio.run(shoot(*ports)))


async def shoot(blobs, keys) -> bytes:
    """Host in red with a gap, who is silent; a customer with a phone held upright, late, in green; his screen."""
    footage = Footage(blobs, keys)
    await footage.add("A1", "camera", coloured("VP8", 8, RED), 0)
    footage.gap("A1", "camera", 2000, 3000, "loss")
    await footage.add("M1", "camera", coloured("H264", 3, GREEN), 2000, "H264", rotation=90, ended="network")
    await footage.add("M1", "camera", coloured("VP9", 2, BLUE, 240, 320), 6000, "VP9")
    footage.gap("M1", "camera", 5000, 6000, "muted")
    await footage.add("M1", "microphone", voiced(clicks(6, 1.5)), 1700, "opus")
    await footage.add("A1", "microphone", voiced(clicks(8, 6.5)), 0, "opus")
    await footage.add("M1", "screen", coloured("VP8", 1, WHITE, 640, 360), 6500, ended="unpublished")
    made = await compose(order(await footage.seal(), people=("A1", "M1")), blobs=blobs, font=FONT)
    data = await blobs.get(made.blob, scope=SCOPE)
    assert (made.size, made.seconds) == (len(data), len(Film(data).times) / 25)
    return data


def test_it_is_one_h264_film_of_720_lines_with_aac_as_long_as_the_recording(film):
    assert film.codecs == ["h264", "aac"]
    assert film.size == (WIDTH, HEIGHT, 25)
    assert film.times == [number / 25 for number in range(len(film.times))]
    assert abs(film.seconds - 8.0) <= 0.041
    assert abs(len(film.sound) / 48000 - film.seconds) < 0.03


async def test_the_index_comes_first(ports, film):
    blobs, _ = ports
    data = await blobs.get(film_blob("rec-1"), scope=SCOPE)
    assert data.index(b"moov") < data.index(b"mdat")
    assert len(await blobs.list("recordings/rec-1/composition/")) == 1


def test_the_host_is_on_the_left_and_the_other_on_the_right_when_he_has_come(film):
    host, other = arrange(2, 0)[0]
    middle = host.y + host.height // 2
    assert like(film.at(1.0, host.x + host.width - 80, middle + 40), RED)
    assert like(film.at(1.0, other.x + 40, middle), (PLATE - 16,) * 3)
    assert like(film.at(4.0, other.x + other.width // 2 + 40, middle + 60), GREEN)


def test_a_phone_held_upright_is_turned(film):
    """The upper left quarter is black; turned clockwise by a quarter it is on the upper right."""
    place = fit(240, 320, arrange(2, 0)[0][1])
    left, right = place.x + place.width // 4, place.x + place.width * 3 // 4
    assert like(film.at(4.0, left, place.y + place.height // 4), GREEN)
    assert like(film.at(4.0, right, place.y + place.height // 4), (0, 0, 0))


def test_a_gap_is_a_plate_that_says_so_and_a_camera_that_is_off_another(film):
    host, other = arrange(2, 0)[0]
    centre = np.s_[host.y + host.height // 2 - 30 : host.y + host.height // 2 + 30]
    gap, before = film.frames[60], film.frames[25]
    assert like(tuple(gap[host.y + 20, host.x + 20]), (PLATE - 16,) * 3)
    assert gap[centre, host.x + 200 : host.x + 440].max() > 100
    assert not like(tuple(before[host.y + host.height // 2 + 60, host.x + 500]), (PLATE - 16,) * 3)
    later = film.frames[135]  # the second camera stopped at 5 s and came back at 6
    words = later[centre, other.x + 200 : other.x + 440]
    assert words.max() > 100
    assert not np.array_equal(words, gap[centre, host.x + 200 : host.x + 440])


def test_a_shared_screen_is_large_with_the_faces_beside_it_and_then_gone(film):
    faces, screens = arrange(2, 1)
    screen = screens[0]
    assert like(film.at(7.0, screen.x + screen.width - 100, screen.y + screen.height // 2), WHITE)
    face = fit(320, 240, faces[0])
    assert like(film.at(7.0, face.x + face.width - 20, face.y + face.height // 2 + 10), RED)
    assert not like(film.at(7.8, screen.x + screen.width - 100, screen.y + screen.height // 2), WHITE)


def test_the_clock_changes_once_a_second_and_with_the_wall(film):
    """The recording began at 10:15:03.4 in Taipei: the first change comes after 0.6 s."""
    clock = [frame[:BAR, WIDTH - 110 : WIDTH].astype(int) for frame in film.frames]
    changes = [number for number in range(1, len(clock)) if np.abs(clock[number] - clock[number - 1]).max() > 120]
    assert changes == [15 + 25 * second for second in range(8) if 15 + 25 * second < len(clock)]
    assert film.frames[0][:BAR, :400].max() > 200


def test_sounds_are_where_they_were(film):
    """Within 20 ms; the encoder of Opus itself delays by 6.5."""
    assert abs(onset(film.sound, 0.0) - 3.2) < 0.02
    assert abs(onset(film.sound, 5.0) - 6.5) < 0.02


async def test_parts_of_a_recording_lie_on_one_clock_with_a_hole_between_them(ports):
    blobs, keys = ports
    first, second = Footage(blobs, keys, "rec-2"), Footage(blobs, keys, "rec-2", BEGAN + timedelta(seconds=3))
    await first.add("A1", "camera", coloured("VP8", 1, RED), 0, ended="unended")
    await second.add("A1", "camera", coloured("VP8", 1, GREEN), 0)
    sealed = await first.seal(1), await second.seal(2)
    wanted = Order(SCOPE, "rec-2", BEGAN, 0.0, sealed, order(*sealed).people[:1], order(*sealed).words)
    made = await compose(wanted, blobs=blobs, font=FONT)
    film = Film(await blobs.get(made.blob, scope=SCOPE))
    assert abs(made.seconds - 4.03) < 0.04
    assert like(film.at(0.5, 1000, 560), RED)
    assert like(film.at(2.0, 60, 80), (PLATE - 16,) * 3)
    assert like(film.at(3.6, 1000, 560), GREEN)


async def test_segments_that_are_no_files_are_a_plate_and_silence_and_are_named(ports):
    blobs, keys = ports
    footage = Footage(blobs, keys, "rec-4")
    await footage.add("A1", "camera", coloured("VP8", 1, RED), 0, ended="network")
    await footage.add("A1", "microphone", voiced(tone(440, 3)), 0, "opus")
    await footage.add("A1", "camera", coloured("VP8", 1, GREEN), 1000, ended="network")
    sealed = await footage.seal()
    broken = next(name for name in await blobs.list("recordings/rec-4/") if name.endswith("camera/2.webm"))
    size = len(await blobs.get(broken, scope=SCOPE))
    await blobs.delete(broken)
    await blobs.put(broken, bytes(size), scope=SCOPE)
    made = await compose(order(sealed), blobs=blobs, font=FONT)
    assert made.unopened == (broken,)
    film = Film(await blobs.get(made.blob, scope=SCOPE))
    assert like(film.at(0.5, 1000, 560), RED)
    assert like(film.at(1.5, 60, 80), (PLATE - 16,) * 3)
    assert film.frames[37][330:450, 400:880].max() > 100  # it says why


async def test_a_part_that_nobody_can_read_is_made_anew(ports):
    blobs, keys = ports
    footage = Footage(blobs, keys, "rec-5")
    await footage.add("A1", "camera", coloured("VP8", 1, RED), 0)
    wanted = order(await footage.seal())
    first = await compose(wanted, blobs=blobs, font=FONT)
    name = "recordings/rec-5/composition/part-0000"
    for garbage in (b"", bytes(3), bytes(100), b"\0\0\0\x02{}" + bytes(50)):
        await blobs.delete(name)
        await blobs.put(name, garbage, scope=SCOPE)
        assert (await compose(wanted, blobs=blobs, font=FONT)).sha256 == first.sha256


async def test_a_manifest_that_was_exchanged_is_refused(ports):
    blobs, keys = ports
    footage = Footage(blobs, keys, "rec-3")
    await footage.add("A1", "camera", coloured("VP8", 1, RED), 0)
    sealed = await footage.seal()
    with pytest.raises(ManifestInvalid):
        await compose(order(type(sealed)(sealed.blob, "0" * 64)), blobs=blobs, font=FONT)


async def test_sound_goes_on_without_a_click_from_part_to_part_and_the_same_again_from_the_middle(ports):
    """A steady tone over two parts: at their seam it is as steady as elsewhere. With the second part lost, the film
    comes out the same to the byte."""
    blobs, keys = ports
    footage = Footage(blobs, keys, "rec-1b")
    await footage.add("A1", "microphone", voiced(tone(440, 34)), 40, "opus")
    sealed = await footage.seal()
    wanted = Order(SCOPE, "rec-1b", BEGAN, 0.0, (sealed,), order(sealed).people[:1], order(sealed).words)
    told: list[tuple[int, int]] = []
    made = await compose(wanted, blobs=blobs, font=FONT, progress=lambda *share: told.append(share))
    sound = heard(await blobs.get(made.blob, scope=SCOPE))
    assert told == [(1, 2), (2, 2)]
    steps = np.abs(np.diff(sound, 2))
    seam, elsewhere = steps[32 * 48000 - 3000 : 32 * 48000 + 3000], steps[20 * 48000 : 30 * 48000]
    assert seam.max() < 1.5 * elsewhere.max()
    await blobs.delete("recordings/rec-1b/composition/part-0001")
    again = await compose(wanted, blobs=blobs, font=FONT)
    assert again == Composed(made.blob, made.sha256, made.size, made.seconds)
