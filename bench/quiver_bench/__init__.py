"""Measures vector indexes in PostgreSQL: bench/README.md says how, bench/run starts it."""
