"""Measures vector indexes in PostgreSQL: bench/README.md says how, bench/run starts it."""
import os

# The repository.
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
