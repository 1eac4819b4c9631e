"""Checks for the exercises to lesson 08, `lstm`."""

import numpy as np
import torch
from torch import nn

from llmai_edu.course.exercise import exercise
from llmai_edu.course.expect import expect, expect_close, expect_shape, refuse


def _generator(rng):
    return torch.Generator().manual_seed(int(rng.integers(2**31)))


class _TinyLM(nn.Module):
    """A model that depends strongly on its state; it refuses to read nothing, and counts what it has read."""

    def __init__(self, vocab, generator):
        super().__init__()
        self.lstm, self.read = nn.LSTM(3, 6, batch_first=True), []
        self.table = torch.randn(vocab, 3, generator=generator)
        self.head = 2 * torch.randn(vocab, 6, generator=generator)
        for weight in self.lstm.parameters():
            nn.init.normal_(weight, generator=generator)

    @torch.no_grad()
    def forward(self, ids, state=None):
        if not ids.shape[-1]:
            refuse("a piece of one id leaves nothing to read: move the whole text by one first, then cut")
        self.read.append(ids.shape[1])
        states, state = self.lstm(self.table[ids], state)
        return states @ self.head.T, state


def _nats(model, text, moved=1, steps=None, keep=True, scramble=False, cross=False):
    """-ln p summed, and how many: the whole text in one piece, or with one of the faults."""
    inputs, targets = text[:, : text.shape[1] - moved], text[:, moved:]
    total, count, state = 0.0, 0, None
    for x, y in zip(inputs.split(steps or inputs.shape[1], 1), targets.split(steps or inputs.shape[1], 1)):
        logits, new = model(x, state)
        state = new if keep else None
        if scramble:
            logits = logits.reshape(len(x), -1, x.shape[1]).transpose(1, 2)
        if cross:  # flattened step by step, against targets flattened row by row
            logits = logits.transpose(0, 1).reshape(logits.shape)
        found = -logits.log_softmax(2).gather(2, y[:, :, None])[:, :, 0]  # (B, t)
        total, count = total + found.double().sum().item(), count + found.numel()
    return total, count


def _mean(model, text, **faults):
    total, count = _nats(model, text, **faults)
    return total / count


def _seam_pieces(model, text, steps, keep):
    """Targets moved within each piece, so that the first id of every later piece is never predicted."""
    total, count, state = 0.0, 0, None
    for piece in text.split(steps, 1):
        logits, new = model(piece, state)
        state = new if keep else None
        found = -logits[:, :-1].log_softmax(2).gather(2, piece[:, 1:, None])
        total, count = total + found.double().sum().item(), count + found.numel()
    return total, count


def _stream_suspects(model, text, steps):
    """What each fault of the broken program gives, and some together."""
    rows, length = text.shape
    right = _nats(model, text)[0]
    seam, seam_count = _seam_pieces(model, text, steps, keep=True)
    seam_reset, seam_reset_count = _seam_pieces(model, text, steps, keep=False)
    return {
        "the state is thrown away: each piece begins as if nothing had come before it": _mean(
            model, text, steps=steps, keep=False
        ),
        "`reshape` and `view` do not swap dimensions, they cut the same numbers up anew: use transpose": _mean(
            model, text, steps=steps, scramble=True
        ),
        "logits and targets are flattened in different orders: the rows of one meet the steps of the other": _mean(
            model, text, steps=steps, cross=True
        ),
        "the targets are not moved: the model is asked for the id that it has just read": _mean(
            model, text, moved=0, steps=steps
        ),
        "this is the broken program, with all three faults in it": _nats(
            model, text, moved=0, steps=steps, keep=False, scramble=True
        )[0]
        / text.numel(),
        "the targets are moved, and the state is thrown away and the logits are scrambled still": _mean(
            model, text, steps=steps, keep=False, scramble=True
        ),
        "the first id of every piece but the first is never predicted: move the whole text by one, then cut": seam
        / seam_count,
        "the state is thrown away, and the first id of each piece is never predicted": seam_reset / seam_reset_count,
        "divide by the number of predictions, which is one less than there are ids in a row": right / text.numel(),
        "there is one prediction less for EACH text: B · (N − 1)": right / (text.numel() - 1),
        "the mean is over rows and steps; you divided by the steps alone": right / (length - 1),
        "the mean is over rows and steps; you divided by the rows alone": right / rows,
        "the sum is right; now divide by the number of predictions": right,
        "these are bits; nats are asked for": right / (rows * (length - 1)) / np.log(2),
        "the sign is wrong: the loss is minus the logarithm": -right / (rows * (length - 1)),
    }


