"""A headless Chromium opens the first lesson in JupyterLab, as a learner would, and uses it.

Set LLMAI_EDU_SCREENSHOTS to a folder to keep the pictures that the test takes.
"""

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Without these, Chromium asks hosts outside of its own accord.
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.data,
    pytest.mark.skipif(not CHROMIUM and not os.environ.get("CI"), reason="no Chromium here: apt-get install chromium"),
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def lab(tmp_path):
    """Run the course's own `llmai-edu lab` on a copy, because JupyterLab saves what it opened."""
    course = tmp_path / "course"
    shutil.copytree(ROOT / "notebooks", course / "notebooks")
    port, token = free_port(), secrets.token_hex(16)
    env = os.environ | {
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        # Beside another worker of the tests, two threads on one core get in each other's way.
        "OMP_NUM_THREADS": "1",
    }
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", f"--IdentityProvider.token={token}"]
    log = (tmp_path / "lab.log").open("w")
    command = [sys.executable, "-m", "llmai_edu.cli", "lab", "--folder", str(course), *options]
    server = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{base}/api?token={token}"), 90, lambda: (tmp_path / "lab.log").read_text()[-2000:])
        yield base, token
    finally:
        subprocess.run(["pkill", "-TERM", "-s", str(server.pid)], check=False)
        server.wait(20)
        log.close()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def wait_until(condition, seconds: float, explain=lambda: "") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain. {explain()}"
        time.sleep(0.5)


def kernels_idle(base: str, token: str) -> bool:
    # The page shows "idle" before its kernel is connected; the server knows better.
    try:
        with urllib.request.urlopen(f"{base}/api/kernels?token={token}", timeout=10) as reply:
            kernels = json.load(reply)
    except urllib.error.HTTPError:  # asked while a kernel comes or goes, a busy server answers with 500
        return False
    return bool(kernels) and all(k["connections"] and k["execution_state"] == "idle" for k in kernels)


def shoot(page, name: str) -> None:
    if folder := os.environ.get("LLMAI_EDU_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_model_answers_and_the_widget_works(lab):
    from playwright.sync_api import expect, sync_playwright

    base, token = lab
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        # Tall, because JupyterLab renders only the cells near the visible part.
        page = browser.new_page(viewport={"width": 1280, "height": 1800})
        outside = []
        own = (base, base.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
        page.goto(f"{base}/lab/tree/notebooks/00_start_here.ipynb?token={token}")
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=90_000)
        wait_until(lambda: kernels_idle(base, token), 90)

        page.get_by_role("menuitem", name="Edit", exact=True).click()
        page.locator('.lm-Menu-item[data-command="editmenu:clear-all"]').click()
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
        wait_until(lambda: not kernels_idle(base, token), 30)
        wait_until(lambda: kernels_idle(base, token), 180)
        shoot(page, "lab_end")

        scroller = page.locator(".jp-WindowedPanel-outer").first
        scroller.evaluate("element => element.scrollTo(0, 0)")
        # The answer that the model wrote in the first result of the page.
        answer = page.locator(".jp-OutputArea-output", has_text="def factorial(n)").first
        expect(answer).to_be_visible(timeout=30_000)
        shoot(page, "lab_answer")

        question = page.locator(".jp-OutputArea .widget-textarea textarea").last
        for _ in range(60):
            if question.count() and question.is_visible():
                break
            scroller.evaluate("element => element.scrollBy(0, 900)")
            page.wait_for_timeout(300)
        question.scroll_into_view_if_needed()
        question.fill("What is the capital of Japan?")
        page.get_by_role("button", name="Ask", exact=True).click()
        reply = page.locator(".widget-html", has_text="Tokyo")
        expect(reply.first).to_be_visible(timeout=90_000)
        shoot(page, "lab_widget")
        browser.close()
    assert outside == []
