# Build: dependencies by hash, then the wheel; the second stage carries neither compiler nor cache.
FROM python:3.11-slim AS build
WORKDIR /src
COPY requirements.lock ./
RUN python3 -m venv /opt/venv \
 && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot ./bot
COPY handlers ./handlers
COPY knowledge ./knowledge
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim
RUN groupadd --gid 10001 triage \
 && useradd --no-create-home --uid 10001 --gid triage --home-dir /data --shell /usr/sbin/nologin triage \
 && mkdir /data && chown triage:triage /data
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    RDP_TRIAGE_CONFIG=/etc/rdp-triage/rdp-triage.toml
USER triage
WORKDIR /data
VOLUME /data
# The address of [http] listen, by default; a setting of your own needs a check of your own.
# Podman keeps it only with `podman build --format docker`.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:9464/readyz', timeout=4)"]
ENTRYPOINT ["rdp-triage"]
CMD ["serve"]
