"""The command `llmai-edu`: lab, doctor, data, pretrain, app and progress.

Each command imports what it needs when it runs, so that `llmai-edu --help` answers at once.
"""

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path

from llmai_edu import __version__
from llmai_edu.apps.terminal import APPS, open_app, run_terminal

FIRST_NOTEBOOK = Path("notebooks") / "00_start_here.ipynb"
LAB_SETTINGS = Path(__file__).parent / "lab_settings"


def build_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line.

    >>> build_parser().parse_args(["data", "fetch", "speeches"]).names
    ['speeches']
    """
    parser = argparse.ArgumentParser(prog="llmai-edu", description="A hands-on course on language models.")
    parser.add_argument("--version", action="version", version=f"llmai-edu {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    lab = commands.add_parser("lab", help="open the course in JupyterLab (further options go to JupyterLab)")
    lab.add_argument("--folder", type=Path, default=Path("."), help="the course's folder (default: this one)")

    commands.add_parser("doctor", help="is this machine ready, and what brings what is missing?")
    commands.add_parser("progress", help="the exercises that you have passed")

    data = commands.add_parser("data", help="list, fetch and verify the course's data and weights")
    actions = data.add_subparsers(dest="action", required=True, metavar="action")
    actions.add_parser("list", help="every data set, its size, its licence, and whether it is here")
    fetch = actions.add_parser("fetch", help="download data sets (without a name: all that the first lessons need)")
    fetch.add_argument("--lessons", action="store_true", help="all that the written lessons read, 90 MB more")
    verify = actions.add_parser("verify", help="compare the files in the cache with their recorded hashes")
    card = actions.add_parser("card", help="one data set's card: what, how much, licence, source, known faults")
    for action in (fetch, verify):
        action.add_argument("names", nargs="*", metavar="name")
    card.add_argument("name")

    train = commands.add_parser("pretrain", help="train a language model by a recipe; a killed run goes on")
    train.add_argument("recipe", help="a TOML file, or the name of a recipe of the course: course_base")
    train.add_argument("--folder", type=Path, help="where the run lives (default: runs/ and the recipe's name)")
    train.add_argument("--steps", type=int, help="another length than the recipe's")
    train.add_argument("--device", help="such as cpu or cuda (default: the best one here)")
    train.add_argument("--threads", type=int, help="processor threads (default: all)")
    train.add_argument("--compile", action="store_true", help="let torch.compile fuse model and loss first")
    train.add_argument("--float32", action="store_true", help="compute products in 32 bits, not in bfloat16")

    app = commands.add_parser("app", help=f"talk to one of the course's applications: {', '.join(APPS)}")
    app.add_argument("name", help="which one")
    app.add_argument("question", nargs="?", help="one question (default: ask line after line)")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run one command, and return its exit status: 0 for success, 1 when something is missing or failed."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe on Windows takes cp1252 only: better a question mark than a UnicodeEncodeError.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    parser = build_parser()
    args, rest = parser.parse_known_args(argv)
    if rest and args.command != "lab":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    if args.command == "lab":
        return run_lab(args.folder, rest)
    if args.command == "doctor":
        from llmai_edu.doctor import doctor

        return 0 if doctor() else 1
    if args.command == "progress":
        from llmai_edu.course.progress import progress_table

        print(progress_table())
        return 0
    if args.command == "pretrain":
        return run_pretrain(args)
    if args.command == "app":
        return run_app(args.name, args.question)
    return run_data(args)


def run_pretrain(args: argparse.Namespace) -> int:
    """Carry out a recipe; a fault of the recipe, the folder or the data is one line on standard error."""
    import dataclasses

    import torch

    from llmai_edu.datasets import DataError
    from llmai_edu.training.pretrain import pretrain
    from llmai_edu.training.recipe import load_recipe
    from llmai_edu.training.trainer import TrainingDiverged

    if args.threads:
        torch.set_num_threads(args.threads)
    try:
        recipe = load_recipe(args.recipe)
        if args.steps:
            recipe = dataclasses.replace(recipe, steps=args.steps)
        folder = args.folder or Path("runs") / recipe.name
        autocast = None if args.float32 else torch.bfloat16
        progress = sys.stderr.isatty()
        pretrain(recipe, folder, device=args.device, compile=args.compile, autocast=autocast, progress=progress)
    except (DataError, OSError, TrainingDiverged, ValueError) as error:
        print(f"llmai-edu: {error}", file=sys.stderr)
        return 1
    return 0


def run_app(name: str, question: str | None) -> int:
    """Open an application and talk to it; a wrong name, missing data or a refused question is one line."""
    from llmai_edu.datasets import DataError

    try:
        run_terminal(open_app(name), question)
    except (DataError, ImportError, OSError, ValueError) as error:
        print(f"llmai-edu: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def run_data(args: argparse.Namespace) -> int:
    """Carry out `llmai-edu data ...`; a fault of the data is one line on standard error."""
    from llmai_edu.datasets import commands

    if args.action == "list":
        return commands.list_command()
    if args.action == "card":
        return commands.card_command(args.name)
    if args.action == "verify":
        return commands.verify_command(args.names or None)
    names = list(args.names)
    if args.lessons:
        from llmai_edu.course.lessons import lesson_data

        names += [name for name in lesson_data() if name not in names]
    return commands.fetch_command(names or None)


def run_lab(folder: Path, options: list[str]) -> int:
    """Open JupyterLab on the first notebook, bound to this machine only; return its exit status."""
    notebook = folder / FIRST_NOTEBOOK
    if not notebook.is_file():
        print(
            f"llmai-edu: no {FIRST_NOTEBOOK.as_posix()} in {folder.resolve().name}/. Run this in the course's folder, "
            "or name it: llmai-edu lab --folder PATH",
            file=sys.stderr,
        )
        return 1
    if importlib.util.find_spec("jupyterlab") is None:
        from llmai_edu.doctor import INSTALL

        print(f"llmai-edu: JupyterLab is not installed: {INSTALL}", file=sys.stderr)
        return 1
    # JupyterLab's news and update checks ask hosts on the network, and a banner asks the learner; the settings say no.
    # Named as a file, the notebook would make its own folder the server's root, and ../exercises unreachable.
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", "--ServerApp.root_dir=."]
    command += [f"--LabApp.default_url=/lab/tree/{FIRST_NOTEBOOK.as_posix()}"]
    command += [
        f"--LabApp.app_settings_dir={LAB_SETTINGS}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        *options,
    ]
    try:
        return subprocess.run(command, cwd=folder, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
