import os
import signal

import pytest

from capture.errors import FrameRefused
from server.looks import Looks
from tests.capture.cards import jpeg, scene


async def test_frames_are_looked_at_in_another_process_which_may_die():
    looks = Looks(1)
    frame = jpeg(scene(5.0, size=(480, 360)).image, 60)
    found = await looks.look(frame)
    assert (len(found.corners), found.refused) == (4, False)
    with pytest.raises(FrameRefused):
        await looks.look(b"no frame")
    (process,), tidying = looks._pool._processes, looks._pool._executor_manager_thread
    os.kill(process, signal.SIGKILL)
    with pytest.raises(FrameRefused, match="died"):
        while True:
            await looks.look(frame)
    assert tidying.is_alive() is False
    assert (await looks.look(frame)).corners == found.corners
    await looks.close()
