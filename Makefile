# Everything that is done often. "make help" lists it.

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0

.DEFAULT_GOAL := help
.PHONY: help test check format-check lint vuln unit build bench testbed fmt golden

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST) | while IFS=: read -r t d; do printf '  make %-14s%s\n' "$$t" "$$d"; done

test: ## start every service, then check and test everything; no test may be skipped
	@go run ./internal/testbed -- $(MAKE) --no-print-directory check

check: format-check lint vuln unit ## what "make test" does once the services run

format-check: ## fail if a file is not formatted
	@files=$$(gofmt -l .); test -z "$$files" || { echo "gofmt -l:"; echo "$$files"; exit 1; }

lint: ## go vet and staticcheck
	go vet ./...
	go run $(STATICCHECK) ./...

vuln: ## govulncheck, where its database can be reached
	@go run ./internal/testbed/vuln $(GOVULNCHECK)

# SQLite is C code turned into Go. It locks as it did in C, and watching each access of it makes the suite twice as slow.
unit: ## all tests with the race detector, in random order; fails if one is skipped
	go run ./internal/testbed/noskip -race -gcflags='modernc.org/...=-race=false' -shuffle=on -p 2 -timeout 20m ./...

build: ## bin/assent
	go build -trimpath -o bin/assent ./cmd/assent

bench: ## all benchmarks; FOR=1s, PKG=./..., RUN=. choose
	go test -run '^$$' -bench '$(or $(RUN),.)' -benchtime $(or $(FOR),1s) -benchmem $(or $(PKG),./...)

testbed: ## start every service and print their addresses; Ctrl-C stops them
	@go run ./internal/testbed -keep

fmt: ## format all files
	gofmt -w .

golden: ## rewrite the expected outputs that golden tests compare with
	go test $$(grep -rlE 'flag\.Bool\("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -update
