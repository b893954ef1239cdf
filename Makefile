# quiver: build, install and test with PGXS. `make help` lists the targets.
#
# Nothing is listed by hand: sources, install fragments and tests are found by wildcard.

EXTENSION   := quiver
EXTVERSION  := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" quiver.control)
MODULE_big  := quiver
SRCS        := $(sort $(shell find src -name '*.cpp'))
OBJS        := $(SRCS:.cpp=.o)
DATA         = $(wildcard sql/upgrade/*.sql)
DATA_built   = build/$(EXTENSION)--$(EXTVERSION).sql
SHLIB_EXPORTS = exports.txt

REGRESS     := $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
REGRESS_OPTS = --load-extension=$(EXTENSION)
# They stop sessions at fault points, which only a build with FAULT_POINTS=1 has (src/pg/fault_point.cpp).
ifdef FAULT_POINTS
ISOLATION   := $(sort $(patsubst test/isolation/specs/%.spec,%,$(wildcard test/isolation/specs/*.spec)))
endif
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=$(EXTENSION)
ifneq ($(wildcard test/tap/*.pl),)
TAP_TESTS    = 1
PROVE_TESTS  = test/tap/*.pl
endif

PG_CONFIG   ?= pg_config

# C++20 deprecates ++ on volatile, which START_CRIT_SECTION and its like expand to in our files.
VOLATILE_FLAG := $(if $(findstring clang,$(shell $(CXX) --version)),-Wno-deprecated-volatile,-Wno-volatile)

# The server's headers are included as system headers: their C-isms are not our warnings.
PG_CPPFLAGS  = -Iinclude -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server) \
               -DQUIVER_VERSION='"$(EXTVERSION)"' $(if $(FAULT_POINTS),-DQUIVER_FAULT_POINTS)
PG_CXXFLAGS  = -std=c++20 -Wall -Wextra -Wno-register -fno-exceptions -fno-rtti \
               -fno-threadsafe-statics -fno-strict-aliasing -fwrapv -MMD -MP $(VOLATILE_FLAG) \
               $(if $(ERROR_ON_WARNING),-Werror) $(PGO_FLAGS)
# Set by bench/pgo, which builds in a tree of its own.
SHLIB_LINK  += $(PGO_FLAGS)
EXTRA_CLEAN  = build $(OBJS:.o=.d)

# PGXS would compile every file a second time as LLVM bitcode, without our flags.
override with_llvm := no

# xsimd and fast_float are header-only, so gcc (which PGXS links with) needs no libstdc++.
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# A line "avx2 x86_64 -mavx2 -mfma" of isa_flags.txt: on that architecture every *_avx2.cpp is compiled with those
# flags. On another architecture the file is compiled without them, and its guarded body is empty.
ARCH := $(firstword $(subst -, ,$(shell $(CXX) -dumpmachine)))
define isa_rule
%_$(word 1,$(1)).o: override CXXFLAGS += -O2 $(wordlist 3,99,$(1))
endef
isa_names := $(shell awk '$$2 == "$(ARCH)" { print $$1 }' src/kernels/isa_flags.txt)
$(foreach i,$(isa_names),$(eval $(call isa_rule,$(shell grep '^$(i) ' src/kernels/isa_flags.txt))))
$(OBJS): src/kernels/isa_flags.txt Makefile

# Asked for by name, because gcc's -O2 alone only takes loops that leave no remainder. The kernels are vectorised by hand.
src/pg/%.o: override CXXFLAGS += -ftree-vectorize

$(DATA_built): $(sort $(wildcard sql/install/*.sql)) quiver.control
	mkdir -p $(@D) && cat $(filter %.sql,$^) > $@

# The same extension under the name vector, in pgvector's place. The version is quiver's with the major number
# raised by one: above all of pgvector's, three numbers as clients expect, and one source for both.
VECTOR_VERSION  := $(shell echo $(EXTVERSION) | awk -F. '{ print $$1 + 1 "." $$2 "." $$3 }')
# ALTER EXTENSION vector UPDATE goes from each of these by way of a version "pgvector" to ours, so that the one script
# that does the work is there once. It does not depend on where it starts.
PGVECTOR_VERSIONS := $(addprefix 0.4.,0 1 2 3 4) $(addprefix 0.5.,0 1) $(addprefix 0.6.,0 1 2) \
                     $(addprefix 0.7.,0 1 2 3 4) $(addprefix 0.8.,0 1 2 3 4 5 6 7)
vector_steps    := $(PGVECTOR_VERSIONS:%=build/vector/vector--%--pgvector.sql)
# And back, by way of a version "returned", to those whose objects are the same: 0.8.7 adds comments, by its own script.
PGVECTOR_RETURNS := $(addprefix 0.8.,0 1 2 3 4 5 6)
vector_returns  := $(PGVECTOR_RETURNS:%=build/vector/vector--returned--%.sql)
vector_files    := build/vector/vector.control build/vector/vector--$(VECTOR_VERSION).sql \
                   build/vector/vector--pgvector--$(VECTOR_VERSION).sql $(vector_steps) \
                   build/vector/vector--$(VECTOR_VERSION)--returned.sql $(vector_returns)

build/vector/vector.control: quiver.control
	mkdir -p $(@D) && sed "s/^default_version *=.*/default_version = '$(VECTOR_VERSION)'/" $< > $@
# No default class for hnsw under this name: pg_dump leaves out the name of a default class, and pgvector has none.
build/vector/vector--$(VECTOR_VERSION).sql: $(DATA_built) Makefile
	mkdir -p $(@D) && sed -e 's/CREATE EXTENSION quiver/CREATE EXTENSION vector/' \
	  -e 's/DEFAULT FOR TYPE vector USING hnsw AS/FOR TYPE vector USING hnsw AS/' $< > $@
build/vector/vector--pgvector--$(VECTOR_VERSION).sql: build/vector/vector--$(VECTOR_VERSION).sql quiver.control $(wildcard sql/adopt/*)
	mkdir -p $(@D)
	{ cat sql/adopt/10-begin.sql && awk -f sql/adopt/adopt.awk $< && cat sql/adopt/90-end.sql && \
	  sed -n "s/^comment *= *\(.*\)/COMMENT ON EXTENSION vector IS \1;/p" quiver.control; } > $@.new
	mv $@.new $@
build/vector/vector--$(VECTOR_VERSION)--returned.sql: sql/return/return.sql
	mkdir -p $(@D) && cp $< $@
$(vector_returns):
	mkdir -p $(@D) && echo '-- Nothing is left to do: the objects of these versions are the same.' > $@
$(vector_steps):
	mkdir -p $(@D) && echo '-- Nothing changes yet: the next script of the path does not depend on the version.' > $@

-include $(OBJS:.o=.d)

# The client of the search benchmark (bench/README.md).
build/bench/client: bench/client/client.cpp
	mkdir -p $(@D)
	$(CXX) -std=c++20 -O2 -Wall -Wextra -I$(shell $(PG_CONFIG) --includedir) $< -o $@ -L$(shell $(PG_CONFIG) --libdir) -lpq

# $(datadir) is PGXS's: the share directory of the server.
install-vector: install $(vector_files)
	$(INSTALL_DATA) $(vector_files) '$(DESTDIR)$(datadir)/extension/'
# Not the control file if it is pgvector's, which has come back.
uninstall-vector:
	rm -f $(patsubst build/vector/%,'$(DESTDIR)$(datadir)/extension/%',$(filter %.sql,$(vector_files)))
	control='$(DESTDIR)$(datadir)/extension/vector.control'; ! grep -qs 'libdir/quiver' "$$control" || rm -f "$$control"

.PHONY: install-vector uninstall-vector help test test-unit test-asan test-fuzz test-pgtap lint format bench pgo demo
help:
	@echo 'make                build quiver.so and the install script (PG_CONFIG=... chooses the server)'
	@echo 'make install        install into that server'
	@echo 'make install-vector also as the extension vector, replacing pgvector (docs/migration.md)'
	@echo 'make demo           build, start a private server, search real data (scripts/demo.sh)'
	@echo 'make test           every test, one summary (scripts/test.sh)'
	@echo 'make installcheck   SQL regression tests against a running server'
	@echo 'make test-unit      unit tests of the core;  test-asan: with sanitizers'
	@echo 'make test-fuzz      fuzzers, FUZZ_SECONDS in total (60)'
	@echo 'make test-pgtap     catalogue tests'
	@echo 'make lint           layers, headers, frames, symbols, format (scripts/README.md)'
	@echo 'make format         rewrite sources with clang-format'
	@echo 'make bench          kernel benchmarks, as a table of ratios against scalar'
	@echo 'make pgo            a build of its own in build/pgo, optimised with a profile of searches'
	@echo 'make clean          remove what was built'

test:
	scripts/test.sh
test-unit:
	scripts/test.sh unit
test-asan:
	scripts/test.sh unit-asan
test-fuzz:
	scripts/test.sh fuzz
test-pgtap:
	scripts/test.sh pgtap
lint:
	scripts/lint.sh
format:
	scripts/format.sh
demo:
	scripts/demo.sh
bench:
	bench/run --parts kernels
pgo:
	bench/pgo
