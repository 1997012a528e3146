.PHONY: test race lint fmt tidy bench fuzz long ci

LINT = .cache/bin/golangci-lint
MODULES = $(dir $(shell git ls-files --cached --others --exclude-standard -- go.mod '*/go.mod'))

test:
	go test ./...

race:
	go test -race -shuffle=on -count=1 ./...

lint:
	cd tools && GOWORK=off go build -ldflags='-s -w' -o ../.cache/bin/ tool
	GOWORK=off $(LINT) run

fmt: # and the other fixes that a linter can make by itself
	cd tools && GOWORK=off go build -ldflags='-s -w' -o ../.cache/bin/ tool
	GOWORK=off $(LINT) run --fix

tidy:
	for dir in $(MODULES); do (cd $$dir && GOWORK=off go mod tidy) || exit 1; done

bench:
	go test -run='^$$' -bench=. -benchmem ./...

FUZZTIME = 10s
fuzz: # go test fuzzes one target of one package at a time
	grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -rn1 dirname | sort -u | while read -r dir; do \
		go test -list '^Fuzz' $$dir | grep '^Fuzz' | while read -r name; do \
			go test -run='^$$' -fuzz="^$$name\$$" -fuzztime=$(FUZZTIME) $$dir || exit 1; \
		done || exit 1; \
	done

long: # full simulations, kill rounds and soaks; the tests that have a long form look for this variable
	MAKEREADY_LONG=1 go test -count=1 -timeout=12h ./...

ci:
	bash .ci/run
