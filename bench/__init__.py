"""Benchmarks of the hot paths. `make bench` prints each figure beside its limit or a peer measured in the same run."""
