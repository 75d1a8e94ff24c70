"""Jupyter kernels that start in no time: forks of one parent process that has imported everything once.

Jupyter finds them as the kernel `analytics`; docs/kernels.md draws how they come to be and end.
"""
