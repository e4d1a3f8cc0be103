"""The index of an MP4 file (ISO/IEC 14496-12, -14, -15) with one H264 and one AAC track, written before the data: so a
film of any length is joined from parts without holding it, and plays before it is fetched. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from struct import pack

from media.compose_layout import HEIGHT, WIDTH
from media.compose_part import AAC, Part
from media.compose_plan import FPS, RATE

MOVIE_SCALE = 1000
MATRIX = pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
LARGE = 16  # bytes of the head of the box that holds the data


def file_head(parts: Sequence[Part]) -> bytes:
    """Everything before the data of the parts, which follow one after the other."""
    kind = _box("ftyp", b"isom", pack(">I", 0x200), b"isomiso2avc1mp41")
    length = len(kind) + len(_movie(parts, 0)) + LARGE
    size = sum(_bytes_of(part) for part in parts)
    return kind + _movie(parts, length) + pack(">I4sQ", 1, b"mdat", size + LARGE)


def avc_setup(annexb: bytes) -> bytes:
    """The decoder's configuration out of an encoder's parameter sets (14496-15, 5.3.3.1)."""
    units = list(_units(annexb))
    sps = [unit for unit in units if unit[0] & 31 == 7]
    pps = [unit for unit in units if unit[0] & 31 == 8]
    kind = bytes([1, *sps[0][1:4], 0xFF, 0xE0 | len(sps)])
    high = b"\xfd\xf8\xf8\0"  # of the High profile: 4:2:0, 8 bits
    return b"".join([kind, *map(_with_length, sps), bytes([len(pps)]), *map(_with_length, pps), high])


def length_prefixed(annexb: bytes) -> bytes:
    """A picture with the length of each unit before it, where the encoder put start codes."""
    return b"".join(pack(">I", len(unit)) + unit for unit in _units(annexb))


def _units(annexb: bytes) -> Iterator[bytes]:
    """A unit never ends in a zero byte, and a start code never occurs in one (14496-10, 7.4.1)."""
    for unit in annexb.split(b"\0\0\1"):
        if unit := unit.rstrip(b"\0"):
            yield unit


def _with_length(unit: bytes) -> bytes:
    return pack(">H", len(unit)) + unit


def _bytes_of(part: Part) -> int:
    return sum(picture.size for picture in part.pictures) + sum(part.sounds)


def _movie(parts: Sequence[Part], base: int) -> bytes:
    frames = sum(len(part.pictures) for part in parts)
    duration = frames * MOVIE_SCALE // FPS
    head = pack(">IIIIIIHHII", 0, 0, 0, MOVIE_SCALE, duration, 0x10000, 0x0100, 0, 0, 0)
    places = list(_places(parts, base))
    video = _video(parts, duration, [(at, many) for at, _, many, _ in places if many])
    audio = _audio(parts, duration, [(at, many) for _, at, _, many in places if many])
    return _box("moov", _box("mvhd", head, MATRIX, bytes(24), pack(">I", 3)), video, audio)


def _places(parts: Sequence[Part], base: int) -> Iterator[tuple[int, int, int, int]]:
    """Of each run: where its pictures and its sounds begin, and how many they are."""
    for part in parts:
        picture = sound = 0
        for pictures, sounds in part.runs:
            middle = base + sum(each.size for each in part.pictures[picture : picture + pictures])
            yield base, middle, pictures, sounds
            base = middle + sum(part.sounds[sound : sound + sounds])
            picture, sound = picture + pictures, sound + sounds


def _video(parts: Sequence[Part], duration: int, chunks: list[tuple[int, int]]) -> bytes:
    pictures = [picture for part in parts for picture in part.pictures]
    setup = _box("avcC", parts[0].video_setup)
    entry = bytes(6) + pack(">H16xHHIIIH32xHh", 1, WIDTH, HEIGHT, 0x480000, 0x480000, 0, 1, 24, -1)
    keys = [number for number, picture in enumerate(pictures, 1) if picture.key]
    tables = (
        _full("stts", _runs([1] * len(pictures))),
        _full("ctts", _runs([picture.shift for picture in pictures])),
        _full("stss", pack(f">I{len(keys)}I", len(keys), *keys)),
        *_sizes([picture.size for picture in pictures], chunks),
    )
    media = _media(b"vide", FPS, len(pictures), _full("vmhd", bytes(8), flags=1), _box("avc1", entry, setup), tables)
    return _track(1, duration, parts[0].delay, (WIDTH, HEIGHT), 0, media)


def _audio(parts: Sequence[Part], duration: int, chunks: list[tuple[int, int]]) -> bytes:
    sounds = [size for part in parts for size in part.sounds]
    entry = bytes(6) + pack(">H8xHHHHI", 1, 1, 16, 0, 0, RATE << 16)
    tables = (_full("stts", _runs([AAC] * len(sounds))), *_sizes(sounds, chunks))
    described = _box("mp4a", entry, _full("esds", _stream_descriptor(parts[0].audio_setup)))
    media = _media(b"soun", RATE, len(sounds) * AAC, _full("smhd", bytes(4)), described, tables)
    return _track(2, duration, AAC, (0, 0), 0x0100, media)  # the encoder's first frame is silence


def _track(number: int, duration: int, skip: int, size: tuple[int, int], volume: int, media: bytes) -> bytes:
    head = pack(">IIIII8xHHHH", 0, 0, number, 0, duration, 0, 0, volume, 0)
    edit = _full("elst", pack(">IIIHH", 1, duration, skip, 1, 0))
    shown = _full("tkhd", head, MATRIX, pack(">II", size[0] << 16, size[1] << 16), flags=3)
    return _box("trak", shown, _box("edts", edit), media)


def _media(handler: bytes, scale: int, duration: int, kind: bytes, entry: bytes, tables: Iterable[bytes]) -> bytes:
    head = _full("mdhd", pack(">IIIIHH", 0, 0, scale, duration, 0x55C4, 0))
    name = _full("hdlr", bytes(4), handler, bytes(13))
    here = _box("dinf", _full("dref", pack(">I", 1), _full("url ", flags=1)))
    samples = _box("stbl", _full("stsd", pack(">I", 1), entry), *tables)
    return _box("mdia", head, name, _box("minf", kind, here, samples))


def _sizes(sizes: list[int], chunks: list[tuple[int, int]]) -> tuple[bytes, ...]:
    """Samples to chunks, sizes, and where the chunks are."""
    firsts, first = [], 1
    for many, same in groupby(many for _, many in chunks):
        firsts.append(pack(">III", first, many, 1))
        first += len(list(same))
    return (
        _full("stsc", pack(">I", len(firsts)), *firsts),
        _full("stsz", pack(f">II{len(sizes)}I", 0, len(sizes), *sizes)),
        _full("co64", pack(f">I{len(chunks)}Q", len(chunks), *(at for at, _ in chunks))),
    )


def _runs(values: list[int]) -> bytes:
    runs = [(len(list(same)), value) for value, same in groupby(values)]
    return pack(">I", len(runs)) + b"".join(pack(">II", *run) for run in runs)


def _stream_descriptor(setup: bytes) -> bytes:
    """MPEG-4 audio at most (14496-1, 7.2.6)."""
    decoder = _descriptor(4, b"\x40\x15" + bytes(3) + pack(">II", 128000, 64000) + _descriptor(5, setup))
    return _descriptor(3, pack(">HB", 2, 0) + decoder + _descriptor(6, b"\x02"))


def _descriptor(tag: int, body: bytes) -> bytes:
    return bytes([tag, 0x80, 0x80, 0x80, len(body)]) + body


def _full(name: str, *content: bytes, flags: int = 0) -> bytes:
    return _box(name, pack(">I", flags), *content)


def _box(name: str, *content: bytes) -> bytes:
    body = b"".join(content)
    return pack(">I4s", len(body) + 8, name.encode()) + body
