# The image of production: the same for web, worker, beat and the step that migrates (see docker-compose.yml).
FROM python:3.12-slim-bookworm AS base
# What WeasyPrint needs to lay out and write PDFs; the same list as in scripts/steps/environment.py. Then pg_dump,
# for backups; Debian 12 has that of PostgreSQL 15, the version of docker-compose.yml.
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz0b libharfbuzz-subset0 \
        postgresql-client \
    && rm -rf /var/lib/apt/lists/*

FROM base AS build
COPY . /source
RUN SOURCE=/source TARGET=/app sh /source/scripts/build-image.sh

FROM base
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin portail
COPY --from=build /app /app
# Only private files and backups are written, and only there: code and static files belong to root.
RUN install -d -o portail -g portail -m 700 /app/var/files /app/var/backups
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH VAR_DIR=/app/var PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER portail
EXPOSE 8000
CMD ["gunicorn", "--no-control-socket", "--worker-class", "gthread", "--workers", "2", "--threads", "4", \
     "--worker-tmp-dir", "/dev/shm", "--logger-class", "ecpar_portal.web_server_log.JsonLogger", \
     "--bind", "0.0.0.0:8000", "ecpar_portal.wsgi:application"]
