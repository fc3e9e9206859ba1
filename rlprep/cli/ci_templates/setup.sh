#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the autograder's image: an environment of its
# own for rlprep, so that nothing of the image's Python gets in the way.
set -euo pipefail
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# The newest Python that is new enough and can make an environment.
usable() {
    command -v "$1" >/dev/null &&
        "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}
find_python() {
    for candidate in python3.13 python3.12 python3.11 python3; do
        if usable "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    return 1
}
if ! python=$(find_python); then
    apt-get update
    apt-get install -y --no-install-recommends python3 python3-venv
    if ! python=$(find_python); then
        echo "rlprep needs Python 3.11 or newer: choose a newer image, Ubuntu 24.04 say" >&2
        exit 1
    fi
fi

if grep -q 'git+' "$source_folder/requirements.txt" && ! command -v git >/dev/null; then
    apt-get update
    apt-get install -y --no-install-recommends git ca-certificates openssh-client
fi

"$python" -m venv "$source_folder/venv"
cd "$source_folder" # the requirements may name a file beside them
"$source_folder/venv/bin/python" -m pip install --no-cache-dir --disable-pip-version-check \
    -r requirements.txt
"$source_folder/venv/bin/rlprep" --version
