"""Real weights, loaded into the models of this course."""

from llmai_edu.pretrained.course_lstm import load_course_lstm
from llmai_edu.pretrained.reference import smollm2_reference
from llmai_edu.pretrained.smollm2 import load_smollm2

__all__ = ["load_course_lstm", "load_smollm2", "smollm2_reference"]
