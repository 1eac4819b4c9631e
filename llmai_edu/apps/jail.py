"""What happens inside the sandbox's process, before and after somebody's program: the locks of the Linux kernel.

`llmai_edu.apps.sandbox` starts this file as a script (`python -I -S jail.py`), so it imports the standard library
alone. The locks cannot be opened again by the process that closed them, and they are closed before the program is even
compiled: rlimits, namespaces (unshare), Landlock (Salaün 2021, kernel 5.13), no capabilities, and a seccomp filter
(`apps/seccomp.py`, handed over as a list of numbers).
"""

import ctypes
import json
import os
import sys
import sysconfig
from typing import Any

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SIGKILL = 1, 38, 22, 9
NAMESPACES = 0x10000000 | 0x00020000 | 0x40000000 | 0x08000000 | 0x04000000  # user, mount, net, ipc, uts
#: Rights of Landlock: read a file, read a folder; and all rights that a version of it (1, 2, …) knows.
READ_FILE, READ_FOLDER, RIGHTS = 1 << 2, 1 << 3, {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
#: What a Python needs to read when it imports a module, beside its own folders (packages that are installed lie there,
#: too). No place for secrets, on an ordinary machine.
READABLE = tuple(
    f"/{place}"
    for place in ("usr/lib", "usr/lib64", "lib", "lib64", "etc/ld.so.cache", "etc/localtime", "usr/share/zoneinfo")
)
libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def call(name: str, *arguments: Any) -> int:
    """A function of the C library; raises OSError where it returns -1."""
    result = getattr(libc, name)(*(ctypes.c_long(x) if isinstance(x, int) else x for x in arguments))
    if result == -1:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def set_limits(seconds: int, memory: int, file_bytes: int) -> None:
    """Bounds that the kernel keeps for this process; the hard ones are set too, so they can only be lowered."""
    import resource

    limits = {
        "RLIMIT_AS": memory,
        "RLIMIT_CPU": seconds,
        "RLIMIT_FSIZE": file_bytes,
        "RLIMIT_NOFILE": 32,
        "RLIMIT_NPROC": 1,  # binds no root: the filter does
        "RLIMIT_CORE": 0,
    }
    for name, value in limits.items():
        resource.setrlimit(getattr(resource, name), (value, value))


def own_namespaces(folder: str, folder_bytes: int) -> None:
    """A network without devices, no rights over anything outside, and a folder in memory in place of `folder`."""
    user, group = os.getuid(), os.getgid()
    call("unshare", NAMESPACES)
    for name, line in (("setgroups", "deny"), ("uid_map", f"65534 {user} 1"), ("gid_map", f"65534 {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(line)
    options = f"size={folder_bytes},nr_inodes=1000,mode=700".encode()
    call("mount", b"none", folder.encode(), b"tmpfs", 0b1110, options)  # nosuid, nodev, noexec
    os.chdir(folder)


def landlock(readable: list[str], writable: list[str]) -> int:
    """Let this process read below some folders, read and write below others, and open no other file from now on.

    Names, sizes, dates and the targets of links stay visible everywhere. Returns the version of Landlock. Raises
    OSError where the kernel has none.
    """
    version = call("syscall", 444, None, 0, 1)
    every = (1 << RIGHTS[min(version, 5)]) - 1
    fields = [every, 0b11 if version >= 4 else 0, 0b11 if version >= 6 else 0]  # files; TCP; sockets and signals
    attributes = (ctypes.c_uint64 * 3)(*fields)
    ruleset = call("syscall", 444, ctypes.byref(attributes), 24 if version >= 6 else 16 if version >= 4 else 8, 0)
    for path in [*readable, *writable]:
        try:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue  # not on this machine
        rights = READ_FILE | (READ_FOLDER if os.path.isdir(path) else 0)
        if path in writable:
            rights = every & ~(0b1 | 1 << 6 | 0b1111 << 9 | 1 << 15)  # no running, devices, sockets, pipes, links
        rule = (ctypes.c_char * 12).from_buffer_copy(rights.to_bytes(8, "little") + handle.to_bytes(4, "little"))
        call("syscall", 445, ruleset, 1, ctypes.byref(rule), 0)
        os.close(handle)
    call("syscall", 446, ruleset, 0)
    os.close(ruleset)
    return version


def drop_capabilities() -> None:
    """Give up every privilege of root, those inside of the namespace too."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))


def install_filter(instructions: list[list[int]]) -> None:
    """Give the kernel a program that decides on every system call of this process (seccomp, mode 2)."""
    packed = b"".join(
        code.to_bytes(2, "little") + bytes([yes, no]) + value.to_bytes(4, "little")
        for code, yes, no, value in instructions
    )
    buffer = ctypes.create_string_buffer(packed)
    program = (ctypes.c_uint64 * 2)(len(instructions), ctypes.addressof(buffer))
    call("prctl", PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0)


def close_locks(request: dict[str, Any]) -> list[str]:
    """Close every lock that this kernel has. Returns what holds; raises OSError where the least does not hold."""
    call("prctl", PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)  # nothing outlives the one who asked
    set_limits(request["seconds"], request["memory"], request["file_bytes"])
    layers, writable = ["limits", "seccomp"], []
    folder = os.getcwd()
    try:
        own_namespaces(folder, request["file_bytes"])
        layers.append("namespaces")
        writable = [folder]
    except OSError:
        pass  # not allowed here; then nothing can be written, and the filter alone refuses sockets
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    paths = [sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib")]
    try:
        landlock([*paths, f"{sys.base_prefix}/lib" if sys.base_prefix != "/usr" else paths[0], *READABLE], writable)
        layers.append("landlock")
    except OSError:
        pass
    drop_capabilities()
    install_filter(request["filters"]["writing" if "landlock" in layers and writable else "reading"])
    return layers


def pack(value: Any) -> Any:
    """A value as JSON can hold it; exact types alone, so nobody's class decides about `==`. Raises TypeError.

    >>> pack((1, {2.5}))
    {'tuple': [1, {'set': [2.5]}]}
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if type(value) is list:
        return [pack(one) for one in value]
    if type(value) in (tuple, set, frozenset):
        return {type(value).__name__: [pack(one) for one in value]}
    if type(value) is dict:
        return {"dict": [[pack(key), pack(one)] for key, one in value.items()]}
    if type(value) is complex:
        return {"complex": [value.real, value.imag]}
    raise TypeError(f"a value of the type {type(value).__name__} does not leave the sandbox")


def unpack(value: Any, entries: int = 2000) -> Any:
    """The value that `pack` packed. Raises ValueError, TypeError, OverflowError or RecursionError for anything else.

    entries: how many members sets and dictionaries may have, all together. Whoever chooses numbers with equal hashes
    makes every new member be compared with all before it; so time grows with the square of their number.

    >>> unpack(pack({"a": (1, None)}))
    {'a': (1, None)}
    """
    left = entries

    def one_of(value: Any) -> Any:
        nonlocal left
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, list):
            return [one_of(one) for one in value]
        ((kind, parts),) = value.items()
        if kind not in ("dict", "set", "frozenset", "tuple", "complex") or not isinstance(parts, list):
            raise ValueError(f"the sandbox sent a value of the unknown kind {kind[:40]!r}")
        if kind == "complex":
            return complex(*parts)
        if kind == "tuple":
            return tuple(one_of(one) for one in parts)
        left -= len(parts)
        if left < 0:
            raise ValueError(f"more than {entries:,} members of sets and dictionaries do not leave the sandbox")
        if kind == "dict":
            return {one_of(key): one_of(one) for key, one in parts}
        return {"set": set, "frozenset": frozenset}[kind](one_of(one) for one in parts)

    return one_of(value)


def main() -> None:
    """Read the request, close the locks, run the program, answer calls of its function, and leave."""
    control, results = (int(number) for number in sys.argv[1:3])
    lines = os.fdopen(control, "rb", closefd=False)
    request = json.loads(lines.readline())
    answer, leave, flush, out = os.write, os._exit, sys.stdout.flush, json.dumps

    def tell(**message: Any) -> None:
        answer(results, out({"token": request["token"], **message}).encode() + b"\n")

    try:
        layers = close_locks(request)
    except Exception as error:
        tell(refused=f"{type(error).__name__}: {error}")
        leave(1)
    tell(layers=layers)
    space = {"__name__": "__main__", "__builtins__": __builtins__}
    state: dict[str, Any] = attempt(lambda: exec(compile(request["program"], "program.py", "exec"), space))
    attempt(flush)
    if state["outcome"] != "finished" or not request["name"]:
        tell(**state)
        leave(0)
    tell(outcome="finished")
    for line in lines:
        arguments = unpack(json.loads(line), sys.maxsize)  # from outside: to be trusted
        tell(**attempt(lambda arguments=arguments: space[request["name"]](*arguments)))
    leave(0)


def attempt(function: Any) -> dict[str, Any]:
    """Call a function of somebody else, and say how it ended."""
    try:
        return {"outcome": "finished", "value": pack(function())}
    except MemoryError:
        return {"outcome": "memory", "error": "MemoryError"}
    except SystemExit as error:
        return {"outcome": "exited", "error": f"SystemExit: {error.code}"}
    except BaseException as error:
        return {"outcome": "error", "error": f"{type(error).__name__}: {error}"[:2000]}


if __name__ == "__main__":
    main()
