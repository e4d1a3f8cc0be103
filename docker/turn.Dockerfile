# Debian's coturn, the version that the tests start with this very configuration.
FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends coturn libcap2-bin ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && setcap cap_net_bind_service=+ep /usr/bin/turnserver
USER turnserver
ENTRYPOINT ["turnserver"]
CMD ["-c", "/etc/coturn.conf"]