@exercise(points=3, minutes=25, difficulty=3)
def stream_loss(answer, rng):
    for rows, length, steps in ((2, 13, 4), (3, 16, 5)):
        generator = _generator(rng)
        model = _TinyLM(9, generator)
        text = torch.randint(9, (rows, length), generator=generator)
        suspects = _stream_suspects(model, text, steps)
        want = _mean(model, text)
        expect_close(
            answer(model, text, steps),
            want,
            "this is not the mean loss of all ids but the first, each given all before it",
            suspects=suspects,
            rtol=1e-4,
            on=f"{rows} texts of {length} ids, steps = {steps}",
        )


@stream_loss.part(points=2)
def stream_loss_at_the_seams(answer, rng):
    generator = _generator(rng)
    text = torch.randint(9, (2, 12), generator=generator)
    model = _TinyLM(9, generator)
    want = _mean(model, text)
    # 11 predictions: pieces of 2 or 5 leave one of 1, pieces of 4 one of 3; and a piece may be longer than the text.
    for steps in (2, 4, 5, 11, 40):
        model.read.clear()
        got = answer(model, text, steps)
        expect(
            max(model.read, default=0) <= steps,
            "no more than `steps` ids may be read at once: the text may be too long for the memory",
            got=max(model.read, default=0),
            want=f"at most {steps}",
        )
        expect_close(
            got,
            want,
            "the result must not depend on how the text is cut",
            suspects={
                "a shorter last piece must not count as much as a full one: add up all, then divide": _unweighted(
                    model, text, steps
                ),
                "the last piece is shorter than the others, and yet it has to be read": _full_pieces(
                    model, text, steps
                ),
                **_stream_suspects(model, text, steps),
            },
            rtol=1e-4,
            on=f"2 texts of 12 ids, steps = {steps}",
        )


def _unweighted(model, text, steps):
    """The mean of the pieces' means."""
    means, state = [], None
    for x, y in zip(text[:, :-1].split(steps, 1), text[:, 1:].split(steps, 1)):
        logits, state = model(x, state)
        means.append(-logits.log_softmax(2).gather(2, y[:, :, None]).double().mean().item())
    return float(np.mean(means))


def _full_pieces(model, text, steps):
    """The mean over full pieces alone."""
    full = (text.shape[1] - 1) // steps * steps
    return _mean(model, text[:, : full + 1], steps=steps) if full else float("nan")


@exercise(points=4, minutes=10, difficulty=1)
def gru_step(answer, rng):
    for rows, channels, hidden in ((1, 2, 3), (4, 3, 5)):
        generator = _generator(rng)
        cell = nn.GRUCell(channels, hidden)
        for weight in cell.parameters():
            nn.init.normal_(weight, generator=generator)
        x, h = torch.randn(rows, channels, generator=generator), torch.randn(rows, hidden, generator=generator)
        with torch.no_grad():
            from_x = x @ cell.weight_ih.T + cell.bias_ih
            from_h = h @ cell.weight_hh.T + cell.bias_hh
            want = cell(x, h)
        got = answer(from_x, from_h, h)
        expect_shape(got, (rows, hidden))
        expect_close(
            got,
            want,
            "this is not the state that torch's nn.GRUCell gives",
            suspects=_gru_suspects(from_x, from_h, h),
            rtol=1e-4,
            atol=1e-5,
        )


