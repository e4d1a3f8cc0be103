"""Run a program that dies with its parent: `python tether.py PARENT [--user NAME] -- PROGRAM ARGUMENT...`

A process of its own, because asking the kernel for this between fork and exec is not safe in a process with threads.
The request (prctl(2), PR_SET_PDEATHSIG) outlives exec but not a change of user, hence the order. Linux only; elsewhere
the program is started without it. Whatever it needs is imported first: another user may not be able to read it.
"""

import ctypes
import os
import pwd
import signal
import sys

PR_SET_PDEATHSIG = 1


def tethered(command: tuple[str, ...] | list[str], *, user: str = "") -> list[str]:
    """`command`, so that it dies with the calling process."""
    as_user = ["--user", user] if user else []
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *as_user, "--", *command]


def main(arguments: list[str]) -> None:
    parent, own = int(arguments[0]), arguments[1 : arguments.index("--")]
    command = arguments[arguments.index("--") + 1 :]
    if own:
        _become(own[1])
    die_with_parent(parent)
    os.execvp(command[0], command)


def die_with_parent(parent: int | None = None) -> None:
    """For this process. The parent may have died before the request took effect, so it is checked afterwards."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def _become(name: str) -> None:
    entry = pwd.getpwnam(name)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


if __name__ == "__main__":
    main(sys.argv[1:])
