#!/usr/bin/env bash
# Builds the image and runs docker-compose.yml with a real engine, started here and stopped at the end.
# Needs root and: apt-get install -y --no-install-recommends docker.io docker-compose debootstrap iptables runc curl
# Where the official base images cannot be pulled, it makes stand-ins of a Debian root and this machine's .NET.
# Every wait is limited; about 3 minutes in all. KEEP_IMAGES=folder keeps the engine's data there for a faster next run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

work=$(mktemp -d)
data=${KEEP_IMAGES:-$work}/data
export DOCKER_HOST=unix://$work/docker.sock COMPOSE_PROJECT_NAME=bridge-trial COMPOSE_HTTP_TIMEOUT=60
# Not the usual ports: a bridge may be running here.
export BRIDGE_HTTP_PORT=18080 BRIDGE_GRPC_PORT=15051 BRIDGE_MANAGEMENT_PORT=18081

# The installed client first: some machines put another one before it on the PATH.
docker() { timeout 300 /usr/bin/docker "$@"; }
compose() { timeout 300 docker-compose -f docker-compose.yml -f "$work/trial.yml" "$@"; }
say() { printf '== %s\n' "$*"; }

finish() {
  local code=$?
  if [ -s "$work/dockerd.pid" ]; then
    [ "$code" -eq 0 ] || { compose logs --no-color || tail -n 30 "$work/dockerd.log"; } 2>&1 | tail -n 40
    compose down -t 20 >/dev/null 2>&1 || true
    local pid
    pid=$(cat "$work/dockerd.pid")
    kill "$pid" 2>/dev/null || true
    timeout 30 tail --pid="$pid" -f /dev/null || true
    # The engine leaves the network namespace of host-networked builds mounted.
    umount -q "$work"/exec/netns/* 2>/dev/null || true
  fi
  rm -rf "$work"
  [ "$code" -eq 0 ] && say "the container works" || say "FAILED ($code)"
}
trap finish EXIT

start_engine() {
  mkdir -p "$data"
  dockerd --data-root "$data" --exec-root "$work/exec" -H "$DOCKER_HOST" --pidfile "$work/dockerd.pid" \
    --iptables=false --ip6tables=false --bridge=none >"$work/dockerd.log" 2>&1 &
  for _ in $(seq 60); do
    docker info >/dev/null 2>&1 && return
    sleep 0.5
  done
  tail -n 20 "$work/dockerd.log"
  return 1
}

# base_image REFERENCE: leaves the image in the engine, pulled or made.
base_image() {
  docker image inspect "$1" >/dev/null 2>&1 && return
  timeout 60 /usr/bin/docker pull -q "$1" >/dev/null 2>&1 && return
  say "$1 cannot be pulled: making a stand-in"
  if [ ! -d "$work/root" ]; then
    timeout 300 debootstrap --variant=minbase --include=ca-certificates,libicu72,libssl3,zlib1g,libstdc++6,tzdata \
      bookworm "$work/root" >"$work/debootstrap.log" 2>&1 || { tail -n 5 "$work/debootstrap.log"; return 1; }
    # What the official images say in their environment and file system.
    chroot "$work/root" useradd --uid 1654 --user-group --no-create-home app
  fi
  local dotnet root=$work/root
  dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
  rm -rf "$root/usr/share/dotnet"
  mkdir -p "$root/usr/share/dotnet"
  case $1 in
    *sdk*) cp -a "$dotnet/." "$root/usr/share/dotnet/" && cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" ;;
    *) cp -a "$dotnet/dotnet" "$dotnet/host" "$dotnet/shared" "$root/usr/share/dotnet/" ;;
  esac
  ln -sf /usr/share/dotnet/dotnet "$root/usr/bin/dotnet"
  tar -C "$root" -c . | docker import -c 'ENV DOTNET_RUNNING_IN_CONTAINER=true' -c 'ENV ASPNETCORE_HTTP_PORTS=8080' \
    -c 'ENV APP_UID=1654' -c 'ENV DOTNET_CLI_TELEMETRY_OPTOUT=1' - "$1" >/dev/null
}

# The engine has no bridge network of its own, so that it touches nothing of the machine: the build uses the host's.
cat >"$work/trial.yml" <<'YAML'
version: "3.4"
services:
  bridge:
    build:
      context: .
      network: host
YAML

say "starting an engine"
start_engine
base_image mcr.microsoft.com/dotnet/aspnet:10.0
base_image mcr.microsoft.com/dotnet/sdk:10.0
say "building"
compose build
say "starting"
compose up -d
container=$(compose ps -q bridge)
for _ in $(seq 60); do
  health=$(docker inspect -f '{{.State.Health.Status}}' "$container")
  [ "$health" = starting ] || break
  sleep 1
done
[ "$health" = healthy ] || { echo "The container is $health."; exit 1; }
say "asking it"
curl -fsS -m 10 http://localhost:$BRIDGE_HTTP_PORT/
curl -fsS -m 10 http://localhost:$BRIDGE_HTTP_PORT/wsgi
[ "$(echo over there | curl -fsS -m 10 --data-binary @- http://localhost:$BRIDGE_HTTP_PORT/echo)" = "over there" ]
curl -fsS -m 10 http://localhost:$BRIDGE_MANAGEMENT_PORT/readyz
# An empty Run: gRPC answers with HTTP 200 and its own status in the trailers.
[ "$(curl -sS -m 10 --http2-prior-knowledge -X POST -H 'content-type: application/grpc' -H 'te: trailers' -o /dev/null \
  -w '%{http_version} %{http_code}' "http://localhost:$BRIDGE_GRPC_PORT/asgi_bridge.v1.ApplicationService/Run")" = "2 200" ]
[ "$(docker exec "$container" id -u)" = 1654 ]
say "stopping"
compose stop -t 30
[ "$(docker inspect -f '{{.State.ExitCode}}' "$container")" = 0 ]