def _gru_suspects(from_x, from_h, h):
    (r_x, z_x, n_x), (r_h, z_h, n_h) = from_x.chunk(3, 1), from_h.chunk(3, 1)
    r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
    n = (n_x + r * n_h).tanh()
    swapped = (n_x + z * n_h).tanh()
    return {
        "z is the share of the OLD state that stays; you gave it to the new content": z * n + (1 - z) * h,
        "r belongs to what comes from the state alone; it must not touch what comes from x": (1 - z)
        * (r * (n_x + n_h)).tanh()
        + z * h,
        "r and z are swapped: the first third of the columns is r": (1 - r) * swapped + r * h,
        "r is missing: it weighs what the new content sees of the old state": (1 - z) * (n_x + n_h).tanh() + z * h,
        "the new content goes through tanh, which may be negative; a sigmoid is for gates": (1 - z)
        * (n_x + r * n_h).sigmoid()
        + z * h,
        "the new content went through no tanh": (1 - z) * (n_x + r * n_h) + z * h,
        "r multiplies what comes from the state, U h + c; you multiplied h itself": (1 - z) * (n_x + r * h).tanh()
        + z * h,
        "z and 1 - z share the new state between them; the old state came in whole": (1 - z) * n + h,
        "the old state is missing: z of it stays": (1 - z) * n,
        "this adds the new content whole, as if it were the memory of an LSTM": n + z * h,
        "the state that the gates are applied to is h, not U h + c": (1 - z) * n + z * n_h,
    }


def _count(vocab, channels, hidden, tied):
    """What torch itself counts: the parameters of such layers."""
    parts = [nn.Embedding(vocab, channels), nn.LSTM(channels, hidden)]
    parts += [nn.Linear(hidden, channels, bias=False)] if hidden != channels else []
    parts += [] if tied else [nn.Linear(channels, vocab, bias=False)]
    return sum(p.numel() for part in parts for p in part.parameters()) + vocab


def _file_suspects(vocab, channels, hidden, tied, size):
    right, table, other = _count(vocab, channels, hidden, tied), vocab * channels, channels * hidden
    lstm = 4 * (hidden * channels + hidden * hidden + 2 * hidden)
    project = other if hidden != channels else 0
    wrong = {
        "these are weights; the bytes are asked for": right / size,
        "a weight takes `bytes_per_weight` bytes, and not always 2": right * 2 / size,
        "a weight takes `bytes_per_weight` bytes, and not always 4": right * 4 / size,
        "torch keeps two biases for each gate": right - 4 * hidden,
        "there is a matrix for the input AND one for the state in each gate": right - 4 * hidden * hidden,
        "the LSTM has four gates; you counted one": right - 3 * lstm / 4,
        "the LSTM has four gates; you counted three": right - lstm / 4,
        "the projection has no bias": right + channels,
        "the biases of the V tokens are missing": right - vocab,
        "tied, the head has no table of its own: it uses that of the embedding": right + (table if tied else 0),
        "untied, the head has a second table, as large as the first": right - (0 if tied else table),
        "untied, the head reads vectors of C numbers, which come from the projection; it is V x C": right
        + (0 if tied else vocab * hidden - table),
    }
    if project:
        wrong["the projection is missing: a state of H numbers must be brought to C"] = right - project
    else:
        wrong["where H is C there is no projection"] = right + other
    return {message: (value * size) for message, value in wrong.items() if value != right}


@exercise(points=3, minutes=10, difficulty=1)
def file_bytes(answer, rng):
    for tied, size in ((True, 4), (False, 1)):
        vocab, channels = int(rng.integers(50, 90)), int(rng.integers(5, 9))
        hidden = int(rng.integers(11, 19))
        _expect_bytes(answer, vocab, channels, hidden, tied, size)


@file_bytes.part(points=1)
def file_bytes_without_a_matrix(answer, rng):
    for tied in (True, False):
        vocab, channels = int(rng.integers(50, 90)), int(rng.integers(5, 19))
        _expect_bytes(answer, vocab, channels, channels, tied, 2)


def _expect_bytes(answer, vocab, channels, hidden, tied, size):
    suspects = _file_suspects(vocab, channels, hidden, tied, size)
    message = "this is not what the weights take"
    expect_close(
        answer(vocab, channels, hidden, tied, size),
        _count(vocab, channels, hidden, tied) * size,
        message,
        suspects=suspects,
    )
