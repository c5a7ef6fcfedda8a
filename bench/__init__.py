"""Benchmarks: Karavan beside plain references, in one run, as ratios. `bin/bench` starts them; nothing here is a test."""
