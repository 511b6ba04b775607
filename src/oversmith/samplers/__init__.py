"""Samplers: one file per published method, one base class for all of them."""

from __future__ import annotations
