"""What tests of several rooms share."""

import pytest


@pytest.fixture(scope="session")
def device():
    """Where the tests of models run: the GPU if there is one, else the CPU."""
    import torch  # here, because most rooms are tested without it

    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
