"""Compression: the same model in fewer bytes."""
