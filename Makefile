# make help lists the targets.
GO ?= go
export GOFLAGS := -buildvcs=false
TAGS := nodynamic
BIN := bin/anxin

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 18

.PHONY: build
build: ## bin/anxin and bin/anxin-verify
	@mkdir -p bin
	$(GO) build -tags $(TAGS) -trimpath -o bin/ ./cmd/...

.PHONY: run
run: build ## build and start on ./data (SQLite) with the demo loaded; prints the address and the log-ins
	$(BIN) demo --data data --listen 127.0.0.1:8080

.PHONY: test
test: ## everything, on both database engines and in Chromium; installs PostgreSQL, Chromium and fonts from Debian when missing
	@sh scripts/test-setup.sh
	@# The browser tests take longest and wait most: they go first, the others run beside them.
	ANXIN_REQUIRE_PG=1 ANXIN_REQUIRE_BROWSER=1 $(GO) test -tags $(TAGS) -timeout 15m ./internal/e2e ./...

.PHONY: check
check: format-check vet staticcheck generated test ## format, vet, staticcheck, rules, generated files, tests on both engines

.PHONY: format-check
format-check:
	@out=$$(gofmt -l $$(git ls-files '*.go' | grep -v _templ.go)); if [ -n "$$out" ]; then echo "not formatted (run gofmt -w):"; echo "$$out"; exit 1; fi

.PHONY: vet
vet: ## go vet
	$(GO) vet -tags $(TAGS) ./...

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
.PHONY: staticcheck
staticcheck: ## staticcheck at the pinned version
	$(GO) run $(STATICCHECK) -tags $(TAGS) ./...

VULNDB := https://vuln.go.dev
.PHONY: vuln
vuln: ## govulncheck; VULNDB=file:///folder takes a copy of the database instead of the network
	$(GO) run golang.org/x/vuln/cmd/govulncheck@v1.8.0 -db $(VULNDB) -tags $(TAGS) ./...

.PHONY: race
race: ## everything under the race detector (needs gcc), about 15 minutes; not the browser tests, whose server is a process of its own that the detector does not see
	CGO_ENABLED=1 ANXIN_REQUIRE_PG=1 $(GO) test -tags $(TAGS) -race -timeout 60m $$($(GO) list ./... | grep -v /internal/e2e)

.PHONY: generate
generate: ## templates, front-end bundle, charts, OpenAPI
	$(GO) generate -tags $(TAGS) ./...

.PHONY: generated
generated: ## generated files are up to date (each has a test; this runs only them)
	$(GO) test -tags $(TAGS) -run 'UpToDate' ./internal/...

.PHONY: bench
bench: ## the measured bars of the foundation; prints ratios
	sh scripts/bench.sh

.PHONY: oracle-provenance
oracle-provenance: ## labels and credentials beside independent programs; needs node, ffmpeg and exiftool (Debian: ffmpeg libimage-exiftool-perl)
	sh provenance/aigc/oracle/check.sh
	sh provenance/c2pa/oracle/check.sh

.PHONY: bench-region
bench-region: ## address resolution beside five peers from npm and PyPI; PEERS= leaves them out
	sh scripts/bench-region.sh

.PHONY: bench-dispatch
bench-dispatch: ## day planning beside VROOM, OR-Tools and PyVRP from PyPI, about eight hours, resumable; PEERS= leaves them out
	sh scripts/bench-dispatch.sh $(ARGS)
