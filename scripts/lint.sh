#!/bin/sh
# Every check of the code that is not a test; `make lint` calls it with the environment's programs on the PATH.
set -eu

check() {
    name=$1
    shift
    if ! output=$("$@" 2>&1); then
        printf '%s\n✗ %s\n' "$output" "$name" >&2
        exit 1
    fi
    printf '✓ %s\n' "$name"
}

templates=$(find templates -name '*.html' 2>/dev/null | sort)

check "style (ruff check)" ruff check .
check "mise en forme (ruff format)" ruff format --check .
# shellcheck disable=SC2086 - one argument per template, none of which has a space in its name
[ -z "$templates" ] || check "gabarits (djade)" djade --check --target-version 5.2 $templates
check "imports (import-linter)" lint-imports

# Settings as production has them, with a key of this moment and no database that could be touched.
VAR_DIR=$(mktemp -d)
trap 'rm -rf "$VAR_DIR"' EXIT
SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(64))')
PORTAL_URL=https://portail.example
DATABASE_URL=sqlite://:memory:
PRIVACY_OFFICER_EMAIL=vie-privee@portail.example
export VAR_DIR SECRET_KEY PORTAL_URL DATABASE_URL PRIVACY_OFFICER_EMAIL
unset DEMO DEBUG || true

check "migrations (makemigrations --check)" python manage.py makemigrations --check --dry-run
check "réglages de production (check --deploy)" python manage.py check --deploy --fail-level WARNING
