"""Feedback on answers, one module a lesson, called by name through `llmai_edu.course.check`."""
