#!/bin/sh
# Installs the two packages beside the sample if they are not there yet, then runs it.
# Usage: run.sh ADDRESS APPLICATION [BODY]
# NODE_PATH: a folder that holds the packages already. SCRIPT: what to run instead of the sample.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${NODE_PATH:-}" ] && [ ! -d "$here/node_modules" ]; then
  (cd "$here" && npm install --no-audit --no-fund --ignore-scripts >&2)
fi
exec node "${SCRIPT:-$here/drive.js}" "$@"
