# Tandem. `make help` lists what there is to do.
SHELL      := /bin/bash
GO         ?= go
CACHE      ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/tandem
TOOLS      := $(CACHE)/tools
LINT       := $(TOOLS)/golangci-lint-2.15.0
NFPM       := $(TOOLS)/nfpm-2.43.4
VULNCHECK  := $(TOOLS)/govulncheck-1.9.0
S3SERVER   := $(TOOLS)/versitygw-1.8.0
AXE        := $(TOOLS)/axe-core-4.14.1.min.js
VERSION    ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
COMMIT     ?= $(shell git rev-parse HEAD 2>/dev/null)
TESTFLAGS  ?=
export CGO_ENABLED ?= 0

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## the static binary, bin/tandem
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)" -o bin/tandem ./cmd/tandem

.PHONY: demo
demo: build ## both systems, a catalogue and the daemon on this machine; says what to try
	bin/tandem demo

.PHONY: check
check: format vet lint vuln test sim examples deb ## what CI runs: format, vet, lint, known vulnerabilities, tests with the race detector, simulation, examples, package

.PHONY: format
format: $(LINT)
	@$(LINT) fmt --diff

.PHONY: vet
vet:
	$(GO) vet ./...

.PHONY: lint
lint: $(LINT)
	$(LINT) run ./...

# Where the tools or the database cannot be had, it says so and goes on.
.PHONY: vuln
vuln: ## known vulnerabilities of dependencies that the program can reach, without network once it has the database
	@[ -x $(VULNCHECK) ] || { mkdir -p $(TOOLS); GOBIN=$(TOOLS)/tmp-vuln CGO_ENABLED=0 $(GO) install golang.org/x/vuln/cmd/govulncheck@v1.9.0 && \
	  mv $(TOOLS)/tmp-vuln/govulncheck $(VULNCHECK); } || true
	@.ci/vuln $(VULNCHECK)

.PHONY: test
test: export TANDEM_TEST_VERSITYGW := $(S3SERVER)
test: export TANDEM_TEST_AXE := $(AXE)
test: $(S3SERVER) $(AXE) ## all tests, with the race detector where there is a C compiler
	@if command -v $${CC:-cc} >/dev/null; then \
	  CGO_ENABLED=1 $(GO) test -race -timeout 60m $(TESTFLAGS) ./...; \
	else \
	  echo "make test: no C compiler, so without the race detector; to have it: apt-get install gcc libc6-dev"; \
	  $(GO) test -timeout 60m $(TESTFLAGS) ./...; \
	fi

.PHONY: browser
browser: export TANDEM_TEST_AXE := $(AXE)
browser: $(AXE) ## the dashboard in a real Chromium; SHOTS=DIR keeps pictures of all pages there
	TANDEM_TEST_BROWSER=1 $(GO) test -count=1 ./cmd/internal/browser -v $(if $(SHOTS),-shots $(abspath $(SHOTS)))

.PHONY: whole
whole: export TANDEM_TEST_VERSITYGW := $(S3SERVER)
whole: $(S3SERVER) ## the whole real catalogue through Odoo into a second Products Manager; see docs/testing.md
	TANDEM_TEST_WHOLE=1 $(GO) test -count=1 -timeout 60m ./cmd/internal/acceptance -run '^TestWhole$$' -v

SOAK ?= 5m
.PHONY: soak
soak: ## a day of everything in fast forward, SOAK=5m: what the daemon takes must not grow; see docs/testing.md
	TANDEM_TEST_SOAK=$(SOAK) $(GO) test -count=1 -timeout 90m ./cmd/internal/acceptance -run '^TestSoak$$' -v

SEEDS ?= 2000
FIRST ?= 1
FAMILIES ?= 20
COMPUTED ?= 40
.PHONY: sim
sim: ## the simulation: SEEDS=2000 worlds from FIRST=1 on, FAMILIES=20 with families, COMPUTED=40 with computed fields
	$(GO) test -count=1 -timeout 120m ./pipeline/engine/simulation -run 'TestSimulation|TestFamilies|TestComputed' -v \
	  -seeds $(SEEDS) -first $(FIRST) -families $(FAMILIES) -computed $(COMPUTED)

.PHONY: examples
examples: build ## validates every example, and runs its tests
	bin/tandem fmt --check --diff $$(dirname examples/*/*.hcl | sort -u)
	@for d in $$(dirname examples/*/*.hcl | sort -u); do echo "validate $$d"; \
	  set -a; [ ! -f $$d/example.env ] || . ./$$d/example.env; set +a; \
	  files=$$(find $$d -name '*.vars.hcl'); \
	  for f in $${files:-none}; do \
	    v=$$([ $$f = none ] || echo -var-file $$f); \
	    bin/tandem validate -c $$d $$v || exit 1; \
	    [ -z "$$(find $$d -name '*.test.hcl')" ] || bin/tandem test -c $$d $$v || exit 1; done; done

ARCH ?= $(shell $(GO) env GOARCH)
.PHONY: deb
deb: export GOARCH := $(ARCH)
deb: build $(NFPM) ## the package for Debian and Ubuntu, in dist; ARCH=arm64 for another machine
	NFPM=$(NFPM) packaging/deb.sh $(VERSION) $(ARCH)

.PHONY: bench
bench: ## benchmarks: idle cycles, full passes, memory, first load; ratios within one run
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./cmd/internal/bench/...

.PHONY: fuzz
fuzz: ## each fuzz test for 30 seconds
	@grep -rl '^func Fuzz' --include='*_test.go' . | while read -r f; do \
	  for t in $$(grep -o '^func Fuzz[A-Za-z0-9_]*' $$f | sed 's/^func //'); do \
	    echo "$$f $$t"; $(GO) test -run '^$$' -fuzz "^$$t$$" -fuzztime 30s ./$$(dirname $$f) || exit 1; done; done

$(LINT):
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS)/tmp CGO_ENABLED=0 $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	@mv $(TOOLS)/tmp/golangci-lint $@

$(NFPM):
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS)/tmp-nfpm CGO_ENABLED=0 $(GO) install github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.4
	@mv $(TOOLS)/tmp-nfpm/nfpm $@

# A real S3 server for the tests of the stores of images.
$(S3SERVER):
	@mkdir -p $(TOOLS)
	GOBIN=$(TOOLS)/tmp-s3 CGO_ENABLED=0 $(GO) install github.com/versity/versitygw/cmd/versitygw@v1.8.0
	@mv $(TOOLS)/tmp-s3/versitygw $@

# What finds the faults of pages for people who do not see or do not use a mouse: one file of an npm package.
$(AXE):
	@mkdir -p $(TOOLS)
	curl --fail --silent --show-error --location --retry 3 --proto '=https' \
	  https://registry.npmjs.org/axe-core/-/axe-core-4.14.1.tgz -o $@.tgz
	@echo "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745  $@.tgz" | sha256sum --check --quiet
	@tar -xzf $@.tgz -O package/axe.min.js > $@.new && rm $@.tgz && mv $@.new $@

.PHONY: clean
clean: ## what the build made
	rm -rf bin dist
