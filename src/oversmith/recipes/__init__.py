"""The mathematics of the methods, in JAX: networks, losses, schedules and the way rows are drawn, one family a file.

A sampler imports its recipe where a training or a draw starts, so that importing the package does not import JAX.
"""
