"""What JupyterLab shows on the screen, in English and another language."""

import json
from pathlib import Path

from .fetch import fetch
from .parallel import Pair, check_language
from .parallel_data import LANGUAGE_PACKS


def load_ui_strings(language: str) -> list[Pair]:
    """Return the different pairs of English and translated strings; `origin` is the catalogue that holds it first.

    language: "fr", "de", "es" or "zh". Strings that are the same in both languages are left out; %1 stands for what
    the program fills in. Raises ValueError for another language, DataError when the strings cannot be had.

    >>> load_ui_strings("fr")[0]  # doctest: +SKIP
    Pair(english='Dask Dashboard', foreign='Tableau de bord de Dask', origin='dask_labextension')
    """
    folder = fetch(f"ui-strings-{check_language(language)}")
    locale = LANGUAGE_PACKS[language].replace("-", "_")
    return read_strings(folder / f"jupyterlab_language_pack_{locale}" / "locale" / locale / "LC_MESSAGES")


def read_strings(folder: Path) -> list[Pair]:
    """Return the different pairs of the catalogues in `folder`, in the order of their names."""
    pairs: dict[tuple[str, str], Pair] = {}
    for path in sorted(folder.glob("*.json")):
        catalogue = json.loads(path.read_text(encoding="utf-8"))
        for key, forms in catalogue.items():
            english, foreign = key.split("\x04")[-1].strip(), forms[0].strip() if key else ""
            if english and foreign and english != foreign:
                pairs.setdefault((english, foreign), Pair(english, foreign, path.stem))
    return list(pairs.values())
