"""The one error of this room: a line that says what went wrong and what to do."""


class DataError(RuntimeError):
    """A data set cannot be had; the message is one line and says what to do.

    IPython asks an exception how it wants to be shown; this one shows its line without the traceback, since the
    fault lies with the network, the disk or the cache, and not in the learner's cell.

    >>> DataError("no network:\\n connect and try again")
    DataError('no network: connect and try again')
    """

    def __init__(self, message: str):
        super().__init__(" ".join(str(message).split()))

    def _render_traceback_(self) -> list[str]:
        return [f"DataError: {self}"]
