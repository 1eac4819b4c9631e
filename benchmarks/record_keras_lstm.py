"""Build lesson 08's small model in Keras 3 on its torch backend, and record what the lesson's aside says of it.

pip install -c constraints.txt -e ".[keras]"
KERAS_BACKEND=torch python -m benchmarks.record_keras_lstm
"""

from __future__ import annotations

import os

os.environ.setdefault("KERAS_BACKEND", "torch")  # read when keras is imported

import keras
import numpy as np
import torch
from keras import layers
from torch import nn

from benchmarks.common import save_result
from llmai_edu.evaluation import ladder_text

V, C, H, T, BATCHES = 256, 64, 128, 32, 200


def input_of_a_layer_never_called() -> str:
    """What Keras answers to somebody who asks a layer for its input before calling it."""
    try:
        return str(layers.Embedding(V, C).input)
    except AttributeError as error:
        return f"AttributeError: {error}"


def build() -> keras.Model:
    """The model as one writes it in Keras."""
    ids = keras.Input((None,), dtype="int32")
    states = layers.LSTM(H, return_sequences=True)(layers.Embedding(V, C)(ids))
    model = keras.Model(ids, layers.Dense(V)(states))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.Adam(3e-3), loss=loss)
    return model


def largest_difference_from_torch(lstm: layers.LSTM) -> float:
    """Copy Keras' weights, which are transposed, into torch's LSTM, and compare the states."""
    kernel, recurrent, bias = (torch.tensor(keras.ops.convert_to_numpy(w)) for w in lstm.weights)
    torchs = nn.LSTM(C, H, batch_first=True)
    torchs.load_state_dict(
        {
            "weight_ih_l0": kernel.T,
            "weight_hh_l0": recurrent.T,
            "bias_ih_l0": bias,
            "bias_hh_l0": torch.zeros_like(bias),
        }
    )
    x = torch.randn(4, 50, C, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        theirs = torch.as_tensor(keras.ops.convert_to_numpy(lstm(x)))
        return (torchs(x)[0] - theirs).abs().max().item()


def main() -> None:
    torch.set_num_threads(1)
    keras.utils.set_random_seed(0)
    data = np.frombuffer(ladder_text().train.encode(), np.uint8)[: 32 * BATCHES * T + 1].astype("int32")
    x, y = data[:-1].reshape(-1, T), data[1:].reshape(-1, T)
    model = build()
    fresh = layers.LSTM(H)
    fresh.build((None, None, C))
    history = model.fit(x, y, batch_size=32, verbose=0)
    result = {
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "input_before_call": input_of_a_layer_never_called(),
        "parameters": model.count_params(),
        "batches": BATCHES,
        "first_batches_mean_loss_nats": round(float(history.history["loss"][0]), 4),
        "largest_difference_from_torch": largest_difference_from_torch(model.layers[2]),
        "forget_bias_at_start": sorted(set(keras.ops.convert_to_numpy(fresh.weights[2])[H : 2 * H].tolist())),
    }
    print(result)
    save_result("keras_lstm", result)


if __name__ == "__main__":
    main()
