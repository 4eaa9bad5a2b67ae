#!/usr/bin/env bash
# Compares the calls of Asgiref.Core with their bare peers and with asgiref (Debian: apt-get install python3-asgiref), in one run.
# Arguments go to the paired run: --pairs, --milliseconds, --only. PYTHON names another interpreter than Debian's.
set -euo pipefail
project=$(dirname "${BASH_SOURCE[0]}")/Asgiref.Core.Bench
python=${PYTHON:-/usr/bin/python3}
"$python" -c 'import asgiref' || { echo "$python has no asgiref: apt-get install python3-asgiref" >&2; exit 1; }
exec dotnet run -c Release --project "$project" -- pairs --python "$python" "$@"
