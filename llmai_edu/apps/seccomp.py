"""A filter of system calls: the few that a program needs which computes, reads modules, and prints.

Whatever is not on the list is refused with "operation not permitted": new processes and threads, running other
programs, sockets, links, mounts, tracing, other processes' memory, raised limits. So are signals to others, also those
that `fcntl` could order (F_SETOWN, F_SETSIG, O_ASYNC: "send this process a signal when the file is ready"). The filter
is a program for the kernel's small machine (classic BPF): load a number, compare, jump, return. `man 2 seccomp`.
"""

import errno
import platform
from collections.abc import Sequence

__all__ = ["ALLOWED", "MACHINES", "decide", "make_filter"]

Instruction = tuple[int, int, int, int]  # code, how far to jump if so, if not so, value

#: What the kernel calls the machine, and the place of its numbers in ALLOWED.
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
X32 = 0x40000000  # numbers from here on are another way into the same kernel, on x86_64
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE = 0, 4  # where they lie in `struct seccomp_data`
PERMIT, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000
WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000 | 0o20000000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE

#: name -> its number on x86_64 and on aarch64; None where the machine has no such call.
ALLOWED: dict[str, tuple[int | None, int | None]] = {
    # files that are open
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "dup": (32, 23),
    "dup2": (33, None),
    "fcntl": (72, 25),
    "ftruncate": (77, 46),
    "getdents64": (217, 61),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "pipe": (22, None),
    "pipe2": (293, 59),
    # files by name
    "open": (2, None),
    "openat": (257, 56),
    "stat": (4, None),
    "lstat": (6, None),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    # memory
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    # time, chance, and what a process may know of itself
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "getrandom": (318, 278),
    "uname": (63, 160),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "times": (100, 153),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "prlimit64": (302, 261),
    # signals to itself, locks, the end
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "restart_syscall": (219, 128),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "ioctl": (16, 29),
}
#: Refused for another reason than "not permitted", which Python knows how to go on from: "not a terminal".
SPECIAL = {"ioctl": errno.ENOTTY}
#: Allowed only if this argument is 0: a limit may be read, not set.
MUST_BE_ZERO = {"prlimit64": 2}
#: Where nothing may be written: the argument that holds the flags, and calls that are left out.
FLAGS = {"open": 1, "openat": 2}
#: What `fcntl` may do: F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC; and F_SETFL, but not with O_ASYNC.
HARMLESS, SET_FLAGS, ASYNC = (0, 1, 2, 3, 1030), 4, 0o20000
CHANGING = {"ftruncate", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "rename", "renameat", "renameat2"}


def make_filter(*, writing: bool, machine: str | None = None) -> list[Instruction]:
    """The filter as a list of instructions. writing: whether files may be opened for writing at all.

    machine: "x86_64" or "aarch64", by default this one. Raises ValueError for another.

    >>> len(make_filter(writing=True, machine="x86_64")) < 256
    True
    """
    machine = machine or platform.machine()
    if machine not in MACHINES:
        raise ValueError(f"the filter knows the calls of {' and '.join(MACHINES)}, this is a {machine or 'stranger'}")
    mark, column = MACHINES[machine]
    program = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, mark), (RETURN, 0, 0, KILL), (LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        program += [(AT_LEAST, 0, 1, X32), (RETURN, 0, 0, KILL)]
    for name, numbers in ALLOWED.items():
        number = numbers[column]
        if number is None or (not writing and name in CHANGING):
            continue
        answer = answer_for(name, writing)
        program += [(EQUAL, 0, len(answer), number), *answer]
    return [*program, (RETURN, 0, 0, REFUSE | errno.EPERM)]


def answer_for(name: str, writing: bool) -> list[Instruction]:
    """The instructions that answer one call; they end in a return whatever happens."""
    if name in SPECIAL:
        return [(RETURN, 0, 0, REFUSE | SPECIAL[name])]
    permit, refuse = (RETURN, 0, 0, PERMIT), (RETURN, 0, 0, REFUSE | errno.EPERM)
    if name in MUST_BE_ZERO:
        low = 16 + 8 * MUST_BE_ZERO[name]  # an argument has 64 bits, the machine reads 32 at a time
        return [(LOAD, 0, 0, low), (EQUAL, 0, 3, 0), (LOAD, 0, 0, low + 4), (EQUAL, 0, 1, 0), permit, refuse]
    if name == "fcntl":
        same = [(EQUAL, len(HARMLESS) + 2 - place, 0, command) for place, command in enumerate(HARMLESS)]
        flags = [(EQUAL, 0, 3, SET_FLAGS), (LOAD, 0, 0, 16 + 8 * 2), (ANY_BIT, 1, 0, ASYNC)]
        return [(LOAD, 0, 0, 16 + 8), *same, *flags, permit, refuse]
    if name in FLAGS and not writing:
        return [(LOAD, 0, 0, 16 + 8 * FLAGS[name]), (ANY_BIT, 1, 0, WRITING), permit, refuse]
    return [permit]


def decide(program: Sequence[Instruction], machine: int, number: int, arguments: Sequence[int] = ()) -> int:
    """What the kernel's machine would return, worked out in Python: for reading the filter, and for its tests.

    >>> filter = make_filter(writing=False, machine="x86_64")
    >>> [decide(filter, MACHINES["x86_64"][0], call) == PERMIT for call in (0, 57, 59)]    # read, fork, execve
    [True, False, False]
    """
    words = [number, machine, 0, 0]
    for argument in (*arguments, *[0] * 6)[:6]:
        words += [argument & 0xFFFFFFFF, argument >> 32 & 0xFFFFFFFF]
    at, held = 0, 0
    while True:
        code, yes, no, value = program[at]
        if code == RETURN:
            return value
        if code == LOAD:
            held, jump = words[value // 4], 0
        else:
            tests = {EQUAL: held == value, AT_LEAST: held >= value, ANY_BIT: bool(held & value)}
            jump = yes if tests[code] else no
        at += 1 + jump
