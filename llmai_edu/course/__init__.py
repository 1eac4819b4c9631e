"""The course around the library: the map of lessons, the exercises' feedback, and a learner's progress."""

from llmai_edu.course.check import check
from llmai_edu.course.expect import CheckFailed
from llmai_edu.course.lessons import LESSONS, Lesson, lesson
from llmai_edu.course.progress import progress_table

__all__ = [
    "LESSONS",
    "CheckFailed",
    "Lesson",
    "check",
    "lesson",
    "progress_table",
]
