#!/bin/sh
# Generates the stubs into a folder that git ignores, then runs a script with them.
# Usage: run.sh ADDRESS APPLICATION [BODY]
# PYTHON: an interpreter that sees grpcio and protobuf. STUBS: where the stubs go. SCRIPT: what to run instead of the sample.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
protos=$(cd "$here/../../protos" && pwd)
stubs=${STUBS:-$here/generated}
mkdir -p "$stubs"
protoc --proto_path="$protos" --python_out="$stubs" \
  --plugin=protoc-gen-grpc="$(command -v grpc_python_plugin)" --grpc_out="$stubs" \
  "$protos"/asgi_bridge/v1/*.proto
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$stubs:$here" exec "${PYTHON:-/usr/bin/python3}" "${SCRIPT:-$here/drive.py}" "$@"
