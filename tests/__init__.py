"""All tests; run by folder: unit, engine, api, apps, e2e, perf."""
