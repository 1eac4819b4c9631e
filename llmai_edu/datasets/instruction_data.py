"""The data card of the instructions and preferences; its numbers are measured on the pinned file, tests assert them."""

from .card import Artifact, Dataset

INSTRUCTIONS = Dataset(
    name="instructions",
    title="Instructions with answers, and pairs of answers of which one was preferred",
    artifact=Artifact(
        project="llamafactory",
        version="0.9.5",
        filename="llamafactory-0.9.5.tar.gz",
        sha256="1702c0bfb864e80577a59521d2edcacd2aab05ec6aee06188fcba335a589681f",
        size=5_208_876,
        members=(
            "llamafactory-0.9.5/data/alpaca_en_demo.json",
            "llamafactory-0.9.5/data/alpaca_zh_demo.json",
            "llamafactory-0.9.5/data/dpo_en_demo.json",
            "llamafactory-0.9.5/LICENSE",
        ),
        unpacked=3_082_539,
    ),
    core=False,
    what=(
        "Tasks such as 'Describe a process of making crepes', some with a text to work on, each with one answer, in "
        "English and in Chinese; and English conversations with two last answers, a preferred and a rejected one. They "
        "are the small examples that come with the program LLaMA-Factory."
    ),
    how_much=(
        "999 English instructions (412 with an input, 701,777 bytes of answers, half of them shorter than 466 "
        "characters), 1,000 Chinese ones, 300 English pairs."
    ),
    licence="package: Apache-2.0; of the texts, which other language models wrote, it names no licence of their own",
    source="https://github.com/hiyouga/LLaMA-Factory, folder data (alpaca_en_demo, alpaca_zh_demo, dpo_en_demo)",
    attribution=(
        "Yaowei Zheng et al., LlamaFactory: Unified Efficient Fine-Tuning of 100+ Language Models, ACL 2024; the form "
        "of the instructions is Stanford Alpaca's (Taori et al. 2023). Packaged by the authors (`llamafactory` 0.9.5)."
    ),
    known_faults=(
        "Language models wrote the answers: they are fluent and often wrong. A pair that asks for 94962 × 4694 prefers "
        "the answer 43957319824; the product is 445,751,628. A model tuned on them learns the tone first.",
        "14 English instructions stand twice, and 5 of the conversations: the loaders keep equal ones in one part.",
        "In 131 of the 300 pairs the preferred answer is the longer one: length alone does not tell them apart, here.",
        "Who or what preferred is not written down. Some rejected answers are refusals of harmless requests.",
        "80 conversations begin with a system message, 106 have several turns; half of them are longer than 800 "
        "characters, the longest has 14,000.",
        "Somebody who asks for English answers gets an American view: units, holidays, names.",
    ),
)
