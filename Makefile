# The commands of the portal. `make help` lists them; docs/architecture.md says what stands where.

.DEFAULT_GOAL := help
.PHONY: help run manage test test-services lint format bench bench-room lock audit

# The first Python of this machine; bootstrap.py itself looks for a more recent one where it is too old.
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell command -v $(name))))
BOOTSTRAP = @$(or $(PYTHON),echo "Il manque Python 3.11 ou plus récent (sur Debian ou Ubuntu : apt-get install python3 python3-venv)." >&2; exit 1;) scripts/bootstrap.py
ARGS ?=

# Where `make test-services` finds what production runs on.
SERVICES_DATABASE_URL = $(or $(DATABASE_URL),postgres://postgres@127.0.0.1:5432/postgres)
SERVICES_BROKER_URL = $(or $(CELERY_BROKER_URL),redis://127.0.0.1:6379/0)
SERVICES_CACHE_URL = $(or $(CACHE_URL),redis://127.0.0.1:6379/1)

COMPILE = @uv pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 \
	--no-emit-index-url --no-emit-find-links --no-header -q

help: ## Cette liste
	@echo "Commandes du portail :"
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS='	' read -r name what; do \
		printf '  make %-15s %s\n' "$$name" "$$what"; done

run: ## Prépare tout, puis démarre le portail (PORT=8001 make run pour un autre port)
	$(BOOTSTRAP) run

manage: ## Une commande de Django, par exemple : make manage ARGS="dump_cycle 2020-2021"
	$(BOOTSTRAP) manage $(ARGS)

test: lint ## Toutes les vérifications et tous les tests (ARGS="tests/house -x" pour en choisir)
	$(BOOTSTRAP) tests python -m pytest $(ARGS)

# What does not touch the database runs once, in `make test`.
test-services: export DATABASE_URL := $(SERVICES_DATABASE_URL)
test-services: export CELERY_BROKER_URL := $(SERVICES_BROKER_URL)
test-services: export CACHE_URL := $(SERVICES_CACHE_URL)
test-services: ## Les mêmes tests sur PostgreSQL et Redis (DATABASE_URL, CELERY_BROKER_URL, CACHE_URL)
	$(BOOTSTRAP) tests python scripts/check_services.py
	$(BOOTSTRAP) tests python -m pytest -m "not once" $(ARGS)

lint: ## Style, mise en forme, imports, migrations et réglages de production
	$(BOOTSTRAP) tools sh scripts/lint.sh

format: ## Remet le code et les gabarits en forme
	$(BOOTSTRAP) tools sh scripts/format.sh

bench: ## Les mesures de benchmarks/, chacune à côté de son plancher
	$(BOOTSTRAP) tests python -m benchmarks $(ARGS)

bench-room: ## Quarante personnes écrivent au tour de table pendant 60 s (ARGS=10 pour 10 s)
	$(BOOTSTRAP) tests python -m benchmarks.room $(ARGS)

audit: ## Failles connues des dépendances fixées (demande le réseau; hors de .ci/run)
	PYTHON=$(PYTHON) sh scripts/audit.sh

lock: ## Fixe de nouveau les dépendances de pyproject.toml (demande uv)
	@command -v uv >/dev/null || { echo "Il manque uv (par exemple : pip install uv)." >&2; exit 1; }
	$(COMPILE) -o requirements/run.txt
	$(COMPILE) --extra test -o requirements/test.txt
