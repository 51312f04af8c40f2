#!/bin/sh
# Known vulnerabilities of every locked package; fails when one is known, and when a package could not be asked about.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pip-audit
for lock in run test; do
    "$folder/venv/bin/pip-audit" --requirement "requirements/$lock.txt" --require-hashes --disable-pip \
        --vulnerability-service pypi --progress-spinner off --strict
    printf '✓ requirements/%s.txt\n' "$lock"
done
