"""llmai_edu: the library behind a hands-on course on language models.

Every folder is one part of the course, every module one concept. Nothing heavy is imported here: `import llmai_edu`
takes milliseconds, and torch is loaded only by the modules that need it.
"""

__version__ = "0.1.0"
