"""What tests of several rooms share."""

import pytest


@pytest.fixture(scope="session")
def device():
    """Where the tests of models run: the GPU if there is one, else the CPU."""
    import torch  # here, because most rooms are tested without it

    if not torch.cuda.is_available():
        return torch.device("cpu")
    # By default cuDNN rounds float32 to TF32, 10 bits, in convolutions and recurrences: no oracle is met to 1e-5 then.
    torch.backends.cudnn.conv.fp32_precision = torch.backends.cudnn.rnn.fp32_precision = "ieee"
    return torch.device("cuda")
