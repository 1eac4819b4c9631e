import hashlib

import numpy as np
import pytest

from llmai_edu.tokenizers.reference import gpt2_reference

pytestmark = pytest.mark.data


def test_recorded_hash_is_that_of_tiktoken_itself(tiktoken_gpt2, speeches):
    ids = np.concatenate([np.array(tiktoken_gpt2.encode_ordinary(text), dtype="<u2") for text in speeches])
    reference = gpt2_reference()
    assert len(ids) == reference["tokens"]
    assert hashlib.sha256(ids.tobytes()).hexdigest() == reference["sha256"]
