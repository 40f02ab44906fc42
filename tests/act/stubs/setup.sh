# In place of scripts/.setup: the Python of the test run, with the code of this checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p .venv/bin
printf '#!/bin/sh\nPYTHONPATH=%q exec "$STUB_PYTHON" -P -m perf "$@"\n' "$PWD" >.venv/bin/perfgate
chmod +x .venv/bin/perfgate
