# The commands of the project; see README.md for using it, CONTRIBUTING.md for working on it.

PREFIX ?= /usr/local
DESTDIR ?=

# The command is linked statically, so that it runs where there is no Swift; the tests are not. Each has a folder of its
# own, or each build would undo the other.
STATIC = --scratch-path .build/static
# What reports call the build: nothing in a source tarball, + where the tree has been changed since.
COMMIT = $(shell [ -e .git ] && git describe --always --abbrev=12 --dirty=+ 2>/dev/null)
SWIFT_BUILD = U2CL_COMMIT=$(COMMIT) swift build $(STATIC) -c release --explicit-target-dependency-import-check error
U2CL = .build/static/release/u2cl
SWIFT_FILES = Package.swift Kernels Sources Tests Server/Package.swift Server/Sources Server/Tests

.PHONY: demo build serve test format lint bench bench-peers docs clean install

## demo: build u2cl and cut out the subject of a picture
demo: build
	mkdir -p demo-output
	$(U2CL) run Examples/demo.jpg -o demo-output/demo.mask.png
	@ls -l demo-output

## build: the command, as one file that needs no Swift where it runs
build:
	scripts/install-dependencies
	$(SWIFT_BUILD) --product u2cl --static-swift-stdlib

## serve: build the server and run it; ARGUMENTS="--port 8080" for another port
serve:
	scripts/install-dependencies
	U2CL_COMMIT=$(COMMIT) swift build --package-path Server -c release --product u2cl-serve --static-swift-stdlib
	Server/.build/release/u2cl-serve $(ARGUMENTS)

## test: everything, on every OpenCL implementation that is there
test:
	scripts/install-dependencies --tests
	scripts/test

## format: rewrite the sources in the project's format
format:
	swift format -i -r $(SWIFT_FILES)

## lint: the format, documentation comments, line length, imports, links, and what some vendor's OpenCL compiler refuses
lint:
	swift format lint --strict -r $(SWIFT_FILES)
	scripts/check-line-length --self-test && scripts/check-line-length
	scripts/check-imports --self-test && scripts/check-imports
	scripts/check-links --self-test && scripts/check-links
	scripts/lint-kernels --self-test && scripts/lint-kernels

## bench: how fast this machine is
bench: build
	$(U2CL) bench

## bench-peers: u2cl and other engines in turn on this processor; ARGUMENTS="--quick" to see that it works
bench-peers: build
	python3 -m benchmarks.peers.setup
	.venv/peers/bin/python -m benchmarks peers $(ARGUMENTS)

## docs: a page for every public symbol of U2Net and of the modules that U2Net re-exports, in .build/documentation
docs:
	scripts/install-dependencies
	scripts/document

## clean: remove what was built
clean:
	swift package clean
	rm -rf demo-output

## install: put the command under PREFIX, and compile the models' programs for the user who installs
install: build
	install -D -m 755 $(U2CL) $(DESTDIR)$(PREFIX)/bin/u2cl
	@[ -n "$(DESTDIR)" ] || scripts/warm-cache $(PREFIX)/bin/u2cl
