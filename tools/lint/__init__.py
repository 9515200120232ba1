"""The project's own lints: conventions that no ready-made tool knows.

Each rule is a module with a ``RULE``; ``python -m tools.lint`` runs them all. A line may carry
``# lint: allow <code>: <reason>`` where a person would agree; one that excuses nothing is itself
reported.
"""
