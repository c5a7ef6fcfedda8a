"""Benchmarks: Karavan beside plain references, in one run, as ratios. `bin/bench` starts them; none is a test."""
