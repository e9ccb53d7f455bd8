# Umbra. `make help` lists the targets; V=1 shows the commands.
#
# Every .c below core/ and tui/ is part of the program; every tests/unit/*/test_*.c is a test program of
# its own. No list to keep: add the file. Flags are probed once and remembered; a change of flags or of
# the compiler rebuilds.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.SECONDARY:
.DEFAULT_GOAL := all

MODE ?= release
# As many jobs as there are processors, unless told. A make below this one shares its jobs.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
BUILD := build
ifeq ($(MODE),release)
OBJ := $(BUILD)/obj
BIN := $(BUILD)
else
OBJ := $(BUILD)/$(MODE)/obj
BIN := $(BUILD)/$(MODE)
endif

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
PREFIX ?= /usr/local
DESTDIR ?=
V ?= 0
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

PACKAGES := ncursesw libcurl libcjson libevent libevent_pthreads sqlite3 inih libqrencode libutf8proc
TEST_PACKAGES := cmocka vterm libnghttp2

# ---- dependencies ----------------------------------------------------------------------------------

# What needs no library; everything else first reads build/libs.mk, which installs what is missing and
# makes GNU make start over with the flags it found.
LIGHT := help clean deps lint format format-fix
ifneq ($(if $(MAKECMDGOALS),$(filter-out $(LIGHT),$(MAKECMDGOALS)),all),)
include $(BUILD)/libs.mk
endif

$(BUILD)/libs.mk: .ci/deps
	@mkdir -p $(@D)
	@pkg-config --exists $(PACKAGES) $(TEST_PACKAGES) 2>/dev/null && command -v gcc >/dev/null && \
	{ PATH=$$PATH:/usr/sbin; command -v haproxy; } >/dev/null || sh .ci/deps
	@{ echo "LIB_CFLAGS := $$(pkg-config --cflags $(PACKAGES) $(TEST_PACKAGES))"; \
	echo "LIBS := $$(pkg-config --libs $(PACKAGES)) -lm -lpthread"; \
	echo "TEST_LIBS := $$(pkg-config --libs $(TEST_PACKAGES)) -lutil"; } > $@.new && mv $@.new $@

.PHONY: deps
deps: ## install what the build, the program and the tests need
	$(Q)sh .ci/deps

# ---- flags -----------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wcast-qual -Wformat=2 -Wundef -Wvla -Wnull-dereference \
	-Wimplicit-fallthrough
ifneq ($(CI)$(WERROR),)
WARN += -Werror
endif

HARDEN_release := -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection
OPT_release := -O2 -g
OPT_clang := -O1 -g
OPT_debug := -O0 -g3
OPT_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
OPT_tsan := -O1 -g -fsanitize=thread
OPT_coverage := -O0 -g --coverage
OPT_fuzz := -O1 -g -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined -DUMBRA_FUZZ
LINK_asan := -fsanitize=address,undefined
LINK_tsan := -fsanitize=thread
LINK_coverage := --coverage
LINK_fuzz := -fsanitize=address,undefined

probe = $(shell printf 'int main(void){return 0;}' | $(CC) $(OPT_$(MODE)) $(1) -Werror -x c - -o /dev/null >/dev/null 2>&1 && echo '$(1)')
HARDEN := $(foreach f,$(HARDEN_$(MODE)),$(call probe,$(f)))
LINK_HARDEN := -Wl,-z,relro,-z,now,-z,noexecstack

CPPFLAGS_ALL := -I. -D_GNU_SOURCE $(LIB_CFLAGS) $(CPPFLAGS)
CFLAGS_ALL := -std=c17 -fPIE $(OPT_$(MODE)) $(HARDEN) $(WARN) $(CFLAGS)
LDFLAGS_ALL := -pie $(LINK_$(MODE)) $(LINK_HARDEN) $(LDFLAGS)

# ---- files -----------------------------------------------------------------------------------------

