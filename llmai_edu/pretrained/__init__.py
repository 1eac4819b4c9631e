"""Real weights, loaded into the models of this course."""

from llmai_edu.pretrained.smollm2 import load_smollm2

__all__ = ["load_smollm2"]
