"""Whole jobs: files of pictures to files of results."""
