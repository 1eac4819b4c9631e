"""Texts in English and in another language side by side: the names of the emoji, and the words of JupyterLab.

Every number on these cards is measured on the pinned files; tests/datasets asserts them.
"""

from .card import Artifact, Dataset

EMOJI_NAMES = Dataset(
    name="emoji-names",
    title="Names of the emoji in English, French, German, Spanish and Chinese",
    artifact=Artifact(
        project="emoji",
        version="2.16.0",
        filename="emoji-2.16.0-py3-none-any.whl",
        sha256="c4230d80640def9071599ff56b1b5950fe13a2a94c0da98c5deab12431b24330",
        size=610_912,
        members=(
            "emoji/unicode_codes/emoji.json",
            "emoji/unicode_codes/emoji_de.json",
            "emoji/unicode_codes/emoji_es.json",
            "emoji/unicode_codes/emoji_fr.json",
            "emoji/unicode_codes/emoji_zh.json",
            "emoji-2.16.0.dist-info/licenses/LICENSE.txt",
        ),
        unpacked=1_667_667,
    ),
    core=False,
    what=(
        "The short name of every emoji, as the Unicode Consortium's volunteers wrote it in each language (CLDR): a "
        "parallel text of very short, simple phrases."
    ),
    how_much=(
        "5,244 entries; 1,923 remain in each language without skin tones and unqualified spellings, on average of 2.0 "
        "words in English, 2.4 in French, 1.9 in German, 2.5 in Spanish; 1,443 different characters in Chinese."
    ),
    licence="names: Unicode License v3; package: BSD-3-Clause",
    source="Unicode Common Locale Data Repository, https://cldr.unicode.org/",
    attribution="Unicode, Inc., CLDR; packaged by Taehoon Kim and Kevin Wurster (`emoji` 2.16.0).",
    known_faults=(
        "2,920 entries differ from another by skin tones only; with them, a test would mostly repeat the training. The "
        "loader leaves them out.",
        "Names come in families ('man cook', 'woman cook', 'one o’clock', 'two o’clock'): a random split tests much "
        "that recombines what was seen. Read a score on it with that in mind.",
        "259 are flags. English and Chinese give the country alone ('France', '法国'); French, German and Spanish put "
        "the word flag before it ('drapeau france').",
        "The package made identifiers of the names: French, German and Spanish are in lower case, German nouns too, "
        "and colons are gone ('homme cheveux blancs').",
        "Some names are the same in both languages: 83 in French, 87 in German, 45 in Spanish, none in Chinese.",
        "Names, not sentences: no verbs to conjugate, hardly any grammar. A model of it does not translate text.",
    ),
)

LANGUAGE_PACKS = {"fr": "fr-FR", "de": "de-DE", "es": "es-ES", "zh": "zh-CN"}


def _ui_strings(
    code: str, language: str, *, sha256: str, size: int, unpacked: int, how_much: str, fault: str
) -> Dataset:
    locale = LANGUAGE_PACKS[code].replace("-", "_")
    project = f"jupyterlab_language_pack_{locale.lower()}"
    return Dataset(
        name=f"ui-strings-{code}",
        title=f"JupyterLab's words in English and {language}",
        artifact=Artifact(
            project=f"jupyterlab-language-pack-{LANGUAGE_PACKS[code]}",
            version="4.5.post3",
            filename=f"{project}-4.5.post3-py2.py3-none-any.whl",
            sha256=sha256,
            size=size,
            members=(
                f"jupyterlab_language_pack_{locale}/locale/{locale}/LC_MESSAGES/*.json",
                f"{project}-4.5.post3.dist-info/licenses/LICENSE.txt",
            ),
            unpacked=unpacked,
        ),
        core=False,
        what=(
            f"What JupyterLab and 16 of its extensions show on the screen (menus, buttons, help, errors), translated "
            f"into {language} by volunteers."
        ),
        how_much=how_much,
        licence="BSD-3-Clause",
        source="https://github.com/jupyterlab/language-packs, translated at https://crowdin.com/project/jupyterlab",
        attribution=f"Project Jupyter Contributors (`jupyterlab-language-pack-{LANGUAGE_PACKS[code]}` 4.5.post3).",
        known_faults=(
            fault,
            "Placeholders such as %1 stand for what the program fills in; a translation must keep them.",
            "Of a plural only the first form is read, and the context that tells two uses of a word apart is dropped: "
            "one English string may have several translations.",
            "The words of one program, many of them single and technical; volunteers wrote them one by one, so terms "
            "and form of address are not uniform.",
            "A model that reads the web has very likely seen these strings.",
        ),
    )


UI_STRINGS = (
    _ui_strings(
        "fr",
        "French",
        sha256="9f6ce9d4e64b367ff084a2313af29d6ad8a02d1d08000f3e6c53e2856fa9a11f",
        size=222_292,
        unpacked=393_655,
        how_much="3,048 different pairs of 3,004 English strings, 5.7 words on average and 98 at most.",
        fault="192 strings are the same in both languages (names, or never translated): they are left out.",
    ),
    _ui_strings(
        "de",
        "German",
        sha256="b716b56f7e0c884f42152d5e36c253ea0f32ca41f99097d842d3934f4a4bc7fb",
        size=68_327,
        unpacked=95_064,
        how_much="1,018 different pairs of 1,011 English strings, 3.3 words on average and 54 at most.",
        fault=(
            "Only a third is translated, mostly the short strings, and 97 of those are the same in both languages: "
            "these are left out."
        ),
    ),
    _ui_strings(
        "es",
        "Spanish",
        sha256="8b315de006bc48d5798988cff6141f00694e411265011ea21570b4f459070381",
        size=64_333,
        unpacked=85_610,
        how_much="864 different pairs of 856 English strings, 4.1 words on average and 57 at most.",
        fault="Only a quarter is translated: this is the smallest of the four. 2 strings are the same: left out.",
    ),
    _ui_strings(
        "zh",
        "Chinese",
        sha256="47cdb0c41c6b066e795c867786c9c29fde527e2bf15aa6b3e9b2bab9929304b5",
        size=224_581,
        unpacked=431_025,
        how_much="3,080 different pairs of 3,047 English strings, 5.6 words on average and 98 at most.",
        fault=(
            "148 strings are the same in both languages (names of programming languages and the like): they are left "
            "out. Nine translations hold a placeholder where the English singular has none ('复制这 %1 个单元格')."
        ),
    ),
)
