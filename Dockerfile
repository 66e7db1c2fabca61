# One image with everything: the program, the flows, the articles. Data lives in /data.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements/ requirements/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md CHANGELOG.md ./
COPY bot/ bot/
COPY flows/ flows/
COPY knowledge/ knowledge/
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation . \
    && /venv/bin/sparekey check

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --create-home sparekey
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    OPENBLAS_NUM_THREADS=1 \
    SPAREKEY_DATA_DIR=/data \
    SPAREKEY_HOST=0.0.0.0
USER 10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('SPAREKEY_PORT', '8080') + '/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["sparekey", "serve"]
