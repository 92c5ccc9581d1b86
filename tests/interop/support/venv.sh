# Sourced by the interop scripts: where things are, and Python environments made once under target/.
#
# $interop this folder, $root the project, $cargo_target where cargo builds, $work what runs leave behind.

interop=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
root=$(cd "$interop/../.." && pwd)
cargo_target=${CARGO_TARGET_DIR:-$root/target}
work=$root/target/interop
export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

# Says loudly why nothing was checked. Set INTEROP_REQUIRED=1 to make that a failure.
skip() {
    printf '\nSKIPPED: %s\n' "$*"
    exit $((${INTEROP_REQUIRED:-0} ? 1 : 0))
}

# make_venv NAME PACKAGE [REQUIREMENT…]: the environment $work/NAME, with PACKAGE without its dependencies.
make_venv() {
    local venv=$work/$1 package=$2
    shift 2
    if [ "$(cat "$venv/.complete" 2>/dev/null)" != "$package $*" ]; then
        rm -rf "$venv"
        python3 -m venv "$venv" || return 1
        "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" || return 1
        "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps "$package" || return 1
        echo "$package $*" > "$venv/.complete"
    fi
}

# What the sink needs.
sink_packages=(grpcio opentelemetry-proto googleapis-common-protos)
