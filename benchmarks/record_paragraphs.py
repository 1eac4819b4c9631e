"""Collect the paragraphs of the course's own pages, and their vectors: `python -m benchmarks.record_paragraphs`.

The text of lessons 00 to 10 becomes `datasets/course_paragraphs.json`, which lessons 13 and 28 search in; MiniLM's
vectors of it, in half precision, `datasets/course_paragraphs.safetensors` (about half a minute on one core).
"""

import json
import re
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "llmai_edu" / "datasets"
SHORTEST = 80  # characters: what is shorter only leads over to a cell
NOT_PROSE = re.compile(r"^(#|<|\||```|\*About|\[\d+\]|\*\*Sources|\*\*Try it|\*Prose|- \[|!\[|\$\$)")


def markdown_cells(source: str) -> list[str]:
    """The Markdown cells of a page in jupytext's percent format, without their comment signs."""
    cells = re.split(r"^# %%", source, flags=re.MULTILINE)[1:]
    texts = [cell.partition("\n")[2] for cell in cells if cell.startswith(" [markdown]")]
    return [re.sub(r"^# ?", "", text, flags=re.MULTILINE).strip() for text in texts]


def plain(text: str) -> str:
    """A paragraph as one line, without the signs of Markdown."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # links
    text = re.sub(r"(?<![\w*])\*{1,2}(\S(?:.*?\S)?)\*{1,2}(?![\w*])", r"\1", text, flags=re.DOTALL)
    return " ".join(re.sub(r"[`$]", "", re.sub(r"\s\[\d+(?:, ?\d+)*\]", "", text)).split())


def paragraphs_of(stem: str, source: str) -> list[dict[str, str]]:
    """Every paragraph of prose with its lesson and the heading that it stands under."""
    heading, found = "", []
    for cell in markdown_cells(source):
        for block in re.split(r"\n\s*\n", cell):
            for line in re.findall(r"^#+ +(.*)$", block, flags=re.MULTILINE):
                heading = plain(line)
            text = plain(re.sub(r"^#+ .*$", "", block, flags=re.MULTILINE).strip())
            if len(text) >= SHORTEST and not NOT_PROSE.match(block.strip()):
                found.append({"lesson": stem, "heading": heading, "text": text})
    return found


def main() -> None:
    """Write the paragraphs, then their vectors."""
    from llmai_edu.datasets.course_paragraphs import digest
    from llmai_edu.pretrained.minilm import embed_sentences, load_minilm
    from llmai_edu.tokenizers.wordpiece import minilm_tokenizer

    pages = sorted((ROOT / "notebooks" / "src").glob("*.py"))
    found = [
        one for page in pages if int(page.stem[:2]) <= 10 for one in paragraphs_of(page.stem, page.read_text("utf-8"))
    ]
    path = FOLDER / "course_paragraphs.json"
    path.write_text(json.dumps(found, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(found)} paragraphs, {path.stat().st_size:,} bytes", flush=True)
    texts = [one["text"] for one in found]
    vectors = embed_sentences(load_minilm(), minilm_tokenizer(), texts)
    path = path.with_suffix(".safetensors")
    save_file({"vectors": vectors.astype(np.float16)}, path, metadata={"texts": digest(texts)})
    print(f"{vectors.shape} vectors, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
