"""The data card of the conversations; every number on it is measured on the pinned file, and asserted by a test."""

from .card import Artifact, Dataset

DIALOGUE = Dataset(
    name="dialogue",
    title="Chit-chat: conversations of two people",
    artifact=Artifact(
        project="chitchat-dataset",
        version="0.9.0",
        filename="chitchat_dataset-0.9.0-py3-none-any.whl",
        sha256="7bf89f36645e2d5ec87d53370c8e851b5a688479c7beb7079cb4c87fc5acea3e",
        size=8_105_664,
        members=("chitchat_dataset/dataset.json", "chitchat_dataset-0.9.0.dist-info/LICENSE"),
        unpacked=40_305_028,
    ),
    core=False,
    what=(
        "Text conversations in English between two strangers, most of them students, who took part in a chatting "
        "contest from April to November 2018. Each message has its time and a made-up number for its sender, which the "
        "loader leaves out."
    ),
    how_much=(
        "7,168 conversations, 138,737 turns, 258,145 messages, 12.5 MB of text; 3,150 conversations have fewer "
        "than two turns."
    ),
    licence="MIT",
    source="https://github.com/BYU-PCCL/chitchat-dataset",
    attribution="William Myers and the BYU Perception, Control and Cognition lab (`chitchat-dataset` 0.9.0).",
    known_faults=(
        "In 3,150 conversations nobody answered; many consist of 'Hello?'. The loader drops them.",
        "935 conversations are the same text as another one, most of them a single greeting.",
        "People write as they type: small letters, no full stops, misspelled words. 33 messages are blank.",
        "First names, universities and home towns occur, two e-mail addresses and 29 web addresses: written by people "
        "who knew that it would be published, but still about persons. Don't use it to find anybody out.",
        "The speakers are young, live mostly in one region of one country, and know that they are rated.",
    ),
)
