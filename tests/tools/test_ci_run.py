"""The script that CI runs: it needs a browser, runs check and test, and lets no test change a tracked file."""

import shutil
import subprocess
from types import SimpleNamespace

import pytest

from tools.layout import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="no git here")
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]


@pytest.fixture
def checkout(tmp_path):
    """A repository with the script, and a PATH that holds only stubs and what the script needs."""
    bin, repository = tmp_path / "bin", tmp_path / "repository"
    bin.mkdir()
    (repository / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", repository / ".ci" / "run")
    for name in ("bash", "dirname", "git"):
        (bin / name).symlink_to(shutil.which(name))
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"]):
        subprocess.run([*GIT, *command], cwd=repository, check=True)

    def stub(name, *lines):
        (bin / name).write_text("\n".join(["#!" + shutil.which("bash"), *lines]), encoding="utf-8")
        (bin / name).chmod(0o755)

    def run():
        command = [shutil.which("bash"), str(repository / ".ci" / "run")]
        return subprocess.run(
            command, env={"PATH": str(bin), "HOME": str(tmp_path)}, capture_output=True, text=True, check=False
        )

    stub("make", 'echo "make $1 CI=$CI"')
    return SimpleNamespace(stub=stub, run=run, bin=bin)


def test_check_and_test_are_run_as_ci(checkout):
    checkout.stub("chromium")
    done = checkout.run()
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["make check CI=1", "make test CI=1"]


@pytest.mark.parametrize("apt", [None, "exit 100", "exit 0"])
def test_without_a_browser_it_fails_clearly_before_anything_runs(checkout, apt):
    if apt:
        checkout.stub("apt-get", apt)
    done = checkout.run()
    assert done.returncode == 1
    assert "No Chromium here" in done.stderr
    assert "make" not in done.stdout


def test_a_missing_browser_is_installed(checkout):
    # The stub of apt-get "installs" by naming make's stub chromium.
    ln = shutil.which("ln")
    checkout.stub("apt-get", f'[ "$1" = update ] || {ln} -s make "{checkout.bin}/chromium"')
    assert checkout.run().returncode == 0


def test_a_run_that_changes_a_tracked_file_fails(checkout):
    checkout.stub("chromium")
    checkout.stub("make", '[ "$1" = check ] || echo "# more" >> .ci/run')
    done = checkout.run()
    assert done.returncode == 1
    assert ".ci/run" in done.stdout
    assert "a test must not change any" in done.stderr


def test_a_failing_check_or_test_fails_the_run(checkout):
    checkout.stub("chromium")
    checkout.stub("make", '[ "$1" = check ]')
    assert checkout.run().returncode == 1
