"""Benchmarks: ratios against peers and figures of the app. Never run by the tests."""
