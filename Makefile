.PHONY: demo test check bench soak help
PYTHON ?= python3

demo: ## run the product with the demo company (PORT, ORDERLOOM_DATA)
	@$(PYTHON) run.py demo

test: ## every check
	@$(PYTHON) run.py test

check: ## the quick subset
	@$(PYTHON) run.py check

bench: ## benchmarks
	@$(PYTHON) run.py bench

soak: ## large counts (ORDERLOOM_SOAK)
	@$(PYTHON) run.py soak

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'
