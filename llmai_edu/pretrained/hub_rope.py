"""How a `config.json` of the hub tells the speed of rotary positions, in its two spellings."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from llmai_edu.models.rope_scaling import LinearScaling, Llama3Scaling

__all__ = ["read_rope", "rope_entries"]

SCALINGS = {"linear": LinearScaling, "llama3": Llama3Scaling}


def read_rope(about: Mapping[str, Any]) -> tuple[float, LinearScaling | Llama3Scaling | None]:
    """The base theta, and how positions are scaled.

    Transformers 5 writes one entry, `rope_parameters`; older files have `rope_theta`, and `rope_scaling` where there
    is one. Raises ValueError for a scaling that we do not know, or whose numbers are incomplete or make no sense.

    >>> read_rope({"rope_theta": 500.0, "rope_scaling": {"type": "linear", "factor": 2.0}})
    (500.0, LinearScaling(factor=2.0))
    >>> read_rope({"rope_parameters": {"rope_type": "default", "rope_theta": 500.0}})
    (500.0, None)
    """
    rope = about.get("rope_scaling") or about.get("rope_parameters") or {}
    theta = rope.get("rope_theta", about.get("rope_theta", 10_000.0))
    share = rope.get("partial_rotary_factor", about.get("partial_rotary_factor", 1.0))
    if share != 1:
        raise ValueError(f"it turns a share of {share} of the channels; ours turn all of them")
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind == "default":
        return theta, None
    if kind not in SCALINGS:
        raise ValueError(f"it scales its rotary positions by {kind!r}; we know {', '.join(SCALINGS)}")
    names = [field.name for field in fields(SCALINGS[kind])]
    numbers = {"original_max_position_embeddings": about.get("max_position_embeddings")} | dict(rope)
    if missing := [name for name in names if numbers.get(name) is None]:
        raise ValueError(f"its scaling {kind!r} says nothing about {', '.join(missing)}")
    return theta, SCALINGS[kind](**{name: numbers[name] for name in names})


def rope_entries(theta: float, scaling: object) -> dict[str, Any]:
    """The same in the older spelling, which every version of transformers reads.

    Raises ValueError for a scaling that has no name on the hub.

    >>> rope_entries(500.0, LinearScaling(2.0))
    {'rope_theta': 500.0, 'rope_scaling': {'rope_type': 'linear', 'factor': 2.0}}
    """
    if scaling is None:
        return {"rope_theta": theta, "rope_scaling": None}
    for kind, known in SCALINGS.items():
        if type(scaling) is known:
            return {"rope_theta": theta, "rope_scaling": {"rope_type": kind} | asdict(scaling)}
    raise ValueError(f"the hub has no name for the scaling {scaling!r}; it knows {', '.join(SCALINGS)}")
