"""Our BPE beside `tokenizers` and `tiktoken`: training, encoding and decoding all speeches on one core.

Run from the repository with `python -m benchmarks.bench_tokenizers`. The others are written in Rust. About a minute.
"""

import json
import os
import time
from collections.abc import Callable
from typing import Any

os.environ["RAYON_NUM_THREADS"] = "1"  # one core for everybody; read when `tokenizers` is imported
os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tiktoken
from tiktoken.load import data_gym_to_mergeable_bpe_ranks
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from benchmarks.common import save_result
from llmai_edu.datasets import gpt2_tokenizer_files, load_speeches
from llmai_edu.tokenizers import GPT2_PATTERN, BPETokenizer, gpt2_tokenizer, train_bpe

VOCAB_SIZE = 4096


def hf_gpt2() -> Tokenizer:
    """GPT-2 in `tokenizers`, from the local files."""
    encoder, merges = gpt2_tokenizer_files()
    pairs = [tuple(line.split(" ")) for line in merges.read_text(encoding="utf-8").splitlines()[1:] if line]
    tokenizer = Tokenizer(models.BPE(json.loads(encoder.read_text(encoding="utf-8")), pairs))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def hf_train(texts: list[str]) -> Tokenizer:
    """Train byte-level BPE with `tokenizers`."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCAB_SIZE, initial_alphabet=alphabet, min_frequency=2, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def tiktoken_gpt2() -> tiktoken.Encoding:
    """GPT-2 in `tiktoken`, from the local files."""
    encoder, merges = gpt2_tokenizer_files()
    ranks = data_gym_to_mergeable_bpe_ranks(str(merges), str(encoder))
    return tiktoken.Encoding(
        "gpt2-local", pat_str=GPT2_PATTERN, mergeable_ranks=ranks, special_tokens={"<|endoftext|>": 50256}
    )


def fresh(tokenizer: BPETokenizer) -> BPETokenizer:
    """The same tokenizer with an empty word cache."""
    return BPETokenizer(tokenizer.tokens, tokenizer.merges, special_tokens=tokenizer.special_tokens)


def encode_all(encode, texts: list[str]) -> list[list[int]]:
    """Encode text after text, as a learner would."""
    return [encode(text) for text in texts]


def cpu_seconds(jobs: dict[str, Callable[[], Any]], repeat: int) -> tuple[dict[str, float], dict[str, Any]]:
    """Processor time of each job, the least of `repeat` rounds in which they take turns, and what each returned.

    All use one thread, so on an idle machine this is the time on the clock; on a busy one it is fairer.
    """
    best, results = dict.fromkeys(jobs, float("inf")), {}
    for _ in range(repeat):
        for name, job in jobs.items():
            start = time.process_time()
            results[name] = job()
            best[name] = min(best[name], time.process_time() - start)
    return best, results


def measure(repeat: int = 3) -> dict[str, dict[str, float]]:
    """Seconds for each job, by job and library; all three must give the same ids and the same text."""
    texts = [speech.text for speech in load_speeches()]
    ours, hf, tik = gpt2_tokenizer(), hf_gpt2(), tiktoken_gpt2()
    ours_cold, hf_cold = iter([fresh(ours) for _ in range(repeat)]), iter([hf_gpt2() for _ in range(repeat)])
    training = {"llmai_edu": lambda: train_bpe(texts, VOCAB_SIZE), "tokenizers": lambda: hf_train(texts)}
    cold = {
        "llmai_edu": lambda: encode_all(next(ours_cold).encode, texts),
        "tokenizers": lambda: hf_encode_all(next(hf_cold), texts),
    }
    warm = {
        "llmai_edu": lambda: encode_all(ours.encode, texts),
        "tokenizers": lambda: hf_encode_all(hf, texts),
        "tiktoken": lambda: encode_all(tik.encode_ordinary, texts),  # it keeps no cache: always cold
    }
    seconds = {}
    seconds["train"], _ = cpu_seconds(training, 2)
    seconds["encode, cold"], cold_ids = cpu_seconds(cold, repeat)
    seconds["encode, warm"], ids = cpu_seconds(warm, repeat + 1)
    seconds["encode, cold"]["tiktoken"] = seconds["encode, warm"]["tiktoken"]
    assert all(row == ids["tiktoken"] for row in (*cold_ids.values(), *ids.values()))

    decode_by = {"llmai_edu": ours.decode, "tokenizers": hf.decode, "tiktoken": tik.decode}
    jobs = {name: lambda d=decode: [d(row) for row in ids["tiktoken"]] for name, decode in decode_by.items()}
    seconds["decode"], decoded = cpu_seconds(jobs, repeat)
    assert all(result == texts for result in decoded.values())
    return seconds


def hf_encode_all(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    """All texts in one batch and without offsets, which the others do not compute either."""
    return [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]


def main() -> None:
    """Measure, print the table, and store it."""
    n_bytes = sum(len(speech.text.encode()) for speech in load_speeches())
    seconds = measure()
    rows = [
        {
            "job": job,
            "library": library,
            "seconds": round(value, 3),
            "mb_per_s": round(n_bytes / value / 1e6, 2),
            "times_ours": round(times["llmai_edu"] / value, 2),
        }
        for job, times in seconds.items()
        for library, value in times.items()
    ]
    print(f"{n_bytes / 1e6:.1f} MB of speeches, processor time of one thread")
    print(f"training to {VOCAB_SIZE} tokens, the rest with GPT-2's 50,257")
    print(f"{'job':14}{'library':12}{'seconds':>9}{'MB/s':>8}{'speed, ours = 1':>17}")
    for row in rows:
        print(f"{row['job']:14}{row['library']:12}{row['seconds']:9.2f}{row['mb_per_s']:8.2f}{row['times_ours']:17.2f}")
    print(
        "stored in",
        save_result(
            "tokenizers",
            {"unit": "processor seconds, one thread", "bytes": n_bytes, "vocab_size": VOCAB_SIZE, "rows": rows},
        ).name,
    )


if __name__ == "__main__":
    main()
