"""The benchmarks themselves are right."""
