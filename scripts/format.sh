#!/bin/sh
# Puts code and templates in order; `make format` calls it with the environment's programs on the PATH.
set -eu

ruff check --fix --quiet . || true
ruff format --quiet .
find templates -name '*.html' -exec djade --target-version 5.2 {} + || true
echo "Mise en forme terminée."
