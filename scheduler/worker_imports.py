"""Imported by the process from which workers are forked: what it has read, no worker has to read."""

from __future__ import annotations

import gc

from scheduler.kernels.iri_grammar import put_off_iri_grammar

# Nearly all that is imported stays, so the collector would look through it in vain, and again in each worker.
gc.disable()
put_off_iri_grammar()

import scheduler.worker  # noqa: E402, F401

gc.freeze()
gc.enable()
