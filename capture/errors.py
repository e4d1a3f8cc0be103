"""What a photo can be refused for. `code` is stable; texts live in server/catalogue/capture.json."""


class PhotoError(Exception):
    """The photo cannot be taken; the customer can send another one."""

    code = "photo_refused"


class PhotoTooLarge(PhotoError):
    """More bytes than the limit: nothing was decoded."""

    code = "photo_too_large"


class PhotoTooManyPixels(PhotoError):
    """More pixels than the limit, read from the header before anything was decoded."""

    code = "photo_too_many_pixels"


class PhotoUndecodable(PhotoError):
    """Not a whole JPEG, PNG, WebP or HEIC picture, whatever its name says."""

    code = "photo_undecodable"


class PhotoTooSmall(PhotoError):
    """Too few pixels for anything to be read from it."""

    code = "photo_too_small"


class PhotoPolyglot(PhotoError):
    """A picture that is something else as well: data behind it, or a web page, PDF or archive inside."""

    code = "photo_polyglot"


class PhotoMultiFrame(PhotoError):
    """An animation or a file of several pictures: one photo is asked for."""

    code = "photo_multi_frame"


class QuadInvalid(PhotoError):
    """The corners that were dragged make no figure that a card could be."""

    code = "quad_invalid"


class FrameRefused(PhotoError):
    """A live frame that is over its limit or no JPEG."""

    code = "frame_refused"
