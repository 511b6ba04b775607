"""The documents' experiments, rebuilt: published numbers and ours side by side."""
