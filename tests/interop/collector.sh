#!/usr/bin/env bash
# Sends the spans of a KV transfer through a real OpenTelemetry collector, once over gRPC and once over HTTP, and
# compares what comes out behind it with the file that pd-transfer itself has written: the same spans, each once.
#
# The collector is rotel, from its Python wheel. Where that cannot be had this says SKIPPED and why, and succeeds.
#   INTEROP_REQUIRED=1   being skipped is a failure
#   ROTEL_VENV   a virtual environment to keep it in (default: target/interop/rotel)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
target=${CARGO_TARGET_DIR:-target}
venv=${ROTEL_VENV:-$target/interop/rotel}
rotel_version=0.0.1a15

skip() {
    echo "SKIPPED: tests/interop/collector.sh: $*"
    exit "$((${INTEROP_REQUIRED:-0} == 1))"
}

pids=()
work=$(mktemp -d)
finish() {
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
}
trap finish EXIT

command -v python3 >/dev/null || skip "there is no python3"
if [ ! -x "$venv/bin/python" ]; then
    python3 -m venv "$venv" >"$work/venv.log" 2>&1 || skip "no virtual environment: $(tail -1 "$work/venv.log")"
fi
python=$venv/bin/python
if ! "$python" -c "import rotel" 2>/dev/null; then
    "$python" -m pip install --quiet --disable-pip-version-check "rotel==$rotel_version" >"$work/pip.log" 2>&1 ||
        skip "the wheel of rotel $rotel_version cannot be installed: $(tail -1 "$work/pip.log")"
fi
agent=$("$python" -c "import os, rotel; print(os.path.join(os.path.dirname(rotel.__file__), 'rotel-agent'))")
"$agent" --version >"$work/agent.log" 2>&1 ||
    skip "the rotel of this wheel does not run here: $(tail -1 "$work/agent.log")"

cargo build --quiet --package pd-transfer

# Starts a sink and a collector in front of it; sets sink_port, grpc_port, http_port.
start() {
    local name=$1
    "$python" "$here/sink.py" "$work/$name.ids" >"$work/$name.port" &
    pids+=($!)
    sink_port=$("$python" "$here/ports.py" read "$work/$name.port")
    # A port that is free now may be taken when the collector comes to it.
    for _ in 1 2 3 4 5; do
        read -r grpc_port http_port < <("$python" "$here/ports.py" free 2)
        "$agent" start --exporter otlp --otlp-exporter-endpoint "http://127.0.0.1:$sink_port" \
            --otlp-exporter-protocol http --batch-timeout 200ms \
            --otlp-grpc-endpoint "127.0.0.1:$grpc_port" --otlp-http-endpoint "127.0.0.1:$http_port" \
            --pid-file "$work/$name.pid" >"$work/$name.log" 2>&1 &
        pids+=($!)
        if "$python" "$here/ports.py" wait "$!" "$grpc_port" "$http_port"; then
            return
        fi
    done
    cat "$work/$name.log"
    echo "FAILED: the collector does not listen"
    exit 1
}

for protocol in grpc http/protobuf http/json; do
    name=${protocol/\//-}
    start "$name"
    case $protocol in
    grpc) port=$grpc_port ;;
    *) port=$http_port ;;
    esac
    OTEL_EXPORTER_OTLP_PROTOCOL=$protocol "$target/debug/pd-transfer" --requests 24 --kv-mib 4 \
        --fail-every 7 --abort-every 5 --progress never --out "$work/$name" \
        --otlp-traces-endpoint "127.0.0.1:$port" >"$work/$name.out" || {
        cat "$work/$name.out" "$work/$name.log"
        echo "FAILED: pd-transfer over $protocol"
        exit 1
    }
    "$python" "$here/compare.py" "$protocol" "$work/$name/otlp.jsonl" "$work/$name.ids" || {
        cat "$work/$name.log"
        exit 1
    }
done
