# One image with everything: the program, the flows, the articles. Data lives in /data.
FROM python:3.11-slim-bookworm AS widget
WORKDIR /src
COPY requirements/node.txt requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/node.txt
COPY widget/ widget/
RUN cd widget && npm ci --ignore-scripts --no-audit --no-fund && node build.mjs /assets

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
# `semantic` adds the second tier of the matching.
ARG REQUIREMENTS=run
COPY requirements/ requirements/
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --no-cache-dir --require-hashes -r requirements/$REQUIREMENTS.txt
COPY pyproject.toml hatch_build.py README.md CHANGELOG.md ./
COPY bot/ bot/
COPY --from=widget /assets bot/channels/web/assets/
COPY flows/ flows/
COPY knowledge/ knowledge/
RUN pip --python /venv/bin/python install --no-cache-dir --no-deps --no-build-isolation . \
    && /venv/bin/sparekey check

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin sparekey \
    && install --directory --owner=sparekey --group=sparekey --mode=700 /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OPENBLAS_NUM_THREADS=1 \
    SPAREKEY_DATA_DIR=/data \
    SPAREKEY_HOST=0.0.0.0
USER 10001
VOLUME /data
EXPOSE 8080
# Not urllib: it would ask the proxy that Docker may hand to every container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, http.client as h; c = h.HTTPConnection('127.0.0.1', os.environ.get('SPAREKEY_PORT') or 8080, timeout=4); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
STOPSIGNAL SIGTERM
CMD ["sparekey", "serve"]
