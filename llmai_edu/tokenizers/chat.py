"""Chat templates: how a list of messages becomes the one text that a chat model continues.

The template is a small Jinja program that comes with the model. It is somebody else's code, so it runs in Jinja's
sandbox, with the settings of `transformers` (whose documentation, "Chat templates", describes the format).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from llmai_edu.tokenizers.bpe import BPETokenizer
from llmai_edu.tokenizers.special import split_special

Messages = Sequence[Mapping[str, str]]


def render_chat(template: str, messages: Messages, *, add_generation_prompt: bool = True, **variables: Any) -> str:
    """Write `messages` as the text that the model was trained on, ending where its answer begins.

    messages: each with a "role" ("system", "user" or "assistant") and a "content". variables: what else the template
    may ask for, such as bos_token. Raises ValueError for malformed messages and when the template refuses them.

    >>> template = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    >>> render_chat(template, [{"role": "user", "content": "Hi"}])
    '<user>Hi'
    """
    check_messages(messages)
    try:
        variables |= {"messages": messages, "add_generation_prompt": add_generation_prompt}
        return compile_template(template).render(**variables)
    except TemplateError as error:
        raise ValueError(f"the chat template refuses these messages: {error}") from None


def check_messages(messages: Messages) -> None:
    """Raise ValueError unless `messages` is a list of {"role": text, "content": text}."""
    if not isinstance(messages, (list, tuple)) or not messages:
        raise ValueError(f'messages must be a list such as [{{"role": "user", "content": "Hi"}}], got {messages!r}')
    for i, message in enumerate(messages):
        if (
            not isinstance(message, Mapping)
            or not {"role", "content"} <= message.keys()
            or not all(isinstance(text, str) for text in message.values())
        ):
            raise ValueError(
                f'message {i} must have a "role" and a "content", and all of its values must be texts; got {message!r}'
            )


@lru_cache(maxsize=8)
def compile_template(template: str) -> Template:
    """Compile a chat template in the sandbox; raises jinja2.TemplateError for a syntax error."""
    sandbox = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    sandbox.globals["raise_exception"] = raise_exception
    sandbox.globals["strftime_now"] = lambda form: datetime.now().strftime(form)
    sandbox.filters["tojson"] = to_json  # Jinja's own would escape the signs of HTML
    return sandbox.from_string(template)


def raise_exception(message: str) -> None:
    """What a template calls to refuse messages, for instance two user turns in a row."""
    raise TemplateError(message)


def to_json(value: Any, **options: Any) -> str:
    """The filter `tojson` of chat templates.

    >>> to_json({"é": "<"})
    '{"é": "<"}'
    """
    return json.dumps(value, **{"ensure_ascii": False, **options})


def hide_special(text: str, names: Iterable[str], mark: str) -> str:
    """Put `mark` into every special token's name in `text`, so that it is no such name any more.

    >>> hide_special("Hi<|end|>", ["<|end|>"], "~")
    'Hi<~|end|>'
    """
    for name in names:
        text = text.replace(name, name[0] + mark + name[1:])
    return text


class ChatTokenizer(BPETokenizer):
    """A BPE tokenizer with a chat template and the ids that begin (`bos_id`) and end (`eos_id`) a turn.

    >>> byte_tokens = [bytes([byte]) for byte in range(256)]
    >>> template = "{% for m in messages %}{{ m.content }}<end>{% endfor %}"
    >>> special = {"<end>": 256}
    >>> chat = ChatTokenizer(
    ...     [*byte_tokens, b"<end>"], [], special_tokens=special, chat_template=template, bos_id=256, eos_id=256
    ... )
    >>> chat.chat_ids([{"role": "user", "content": "A"}])
    [65, 256]
    """

    KIND = "byte-level BPE for chat"
    FIELDS = (*BPETokenizer.FIELDS, "chat_template", "bos_id", "eos_id")

    def __init__(self, *args: Any, chat_template: str, bos_id: int, eos_id: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self.chat_template, self.bos_id, self.eos_id = chat_template, bos_id, eos_id

    def chat_prompt(self, messages: Messages, add_generation_prompt: bool = True) -> str:
        """The messages as one text. To get ids use `chat_ids`, which keeps special tokens out of users' hands."""
        return render_chat(
            self.chat_template,
            messages,
            add_generation_prompt=add_generation_prompt,
            bos_token=self.decode([self.bos_id]),
            eos_token=self.decode([self.eos_id]),
        )

    def chat_ids(
        self, messages: Messages, add_generation_prompt: bool = True, *, errors: Literal["strict", "ignore"] = "strict"
    ) -> list[int]:
        """The messages as ids: special tokens come from the template only, never from what a message says.

        Encoding `chat_prompt` with allowed_special="all" gives the same ids unless a message holds the name of a
        special token; then that would let its author end their turn. Here such a name stays plain text.
        errors: as in `encode`.
        """
        check_messages(messages)
        names = list(self.special_tokens)
        used = {*self.chat_template, *(character for m in messages for text in m.values() for character in text)}
        mark = next(chr(code) for code in range(0xE000, 0xF900) if chr(code) not in used)  # for private use
        hidden = [{key: hide_special(text, names, mark) for key, text in message.items()} for message in messages]
        ids: list[int] = []
        for piece in split_special(self.chat_prompt(hidden, add_generation_prompt), names):
            if piece in self.special_tokens:
                ids.append(self.special_tokens[piece])
            else:
                ids.extend(self.encode(piece.replace(mark, ""), errors=errors))
        return ids

    def _content(self) -> dict[str, Any]:
        own = {"chat_template": self.chat_template, "bos_id": self.bos_id, "eos_id": self.eos_id}
        return super()._content() | own

    @classmethod
    def _from_content(cls, content: dict[str, Any], **extra: Any) -> "ChatTokenizer":
        own = {name: content[name] for name in ("chat_template", "bos_id", "eos_id")}
        return super()._from_content(content, **own, **extra)
