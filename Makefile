# The few things one does with this repository. Each is a script in scripts/, told there.
.PHONY: help run model check test openapi bench sim provider-contract payments-second-opinion clean
.NOTPARALLEL:
SHELL := /bin/bash

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 34

run: ## build what is not built yet and start Ampere here (MODEL=no: without the local model)
	@exec scripts/run

model: ## fetch the local model's weights and build its worker
	@exec scripts/model

check: ## format, clippy, tidy, openapi.json, types, lint: under a minute when warm
	@exec scripts/check

test: ## everything, from a clean clone too: check, Rust, local model, web, browser
	@exec scripts/test

openapi: ## write openapi.json anew from the code
	@exec scripts/openapi

bench: ## measure; the figures are this machine's
	@cargo run --release --locked -p ampere-bench

sim: ## the property and simulation tests, 100 times larger (AMPERE_SIM=100)
	@exec scripts/sim

provider-contract: ## the Model contract against llama.cpp's server (optional; builds it once)
	@exec scripts/provider-contract

payments-second-opinion: ## the Stripe client against localstripe, by others (optional)
	@exec scripts/payments-second-opinion

clean: ## remove what was built; data/ is never touched
	cargo clean --quiet
	rm -rf crates/local-model/target web/dist web/src/api/gen web/node_modules e2e/node_modules
