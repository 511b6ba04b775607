"""Oversmith: generative over-sampling for class-imbalanced data."""
