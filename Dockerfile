# The service in a container: Debian slim, not root, every package from the lock by its hash.
#   docker build -t fitgate .
#   docker run --env-file fitgate.env -e FITGATE_GITHUB_PRIVATE_KEY_FILE=/run/app.pem \
#     -v ./fitgate-app.pem:/run/app.pem:ro -v fitgate:/data -p 127.0.0.1:8080:8080 fitgate

FROM python:3.13-slim-trixie AS build
COPY requirements/service.lock /build/
RUN python -m venv /opt/fitgate \
    && /opt/fitgate/bin/pip install --no-cache-dir --no-deps --require-hashes -r /build/service.lock
# The package is copied, not built: a build would fetch what no lock names.
COPY fitgate /opt/fitgate/app/fitgate
COPY policies /opt/fitgate/app/fitgate/policies
RUN /opt/fitgate/bin/python -m compileall -q /opt/fitgate/app /opt/fitgate/lib

FROM python:3.13-slim-trixie
ENV PATH=/opt/fitgate/bin:$PATH PYTHONPATH=/opt/fitgate/app PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 FITGATE_DATABASE_URL=sqlite:////data/fitgate.db
# Git makes the patches that GitHub leaves out.
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 fitgate \
    && useradd --uid 10001 --gid fitgate --no-create-home --home-dir /data fitgate \
    && install -d -o fitgate -g fitgate -m 0700 /data
COPY --from=build /opt/fitgate /opt/fitgate
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", \
    "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["python", "-m", "fitgate"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
