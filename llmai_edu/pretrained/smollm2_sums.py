"""LoRA's thin matrices that make SmolLM2 better at sums: what GRPO with a checkable reward gave in a minute of a GPU.

`benchmarks/record_preferences.py grpo --worth right --rate 1e-4` trained them, 42 steps; lesson 21 tells of it. They
are in `peft`'s layout, in bfloat16, 4.9 MB. `llmai_edu.finetuning.load_adapter` puts them beside SmolLM2's matrices.
"""

from pathlib import Path

from llmai_edu.pretrained.packaged import checked_file

__all__ = ["smollm2_sums_folder"]

SHA256 = {
    "smollm2_sums/adapter_config.json": "b9459f742923b77d68f6a7e607e14f37ab218c95eb1b01ad22f70463f5890a74",
    "smollm2_sums/adapter_model.safetensors": "1dcee892c3e60d8a9b29726bd98de2b3e6991b8775ea034dc7ddb063322db911",
}


def smollm2_sums_folder() -> Path:
    """The folder of the adapter. Raises DataError when one of its files is missing or is not the recorded one.

    >>> sorted(path.name for path in smollm2_sums_folder().iterdir())
    ['adapter_config.json', 'adapter_model.safetensors']
    """
    for name, sha256 in SHA256.items():
        path = checked_file(name, sha256)
    return path.parent
