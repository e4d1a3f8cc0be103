from hypothesis import given, settings
from hypothesis import strategies as st

from media.compose_part import Part, Picture, head_bytes, pack, read_head, runs_of
from media.compose_plan import FPS, PART_FRAMES


def part_of(pictures: list[bytes], sounds: list[bytes]) -> Part:
    return Part(
        digest="d",
        number=3,
        video_setup=b"avc",
        audio_setup=b"aac",
        delay=2,
        pictures=tuple(Picture(len(picture), 0, number == 0) for number, picture in enumerate(pictures)),
        sounds=tuple(map(len, sounds)),
        runs=runs_of(len(pictures), len(sounds)),
        unopened=("a.webm",),
    )


@settings(max_examples=40)
@given(st.integers(1, PART_FRAMES), st.integers(0, 1600))
def test_the_runs_of_a_part_hold_each_picture_and_each_sound_once(pictures, sounds):
    runs = runs_of(pictures, sounds)
    assert tuple(map(sum, zip(*runs, strict=True))) == (pictures, sounds)
    assert all(0 < shown <= FPS and heard >= 0 for shown, heard in runs)


def test_sounds_lie_beside_the_pictures_of_their_second():
    assert runs_of(50, 94) == ((25, 47), (25, 47))


def test_a_part_is_read_back_by_its_head_and_its_data_lie_behind_it_in_their_order():
    pictures = [bytes([number]) * 3 for number in range(30)]
    sounds = [bytes([100 + number]) * 2 for number in range(56)]
    part = part_of(pictures, sounds)
    data = pack(part, pictures, sounds)
    assert read_head(data[: head_bytes(data[:4])]) == part
    (first, heard), _ = part.runs
    assert data[head_bytes(data) :] == b"".join(
        [*pictures[:first], *sounds[:heard], *pictures[first:], *sounds[heard:]]
    )
