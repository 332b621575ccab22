# Buildlens. `make demo` shows the main job, `make test` checks everything;
# both install or build what they lack. See README.md.

GO      ?= go
PREFIX  ?= $(HOME)/.local
OUT     := bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo v0.0.0-dev)
COMMIT  ?= $(shell git rev-parse HEAD 2>/dev/null)
LDFLAGS := -s -w -X main.version=$(VERSION) -X main.revision=$(COMMIT)
TESTENV := $(GO) run ./internal/testenv/cmd/testenv

.PHONY: all build embedded demo test test-go test-extension test-vscode cross lint bench fuzz generate install vsix clean help

all: build

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile

build: embedded ## The program, with the embedded builder's programs next to it
	@echo "building $(OUT)/buildlens"
	@CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(OUT)/buildlens ./server/buildlens

embedded: check-tools
	@$(TESTENV) embedded --out $(OUT)

demo: build ## The main job: see what is wrong, build, fail, land on the line
	@$(TESTENV) ensure demo
	@$(GO) run ./server/demo --binary $(OUT)/buildlens

test: build ## Everything: Go, the extension, VS Code, Neovim, cross-builds
	@$(TESTENV) ensure tests
	$(MAKE) test-go
	$(MAKE) cross
	$(MAKE) test-extension
	$(MAKE) test-vscode

test-go: ## The Go tests, with the race detector
	$(GO) vet ./...
	$(GO) test -race -timeout 30m ./...

cross: ## Build and vet for the other systems
	@for os in darwin windows; do \
	  echo "building for $$os"; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=arm64 $(GO) build -o /dev/null ./server/buildlens && \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=arm64 $(GO) vet ./server/... ./lsp/... ./buildengine/... ./drivers/... ./bake/... ./internal/workspace/... || exit 1; \
	done

extension/node_modules: extension/package-lock.json
	@echo "installing the extension's packages"
	@cd extension && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

test-extension: extension/node_modules ## The extension's own tests and lint
	cd extension && npm run lint && npm run build && npm test

vsix: build extension/node_modules ## The extension with its binaries, for this platform
	@mkdir -p extension/bin
	@cp $(OUT)/buildlens extension/bin/
	@for f in buildkitd runc rootlesskit; do if [ -f $(OUT)/$$f ]; then cp $(OUT)/$$f extension/bin/; fi; done
	cd extension && npm run package

test-vscode: vsix ## The extension in a real VS Code, in a real browser
	cd extension && npm run test:vscode

lint: ## golangci-lint, pinned in internal/tools
	$(GO) tool -modfile=internal/tools/go.mod golangci-lint run ./...

bench: build ## Go benchmarks and the language server over stdio, as one table
	@$(GO) run ./server/bench --binary $(OUT)/buildlens

fuzz: ## Every fuzz target for FUZZTIME (default 30s) each
	@internal/tools/fuzz.sh $${FUZZTIME:-30s}

generate: ## What is generated from Go types: settings, the protocol's mirror
	$(GO) generate ./...

install: vsix ## Into $(PREFIX)/bin, and the extension into the editors that are found
	@internal/tools/install.sh "$(PREFIX)" "$(OUT)"

check-tools:
	@internal/tools/check.sh

clean: ## What was built here; the tools in the user's cache stay
	rm -rf $(OUT) dist scratch extension/out extension/bin extension/*.vsix
