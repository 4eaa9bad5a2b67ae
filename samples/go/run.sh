#!/bin/sh
# Generates the stubs into a folder that git ignores, builds the sample there and runs it.
# Usage: run.sh ADDRESS APPLICATION [BODY]
# STUBS: where the stubs and the binary go. SCRIPT: a Go file to build instead of the sample.
# GO_PACKAGES: a GOPATH that holds google.golang.org/grpc and protobuf.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
protos=$(cd "$here/../../protos" && pwd)
stubs=${STUBS:-$here/generated}
mkdir -p "$stubs/src/bridge"
protoc --proto_path="$protos" --go_out="$stubs/src" --go-grpc_out="$stubs/src" "$protos"/asgi_bridge/v1/*.proto
cp "$here/bridge/bridge.go" "$stubs/src/bridge/"
GO111MODULE=off GOFLAGS= GOPATH="$stubs:${GO_PACKAGES:-/usr/share/gocode}" GOCACHE="$stubs/cache" \
  go build -o "$stubs/drive" "${SCRIPT:-$here/main.go}"
exec "$stubs/drive" "$@"
