#!/usr/bin/env bash
# One trace across a real gateway (smg, in prefill/decode mode) and our traced HTTP workers (examples/axum-worker):
# sends requests through all three, prints the trees, and fails if a span, parent, link or attribute is off.
# Runs in a network namespace of its own, because the gateway listens beyond loopback.
set -euo pipefail
cd "$(dirname "$0")"
source support/venv.sh

version=${SMG_VERSION:-1.13.0}
if [ -z "${INTEROP_NAMESPACE:-}" ]; then
    make_venv smg "smg==$version" \
        aiohttp fastapi orjson pyyaml requests setproctitle uvicorn "${sink_packages[@]}" || skip "smg $version cannot be installed here"
    isolated=(unshare --net)
    [ "$(id -u)" = 0 ] || isolated+=(--map-root-user)
    command -v ip > /dev/null || skip "there is no ip (iproute2) here"
    "${isolated[@]}" ip link set lo up || skip "this user may not make network namespaces"
    (cd "$root" && cargo build --quiet -p axum-worker)
    INTEROP_NAMESPACE=1 exec "${isolated[@]}" "$interop/gateway.sh"
fi
ip link set lo up
"$work/smg/bin/python" gateway/check.py "$work/smg/bin/smg" "$cargo_target/debug/axum-worker" "$work/gateway-out"
