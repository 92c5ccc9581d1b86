#!/usr/bin/env bash
# A real transfer engine: examples/nixl-transfer moves KV cache between two processes with NIXL (UCX over TCP, CPU only);
# prints the tree, and fails if a byte, span, parent, link or attribute is off. Needs a C++ compiler.
set -euo pipefail
cd "$(dirname "$0")"
source support/venv.sh

version=${NIXL_VERSION:-1.5.1}
command -v g++ > /dev/null || skip "there is no C++ compiler here"
[ "$(uname -sm)" = "Linux x86_64" ] || skip "the NIXL wheel is for Linux on x86_64"
make_venv nixl "nixl-cu12==$version" libclang || skip "NIXL $version cannot be installed here"
packages=$("$work/nixl/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')

# bindgen needs libclang, and the headers of a compiler.
LIBCLANG_PATH=$packages/clang/native BINDGEN_EXTRA_CLANG_ARGS=-I$(g++ -print-file-name=include) \
    cargo build --quiet --manifest-path "$root/examples/nixl-transfer/Cargo.toml" --target-dir "$cargo_target/nixl"

out=$work/nixl-out
rm -rf "$out"
libraries=$packages/.nixl_cu12.mesonpy.libs
LD_LIBRARY_PATH=$libraries NIXL_PLUGIN_DIR=$libraries/plugins UCX_TLS=tcp,self UCX_NET_DEVICES=lo \
    "$cargo_target/nixl/debug/nixl-transfer" --requests 3 --pages 16 --out "$out"
"$work/nixl/bin/python" nixl/check.py "$out"