rwildcard = $(foreach d,$(wildcard $(1)/*),$(call rwildcard,$(d),$(2)) $(filter $(subst *,%,$(2)),$(d)))
CORE_SRC := $(sort $(call rwildcard,core,*.c))
TUI_SRC := $(sort $(filter-out tui/main.c,$(call rwildcard,tui,*.c)))
MAIN_SRC := $(wildcard tui/main.c)
DATA_SRC := $(wildcard core/api/openapi.json) $(sort $(wildcard themes/*.theme))
TEST_SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
UNIT_SRC := $(sort $(call rwildcard,tests/unit,*.c))
SCREEN_SRC := $(sort $(wildcard tests/screen/test_*.c))
E2E_SRC := $(sort $(wildcard tests/e2e/test_*.c))
E2E_HELPER_SRC := $(sort $(filter-out tests/e2e/test_%,$(wildcard tests/e2e/*.c)))
E2E_SH := $(sort $(wildcard tests/e2e/test_*.sh))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
BENCH_SRC := $(sort $(wildcard tests/bench/bench_*.c))
ALL_C := $(CORE_SRC) $(TUI_SRC) $(MAIN_SRC) $(call rwildcard,tests,*.c)
ALL_H := $(call rwildcard,core,*.h) $(call rwildcard,tui,*.h) $(call rwildcard,tests,*.h)

objects = $(patsubst %.c,$(OBJ)/%.o,$(1))
CORE_OBJ := $(call objects,$(CORE_SRC))
TUI_OBJ := $(call objects,$(TUI_SRC))
DATA_OBJ := $(patsubst %,$(OBJ)/%.o,$(DATA_SRC))
SUPPORT_OBJ := $(call objects,$(TEST_SUPPORT_SRC))
programs = $(patsubst tests/%.c,$(BIN)/tests/%,$(1))
UNIT := $(call programs,$(UNIT_SRC))
SCREEN := $(call programs,$(SCREEN_SRC))
E2E := $(call programs,$(E2E_SRC))
E2E_HELPER := $(call programs,$(E2E_HELPER_SRC))
FUZZ := $(call programs,$(FUZZ_SRC))
BENCH := $(call programs,$(BENCH_SRC))

# ---- building --------------------------------------------------------------------------------------

.PHONY: all
all: $(if $(MAIN_SRC),$(BIN)/umbra) ## build the program, build/umbra

$(BIN)/umbra: $(call objects,$(MAIN_SRC)) $(OBJ)/libtui.a $(OBJ)/libcore.a
	$(say) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(OBJ)/libcore.a: $(CORE_OBJ) $(DATA_OBJ)
$(OBJ)/libtui.a: $(TUI_OBJ)
$(OBJ)/libsupport.a: $(SUPPORT_OBJ)
$(OBJ)/lib%.a:
	$(say) AR $@
	$(Q)mkdir -p $(@D) && rm -f $@ && ar rcs $@ $^

$(OBJ)/%.o: %.c $(OBJ)/.flags
	$(say) CC $<
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# Files the program carries inside it: char data_<name>[] and size_t data_<name>_size.
$(OBJ)/%.json.o $(OBJ)/%.theme.o: $(OBJ)/.flags tests/tools/embed.sh
$(OBJ)/%.json.o: %.json
	$(say) EMBED $<
	$(Q)mkdir -p $(@D) && sh tests/tools/embed.sh $< | $(CC) $(CFLAGS_ALL) -x c -c -o $@ -
$(OBJ)/%.theme.o: %.theme
	$(say) EMBED $<
	$(Q)mkdir -p $(@D) && sh tests/tools/embed.sh $< | $(CC) $(CFLAGS_ALL) -x c -c -o $@ -

FLAGS_NOW := $(shell $(CC) --version 2>/dev/null | head -1) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(LDFLAGS_ALL)
$(OBJ)/.flags: force
	@mkdir -p $(@D); printf '%s\n' '$(FLAGS_NOW)' | cmp -s - $@ || printf '%s\n' '$(FLAGS_NOW)' > $@
.PHONY: force
force:

$(BIN)/tests/%: $(OBJ)/tests/%.o $(OBJ)/libsupport.a $(OBJ)/libtui.a $(OBJ)/libcore.a
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(CC) $(LDFLAGS_ALL) -o $@ $^ $(TEST_LIBS) $(LIBS)

-include $(patsubst %.o,%.d,$(call objects,$(ALL_C)))

# ---- running and testing ---------------------------------------------------------------------------

.PHONY: demo picture test unit screens screens-update e2e asan tsan fuzz fuzz-replay bench soak coverage
demo: all ## the whole system with a sample shop and real traffic, then the dashboard on it
	$(Q)$(BIN)/umbra demo

# One kind after another, whatever -j says: several of them measure or count.
test: ## every test: unit, screens, e2e, the fuzzers' corpora
	$(Q)+for kind in unit screens e2e fuzz-replay; do $(MAKE) $$kind || exit 1; done

unit: $(UNIT) ## the pure parts
	$(Q)sh tests/tools/run.sh unit $(UNIT)

screens: all $(SCREEN) ## the real program in a terminal, compared with goldens
	$(Q)PATH="$(abspath $(BIN)):$$PATH" UMBRA=$(abspath $(BIN)/umbra) sh tests/tools/run.sh screens $(SCREEN)

screens-update: all $(SCREEN) ## rewrite the goldens from what the program shows now
	$(Q)PATH="$(abspath $(BIN)):$$PATH" UMBRA=$(abspath $(BIN)/umbra) UPDATE_GOLDEN=1 sh tests/tools/run.sh screens $(SCREEN)

e2e: all $(E2E) $(E2E_HELPER) ## the real programs: HAProxy, the sample shop, kills and faults
	$(Q)UMBRA=$(abspath $(BIN)/umbra) TEST_BIN=$(abspath $(BIN)/tests) sh tests/tools/run.sh e2e $(E2E) $(E2E_SH)

asan: ## unit, screens and corpora under AddressSanitizer and UBSan
	$(Q)+$(MAKE) MODE=asan unit screens fuzz-replay

tsan: ## the unit tests under ThreadSanitizer
	$(Q)+$(MAKE) MODE=tsan unit

fuzz-replay: $(FUZZ) ## the fuzzers over their corpora, as plain tests
	$(Q)sh tests/tools/run.sh fuzz $(FUZZ)

FUZZ_SECONDS ?= 60
fuzz: ## libFuzzer over every fuzz target, FUZZ_SECONDS each (clang)
	$(Q)+$(MAKE) MODE=fuzz CC=clang fuzz-run
.PHONY: fuzz-run
fuzz-run: $(OBJ)/libcore.a $(OBJ)/libtui.a $(OBJ)/libsupport.a $(call objects,$(FUZZ_SRC))
	$(Q)for src in $(FUZZ_SRC); do name=$$(basename $$src .c); mkdir -p $(BIN)/tests/fuzz/new/$$name; \
	$(CC) -fsanitize=address,undefined,fuzzer -o $(BIN)/tests/fuzz/$$name $(OBJ)/tests/fuzz/$$name.o \
	$(OBJ)/libsupport.a $(OBJ)/libtui.a $(OBJ)/libcore.a $(TEST_LIBS) $(LIBS) && \
	$(BIN)/tests/fuzz/$$name -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
	$(BIN)/tests/fuzz/new/$$name tests/fuzz/corpus/$${name#fuzz_} || exit 1; done

SOAK_SH := $(addprefix tests/e2e/,test_reloads.sh test_proxy_stuck.sh test_odd_objects.sh)
soak: all $(E2E_HELPER) ## the same faults for longer: an hour and a half
	$(Q)SOAK=1 UMBRA=$(abspath $(BIN)/umbra) TEST_BIN=$(abspath $(BIN)/tests) sh tests/tools/run.sh e2e $(SOAK_SH)

bench: all $(BENCH) $(E2E_HELPER) ## the budgets, each beside its peer, one JSON line each
	$(Q)sh .ci/deps bench >/dev/null || true
	$(Q)UMBRA=$(abspath $(BIN)/umbra) TEST_BIN=$(abspath $(BIN)/tests) sh tests/bench/run.sh

# The first block of the README is a real screen, and .github/dashboard.svg the same one in colours.
picture: all $(BIN)/tests/tools/picture ## put a real screen of the demo into the README
	$(Q)$(BIN)/tests/tools/picture $(abspath $(BIN)/umbra) .github/dashboard.svg > $(BUILD)/picture.txt
	$(Q)awk -v picture=$(BUILD)/picture.txt '/^```$$/ && ++fences <= 2 { print; \
	if (fences == 1) while ((getline line < picture) > 0) print line; next } \
	fences != 1' README.md > $(BUILD)/README.new && mv $(BUILD)/README.new README.md

coverage: ## line coverage of the unit tests
	$(Q)+$(MAKE) MODE=coverage unit
	$(Q)gcov -r -n $$(find $(BUILD)/coverage/obj -name '*.gcda') 2>/dev/null | sh tests/tools/coverage.sh

# ---- keeping the house -----------------------------------------------------------------------------

.PHONY: lint tidy format format-fix check
lint: ## who includes whom, banned calls, sizes, names
	$(Q)sh tests/tools/lint.sh

tidy: ## clang-tidy over everything
	$(Q)printf '%s\n' $(filter %.c,$(ALL_C)) | xargs -r -P 2 -n 1 sh -c \
	'clang-tidy --quiet "$$@" -- $(CPPFLAGS_ALL) -std=c17 2>/dev/null' tidy

format: ## is every file as .clang-format says
	$(Q)clang-format --dry-run -Werror $(ALL_C) $(ALL_H)

format-fix: ## make it so
	$(Q)clang-format -i $(ALL_C) $(ALL_H)

check: ## all that CI runs
	$(Q)+for part in lint format all test tidy asan clang; do $(MAKE) $$part || exit 1; done

.PHONY: clang
clang: ## the program once more with clang, for its warnings
	$(Q)+$(MAKE) CC=clang MODE=clang all

compile_commands.json: ## for editors
	$(Q)bear --output $@ -- $(MAKE) --always-make all unit

# ---- installing ------------------------------------------------------------------------------------

.PHONY: install man completions clean help
man: all ## the manual page, from the command table
	$(Q)$(BIN)/umbra man > $(BUILD)/umbra.1

completions: all ## completion scripts, from the command table
	$(Q)for shell in bash zsh fish; do $(BIN)/umbra completion $$shell > $(BUILD)/umbra.$$shell; done

install: all man completions ## into PREFIX (/usr/local), under DESTDIR
	install -D -m 755 $(BIN)/umbra $(DESTDIR)$(PREFIX)/bin/umbra
	install -D -m 644 $(BUILD)/umbra.1 $(DESTDIR)$(PREFIX)/share/man/man1/umbra.1
	install -D -m 644 $(BUILD)/umbra.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/umbra
	install -D -m 644 $(BUILD)/umbra.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_umbra
	install -D -m 644 $(BUILD)/umbra.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/umbra.fish
	for theme in themes/*.theme; do install -D -m 644 $$theme $(DESTDIR)$(PREFIX)/share/umbra/$$theme; done

clean: ## remove build/
	rm -rf $(BUILD) compile_commands.json

help: ## this list
	@sed -n 's/^\([a-z_.-]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 18
