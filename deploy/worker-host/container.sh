#!/bin/bash
# The tunnel in a container on the host's network: what systemd does on a worker host, in the same order. When it ends, guard and
# routes stay in the host's kernel, so nothing leaves in clear.
set -euo pipefail

host() { node /app/packages/host/src/main.ts "$@"; }

# Reads /etc/causeway/host.yaml and tunnel.yaml; wrong ones end it here, before anything has changed.
host apply --config /etc/causeway/config --files-only
nft -f /etc/causeway/guard.nft
/usr/local/lib/causeway/tunnel-routes up

# The worker's container reads there how the tunnel is.
read_for_worker() {
  while :; do
    host relay || true
    sleep 1
  done
}
read_for_worker &

/usr/sbin/charon-systemd &
charon=$!
trap 'kill -TERM "$charon"' TERM INT
for _ in $(seq 100); do
  [ -S /run/charon.vici ] && break
  sleep 0.1
done
host load-keys --config /etc/causeway/config
swanctl --load-conns

# What causeway-initiate.timer does: calls again for tunnels that were refused.
while kill -0 "$charon" 2>/dev/null; do
  sleep 15 &
  wait -n "$charon" "$!" || true
  [ ! -x /usr/local/lib/causeway/tunnel-initiate ] || /usr/local/lib/causeway/tunnel-initiate 2>/dev/null || true
done
wait "$charon"
