# shellcheck shell=bash
# What the other scripts share: numbered steps with their times, fingerprints of sources, and
# the few builds that more than one of them needs. Sourced, never run.
# Read next: scripts/run (what a person starts) and scripts/test (what holds everything).

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The paths below are fixed, whatever a person's own settings for cargo say.
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR
export AMPERE_DATA="${AMPERE_DATA:-data}"
STAMPS=target/stamps
SERVER=target/release/ampere
WORKER=crates/local-model/target/release/ampere-local-model
WEIGHTS="$AMPERE_DATA/models/SmolLM2-135M-Instruct.Q4_1.gguf"
STEP=0
STEPS=0

say() { printf '      %s\n' "$*"; }

now_ms() { printf '%s' "$((${EPOCHREALTIME/[^0-9]/} / 1000))"; }

# since_ms START: what a clock on the wall would say about it.
since_ms() {
    local ms=$(($(now_ms) - $1))
    if ((ms < 10000)); then
        printf '%d.%d s' "$((ms / 1000))" "$((ms % 1000 / 100))"
    elif ((ms < 60000)); then
        printf '%d s' "$((ms / 1000))"
    else
        printf '%d min %d s' "$((ms / 60000))" "$((ms % 60000 / 1000))"
    fi
}

# step TITLE COMMAND…: one numbered step. Its status is the command's; what the command says
# is shown as it comes.
step() {
    local title=$1 begun status=0
    shift
    STEP=$((STEP + 1))
    begun=$(now_ms)
    printf '[%d/%d] %s\n' "$STEP" "$STEPS" "$title"
    "$@" || status=$?
    if ((status == 0)); then
        say "… $(since_ms "$begun")"
    else
        say "FAILED after $(since_ms "$begun"); what it said is above."
    fi
    return "$status"
}

# fingerprint PATH…: one hash over names and contents of everything under the paths that is
# neither generated nor a test. Contents rather than times, so that a fresh checkout or a deleted
# file counts.
fingerprint() {
    local skipped=(-name node_modules -o -name target -o -name dist -o -name gen -o -name tests)
    find "$@" \( "${skipped[@]}" \) -prune -o -type f -print0 |
        LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

# is_done NAME FINGERPRINT / mark_done NAME FINGERPRINT: was the step done for these sources?
is_done() { [[ "$(cat "$STAMPS/$1" 2>/dev/null)" == "$2" ]]; }
mark_done() { mkdir -p "$STAMPS" && printf '%s\n' "$2" >"$STAMPS/$1"; }

# alone FUNCTION…: nobody else in this checkout does such a thing meanwhile. (cargo sees to
# that by itself, npm and the web build do not.)
alone() {
    mkdir -p "$STAMPS"
    (
        flock --nonblock 9 || { say "Waiting for another build here." && flock 9; }
        "$@"
    ) 9>"$STAMPS/lock"
}

# npm_install FOLDER: exactly what the lock file says, only when it has changed.
npm_install() { alone npm_install_now "$1"; }
npm_install_now() {
    local lock stamp="$1/node_modules/.installed-lock"
    lock=$(sha256sum "$1/package-lock.json")
    [[ "$(cat "$stamp" 2>/dev/null)" == "$lock" ]] && return 0
    say "Installing the packages of $1 (npm ci)."
    (cd "$1" && npm ci --no-audit --no-fund --prefer-offline </dev/null) || return
    printf '%s\n' "$lock" >"$stamp"
}

# build_web: the web app into web/dist, only when a source of it has changed.
build_web() { alone build_web_now; }
build_web_now() {
    local sources
    sources=$(fingerprint web openapi.json)
    if [[ -f web/dist/index.html ]] && is_done web "$sources"; then
        say "Up to date."
        return 0
    fi
    npm_install_now web || return
    (cd web && npm run --silent build </dev/null) || return
    mark_done web "$sources"
}

build_server() { cargo build --release --locked -p ampere-server; }

# build_worker: the local model's process. C++ inside, so always with optimization.
build_worker() {
    local sources
    sources=$(fingerprint crates/local-model)
    if [[ -x $WORKER ]] && is_done worker "$sources"; then
        say "Worker up to date."
        return 0
    fi
    [[ -x $WORKER ]] || say "Building the worker; the first time takes some minutes of C++."
    (cd crates/local-model && cargo build --release --locked) || return
    mark_done worker "$sources"
}

# fetch_weights: looked at in full only when the file has changed since; the worker looks again.
# Whoever names weights of their own needs none of ours.
fetch_weights() {
    local seen
    [[ -n "${AMPERE_LOCAL_MODEL_PATH:-}" ]] && return 0
    seen=$(stat -c '%n %s %Y %i' "$WEIGHTS" 2>/dev/null) && is_done weights "$seen" && return 0
    scripts/fetch-model || return
    mark_done weights "$(stat -c '%n %s %Y %i' "$WEIGHTS")"
}

build_model() { fetch_weights && build_worker; }
