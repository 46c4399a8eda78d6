"""Benchmarks: one module each with `HELP`, `add_arguments` and `run`, one report for all. Run by `bench.py`."""
