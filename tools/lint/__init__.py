"""The project's own lints: conventions that no ready-made tool knows.

Each rule is a module with a ``RULE``, listed in ``registry``; ``python -m tools.lint`` runs them
all. A comment ``lint: allow <code>: <reason>``, on the line or alone above it, excuses a finding
where a person would agree; one that excuses nothing, or gives no reason, is itself a finding.
Samples that pass and fail stand in ``samples/<code>/``.
"""
