#!/usr/bin/env bash
# Makes a Debian 12 machine a worker host: run it as root from the unpacked bundle, /opt/causeway/deploy/worker-host.
# Packer and cloud-init run this very script. It knows no role and no secret: `causeway-host apply` does, from the files in
# /etc/causeway. Run it again after unpacking a newer bundle.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
software=$(cd "$here/../.." && pwd)

say() { printf 'provision: %s\n' "$*"; }
stop() { printf 'provision: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || stop 'run it as root.'
# shellcheck source=/dev/null
. /etc/os-release
[ "${ID:-}:${VERSION_ID:-}" = debian:12 ] || stop "this is ${PRETTY_NAME:-an unknown system}; it must be Debian 12."
[ "$software" = /opt/causeway ] || stop "unpack the bundle into /opt/causeway; this lies in $software."
node=$software/node_modules/.bin/node
[ -e "$node" ] || stop "$node is missing; make the bundle with deploy/worker-host/bundle.mjs."

install_packages() {
  # The metapackage `strongswan` would bring strongswan-starter, whose charon fights charon-systemd for UDP 500 and 4500.
  local packages=(
    charon-systemd strongswan-swanctl libstrongswan-standard-plugins libcharon-extra-plugins
    nftables iproute2 kmod procps ca-certificates curl libatomic1 unattended-upgrades redis-server
  )
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  if dpkg-query -W -f '${Status}' strongswan-starter 2>/dev/null | grep -q ' installed$'; then
    say 'removing strongswan-starter: charon-systemd takes its place'
    "${apt[@]}" -y remove strongswan-starter
  fi
  "${apt[@]}" update
  # Debian starts what it installs; a machine that has no tunnel.yaml yet must not negotiate.
  local unit=/etc/systemd/system/strongswan.service
  [ -e /etc/causeway/host.yaml ] || ln -sf /dev/null "$unit"
  "${apt[@]}" install -y --no-install-recommends "${packages[@]}"
  if [ "$(readlink "$unit")" = /dev/null ]; then
    rm "$unit"
    systemctl disable strongswan.service >/dev/null 2>&1 || true
  fi
  # Debian's own Redis listens without a password; ours is causeway-redis, where host.yaml asks for it.
  systemctl disable --now redis-server.service >/dev/null 2>&1 || true
}

add_user() {
  getent passwd causeway >/dev/null ||
    useradd --system --user-group --home-dir /var/lib/causeway --shell /usr/sbin/nologin causeway
  install -d -m 0755 /etc/causeway
  install -d -m 0750 -o causeway -g causeway /var/lib/causeway /var/lib/causeway/journal
}

install_programs() {
  chown -R root:root "$software"
  chmod -R go+rX,go-w "$software"
  local name
  for name in causeway-host:packages/host/src/main.ts causeway:packages/cli/src/main.ts; do
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$node" "$software/${name#*:}" >"/usr/local/bin/${name%%:*}"
    chmod 0755 "/usr/local/bin/${name%%:*}"
  done
  "$node" --version >/dev/null || stop 'Node does not start.'
}

install_files() {
  local file
  for file in "$here"/systemd/*.service; do
    install -D -m 0644 "$file" "/etc/systemd/system/$(basename "$file")"
  done
  install -D -m 0644 "$here/etc/journald.conf" /etc/systemd/journald.conf.d/60-causeway.conf
  install -D -m 0644 "$here/etc/unattended-upgrades.conf" /etc/apt/apt.conf.d/52causeway-unattended-upgrades
  systemctl daemon-reload >/dev/null 2>&1 || true
}

install_packages
add_user
install_programs
install_files
say "done: Causeway $("$node" -p "require('$software/package.json').version") with Node $("$node" --version)."
if [ -e /etc/causeway/host.yaml ]; then
  exec /usr/local/bin/causeway-host apply
fi
say 'put host.yaml, and tunnel.yaml where this host has a tunnel, into /etc/causeway; then run: causeway-host apply'
