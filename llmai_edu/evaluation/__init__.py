"""How good is a language model: one frozen split, one metric, and floors and baselines to compare with."""

from llmai_edu.evaluation.bits import bits_per_byte, bpb_from_token_loss, nats_to_bits, perplexity
from llmai_edu.evaluation.bootstrap import bootstrap_interval, paragraph_of_byte
from llmai_edu.evaluation.classification import ClassScores, compare_accuracy, macro_f1, score_classes
from llmai_edu.evaluation.compress import compressed_bits_per_byte, compressed_size
from llmai_edu.evaluation.estimate import Estimate
from llmai_edu.evaluation.known_source import KnownSource, known_source
from llmai_edu.evaluation.ladder import Rung, load_ladder, record
from llmai_edu.evaluation.sliding import Window, sliding_windows
from llmai_edu.evaluation.split import LadderText, ladder_text, part_of_year, shared_ngrams, split_speeches
from llmai_edu.evaluation.translation import bleu_signature, compare_translations, score_translations

__all__ = [
    "ClassScores",
    "Estimate",
    "KnownSource",
    "LadderText",
    "Rung",
    "Window",
    "bits_per_byte",
    "bleu_signature",
    "bootstrap_interval",
    "bpb_from_token_loss",
    "compare_accuracy",
    "compare_translations",
    "compressed_bits_per_byte",
    "compressed_size",
    "known_source",
    "ladder_text",
    "load_ladder",
    "macro_f1",
    "nats_to_bits",
    "paragraph_of_byte",
    "part_of_year",
    "perplexity",
    "record",
    "score_classes",
    "score_translations",
    "shared_ngrams",
    "sliding_windows",
    "split_speeches",
]
