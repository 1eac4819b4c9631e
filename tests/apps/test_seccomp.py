import platform

import pytest

from llmai_edu.apps.seccomp import ALLOWED, MACHINES, PERMIT, REFUSE, WRITING, decide, make_filter

KILLED = 0x80000000


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("writing", [True, False])
def test_exactly_the_list_is_allowed(machine, writing):
    mark, column = MACHINES[machine]
    program = make_filter(writing=writing, machine=machine)
    assert all(0 <= step[1] < 256 and 0 <= step[2] < 256 for step in program)
    allowed = {number for number in range(600) if decide(program, mark, number) == PERMIT}
    listed = {numbers[column] for name, numbers in ALLOWED.items() if name != "ioctl"} - {None}
    assert allowed <= listed
    missing = {name for name, numbers in ALLOWED.items() if numbers[column] in listed - allowed}
    assert missing == (
        set()
        if writing
        else missing
        & {"ftruncate", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "rename", "renameat", "renameat2"}
    )


def test_dangerous_calls_are_not_on_the_list():
    dangerous = """clone clone3 fork vfork execve execveat kill tkill tgkill ptrace socket connect bind sendto mount
        unshare setns bpf keyctl prctl setrlimit link symlink chmod chown memfd_create io_uring_setup seccomp"""
    assert not set(dangerous.split()) & set(ALLOWED)


@pytest.mark.parametrize("machine", MACHINES)
def test_another_machines_calls_end_the_process(machine):
    program = make_filter(writing=True, machine=machine)
    assert decide(program, 0x40000003, 1) == KILLED  # i386
    other = next(mark for name, (mark, _) in MACHINES.items() if name != machine)
    assert decide(program, other, 0) == KILLED


def test_the_other_way_into_the_kernel_is_shut():
    assert decide(make_filter(writing=True, machine="x86_64"), MACHINES["x86_64"][0], 0x40000000) == KILLED


def test_limits_are_read_only():
    program, (mark, _) = make_filter(writing=True, machine="x86_64"), MACHINES["x86_64"]
    assert decide(program, mark, 302, (0, 7, 0, 0x7FFF)) == PERMIT
    for pointer in (1, 0x7FFF_0000_0000, 1 << 32):  # in the low half, the high half, or both
        assert decide(program, mark, 302, (0, 7, pointer, 0)) == REFUSE | 1


@pytest.mark.parametrize(("machine", "number"), [("x86_64", 72), ("aarch64", 25)])
@pytest.mark.parametrize("writing", [True, False])
def test_fcntl_orders_no_signals(machine, number, writing):
    """The list is the kernel's include/uapi/linux/fcntl.h; 8 and 15 are F_SETOWN and F_SETOWN_EX, 10 is F_SETSIG."""
    program, (mark, _) = make_filter(writing=writing, machine=machine), MACHINES[machine]
    commands = {*range(64), *range(1024, 1100), 1 << 31, (1 << 32) - 1}
    permitted = {command for command in commands if decide(program, mark, number, (3, command, 0)) == PERMIT}
    assert permitted == {0, 1, 2, 3, 4, 1030}
    assert not permitted & {8, 10, 15, 1024, 1026}
    for bit in range(64):
        wanted = REFUSE | 1 if bit == 13 else PERMIT  # O_ASYNC
        assert decide(program, mark, number, (3, 4, 1 << bit | 0o4000)) == wanted
        assert decide(program, mark, number, (3, 8, 1 << bit)) == REFUSE | 1
    assert decide(program, mark, number, (3, 8 | 1 << 32, 0)) == REFUSE | 1  # the kernel reads 32 bits of the command


@pytest.mark.parametrize(("machine", "number"), [("x86_64", 257), ("aarch64", 56)])
def test_flags_decide_about_writing(machine, number):
    program, (mark, _) = make_filter(writing=False, machine=machine), MACHINES[machine]
    assert decide(program, mark, number, (0, 0, 0o2000000)) == PERMIT  # O_CLOEXEC
    for bit in range(32):
        if WRITING >> bit & 1:
            assert decide(program, mark, number, (0, 0, 1 << bit)) == REFUSE | 1


def test_the_numbers_are_the_kernels():
    """Against the kernel's own header, where there is one."""
    from pathlib import Path

    header = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
    if platform.machine() != "x86_64" or not header.exists():
        pytest.skip("no header of the kernel here")
    words = [line.split() for line in header.read_text().splitlines() if line.startswith("#define __NR_")]
    numbers = {name.removeprefix("__NR_"): int(number) for _, name, number in words}
    for name, (number, _) in ALLOWED.items():
        if number is not None:
            assert numbers[name] == number, name


def test_the_numbers_of_aarch64_are_the_generic_ones():
    from pathlib import Path

    header = Path("/usr/include/asm-generic/unistd.h")
    if not header.exists():
        pytest.skip("no header of the kernel here")
    numbers = {}
    for line in header.read_text().splitlines():
        words = line.split()
        if (
            len(words) == 3
            and words[0] == "#define"
            and words[1].startswith(("__NR_", "__NR3264_"))
            and words[2].isdigit()
        ):
            numbers[words[1].split("_", 3 if words[1].startswith("__NR_") else 2)[-1]] = int(words[2])
    for name, (_, number) in ALLOWED.items():
        if number is not None and name in numbers:
            assert numbers[name] == number, name


def test_an_unknown_machine_is_refused():
    with pytest.raises(ValueError, match="this is a riscv64"):
        make_filter(writing=True, machine="riscv64")
