#!/bin/sh
# Builds the portal into an empty folder, ready to serve; the Dockerfile runs it, and so does a test.
#
#   SOURCE  the project's files          (default: the folder above this script)
#   TARGET  where the portal will stand  (default: /app); its path is written in the environment, it does not move
#   PYTHON  the Python to build with     (default: python3)
set -eu

SOURCE=${SOURCE:-$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)}
TARGET=${TARGET:-/app}
PYTHON=${PYTHON:-python3}

stop() {
    echo "L’image n’a pas pu être construite : $1" >&2
    exit 1
}

mkdir -p "$TARGET"
[ -z "$(ls -A "$TARGET")" ] || stop "le dossier $TARGET n’est pas vide."

# The same list tells Docker and tar what stays out: neither data, nor secrets, nor tests.
echo "Copie du projet…"
(cd "$SOURCE" && ls -A | tar --create --anchored --wildcards --exclude-from=.dockerignore --files-from=- --file=-) \
    | tar --extract --directory="$TARGET" --no-same-owner --file=-

echo "Installation des dépendances…"
"$PYTHON" -m venv "$TARGET/.venv"
bin=$TARGET/.venv/bin
"$bin/python" -m pip install --quiet --no-input --disable-pip-version-check \
    --require-hashes --requirement "$TARGET/requirements/run.txt" || stop "pip n’a pas tout installé."

echo "Bibliothèques pour les PDF…"
"$bin/python" -c 'import weasyprint.text.ffi as libraries; assert libraries.harfbuzz_subset' \
    || stop "il manque des bibliothèques du système à WeasyPrint."

# Settings as production has them; this key serves nothing but these commands and is kept nowhere.
echo "Fichiers statiques…"
cd "$TARGET"
SECRET_KEY=$("$bin/python" -c 'import secrets; print(secrets.token_urlsafe(64))')
export SECRET_KEY VAR_DIR="$TARGET/var" PORTAL_URL=https://portail.example DATABASE_URL=sqlite://:memory:
unset DEMO DEBUG || true
"$bin/python" manage.py collectstatic --no-input --verbosity 0
"$bin/python" -m compileall -q -x '/\.venv/' .

echo "Image prête dans $TARGET."
