# The commands of the project; see README.md for using it, CONTRIBUTING.md for working on it.

PREFIX ?= /usr/local
DESTDIR ?=

# The command is linked statically, so that it runs where there is no Swift; the tests are not. Each has a folder of its
# own, or each build would undo the other.
STATIC = --scratch-path .build/static
# What reports call the build: nothing in a source tarball, + where the tree has been changed since.
COMMIT = $(shell [ -e .git ] && git describe --always --abbrev=12 --dirty=+ 2>/dev/null)
# Debugging information names the sources from the project's folder, so that two folders build the same file.
PATHS = -Xswiftc -file-prefix-map -Xswiftc $(CURDIR)=. -Xcc -ffile-prefix-map=$(CURDIR)=.
SWIFT_BUILD = U2CL_COMMIT=$(COMMIT) swift build $(STATIC) $(PATHS) -c release \
	--explicit-target-dependency-import-check error
SERVER_BUILD = U2CL_COMMIT=$(COMMIT) swift build --package-path Server --scratch-path Server/.build/static $(PATHS) \
	-c release --product u2cl-serve --static-swift-stdlib
U2CL = .build/static/release/u2cl
SERVER = Server/.build/static/release/u2cl-serve
# Puts a link to the server beside the command, where 'u2cl serve' looks first.
LINK_SERVER = [ ! -e $(SERVER) ] || [ ! -e $(U2CL) ] || ln -sf $(CURDIR)/$(SERVER) $(dir $(U2CL))
SWIFT_FILES = Package.swift Kernels Sources Tests Server/Package.swift Server/Sources Server/Tests

# The archives that the programs of the tarball are linked with; other libraries of their process do not see them.
ARCHIVES = PKG_CONFIG_PATH=$(CURDIR)/.build/archives
HIDDEN = -Xlinker --exclude-libs=libpng16.a:libpng.a:libjpeg.a:libwebp.a:libwebpdemux.a:libwebpmux.a:libz.a:libOpenCL.a
STATIC_PROGRAMS = .build/tarball/u2cl .build/tarball/u2cl-serve

.PHONY: manual deb tarball test-packages
.PHONY: demo build server library wheel serve test format lint bench bench-peers docs clean install install-library

## demo: build u2cl and cut out the subject of a picture
demo: build
	mkdir -p demo-output
	$(U2CL) run Examples/demo.jpg -o demo-output/demo.mask.png
	@ls -l demo-output

## build: the command, as one file that needs no Swift where it runs
build:
	scripts/install-dependencies
	$(SWIFT_BUILD) --product u2cl --static-swift-stdlib
	@$(LINK_SERVER)

## server: the server, as one file that needs no Swift where it runs; 'u2cl serve' starts it
server:
	scripts/install-dependencies
	$(SERVER_BUILD)
	@$(LINK_SERVER)

## library: the C library, in .build/library/lib; Swift 6.3 or later
library:
	scripts/install-dependencies --library
	U2CL_COMMIT=$(COMMIT) scripts/build-library

## wheel: the Python package with the library inside, in Bindings/python/dist
wheel: library
	SKIP_BUILD=1 scripts/build-wheel

## manual: pages of the manual, and completions of bash, zsh and fish, in .build/manual
manual: build server
	scripts/build-manual .build/manual $(U2CL) $(SERVER)

## deb: packages for Debian in .build/packages
deb: build server library
	scripts/install-dependencies --packages
	scripts/build-deb

## tarball: the command and the server for any Linux with glibc 2.35, in .build/packages
tarball:
	scripts/install-dependencies --packages
	scripts/build-tarball --archives
	$(ARCHIVES) $(SWIFT_BUILD) --product u2cl --static-swift-stdlib $(HIDDEN)
	install -D $(U2CL) .build/tarball/u2cl
	$(ARCHIVES) $(SERVER_BUILD) $(HIDDEN)
	install -D $(SERVER) .build/tarball/u2cl-serve
	scripts/build-tarball $(STATIC_PROGRAMS)

## test-packages: install, use and remove the packages, the tarball and the wheel in bare systems (Debian 12 and 13)
test-packages: wheel tarball deb
	scripts/test-packages --chroots

## serve: build the server and run it; ARGUMENTS="--port 8080" for another port
serve: server
	$(SERVER) $(ARGUMENTS)

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
	swift package --package-path Server clean
	rm -rf Server/.build/static
	rm -rf demo-output

## install: put the command, and the server if it was built, under PREFIX; compile the models' programs for this user
install: build
	install -D -m 755 $(U2CL) $(DESTDIR)$(PREFIX)/bin/u2cl
	@[ ! -e $(SERVER) ] || install -D -m 755 $(SERVER) $(DESTDIR)$(PREFIX)/bin/u2cl-serve
	@[ -n "$(DESTDIR)" ] || scripts/warm-cache $(PREFIX)/bin/u2cl

## install-library: put the C library, its header and its file for pkg-config under PREFIX
install-library: library
	scripts/build-library --install $(PREFIX)
