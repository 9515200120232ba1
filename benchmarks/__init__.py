"""Benchmarks: rates and ratios, never a verdict; ``make bench`` runs them all."""
