#!/usr/bin/env bash
# One trace across SGLang's own tracing and ours: plays requests from one to the other and back, prints the trees, and
# fails if a span, parent, link or attribute is off. Needs Python 3.10+ and what pip can fetch; else prints SKIPPED.
set -euo pipefail
cd "$(dirname "$0")"
source ../support/venv.sh

version=${SGLANG_VERSION:-0.5.23}
make_venv sglang "sglang==$version" \
    opentelemetry-sdk opentelemetry-exporter-otlp-proto-grpc opentelemetry-exporter-otlp-proto-http "${sink_packages[@]}" || skip "SGLang $version cannot be installed here"
(cd "$root" && cargo build --quiet -p mooncake-trace-interop)
"$work/sglang/bin/python" check.py "$cargo_target/debug/interop-worker" "$work/sglang-out"
