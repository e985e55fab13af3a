#!/bin/bash
# Starts the gateway on port 9200 with one user, then says "gateway ready" on standard output.
# ACCESS_KEY and SECRET_KEY name the user's keys. The settings make a cluster of one answer within two seconds.
set -euo pipefail
home=/ceph
mkdir -p "$home"/{mon,osd,rgw,run,log}
fsid=$(cat /proc/sys/kernel/random/uuid)
cat >"$home/ceph.conf" <<CONF
[global]
fsid = $fsid
mon host = [v2:127.0.0.1:3300,v1:127.0.0.1:6789]
mon initial members = a
public addr = 127.0.0.1
# Without cephx the gateway stalls a minute at start.
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = $home/keyring
paxos propose interval = 0.02
paxos min wait = 0.01
mon data avail crit = 1
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 4294967296
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd max pg per osd hard ratio = 100
# Keys of 1,024 bytes become names of more than that.
osd max object name len = 2048
osd max object namespace len = 256
run dir = $home/run
log file = $home/log/\$name.log
admin socket = $home/run/\$name.asok
mon data = $home/mon
osd data = $home/osd
rgw data = $home/rgw
rgw frontends = beast port=9200
rgw enable usage log = false
CONF
export CEPH_CONF="$home/ceph.conf"

ceph-authtool --create-keyring "$home/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
for name in client.admin client.rgw.a osd.0; do
  ceph-authtool "$home/keyring" --gen-key -n "$name" --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
done
monmaptool --create --fsid "$fsid" --addv a '[v2:127.0.0.1:3300,v1:127.0.0.1:6789]' "$home/monmap" >/dev/null
ceph-mon --mkfs -i a --monmap "$home/monmap" --keyring "$home/keyring"
ceph-mon -i a -f >"$home/log/mon.out" 2>&1 &
for _ in $(seq 50); do timeout 5 ceph mon stat >/dev/null 2>&1 && break; sleep 0.2; done

osd_id=$(cat /proc/sys/kernel/random/uuid)
ceph osd new "$osd_id" >/dev/null
ceph-osd -i 0 --mkfs --osd-uuid "$osd_id" >"$home/log/osd-mkfs.out" 2>&1
ceph-osd -i 0 -f >"$home/log/osd.out" 2>&1 &
for _ in $(seq 100); do ceph osd stat 2>/dev/null | grep -q '1 up' && break; sleep 0.2; done

radosgw -n client.rgw.a -f >"$home/log/rgw.out" 2>&1 &
gateway=$!
for _ in $(seq 300); do (echo >/dev/tcp/127.0.0.1/9200) 2>/dev/null && break; sleep 0.2; done
radosgw-admin user create --uid=causeway --display-name=causeway \
  --access-key="${ACCESS_KEY:?}" --secret-key="${SECRET_KEY:?}" >"$home/log/user.out" 2>&1
echo 'gateway ready'
wait "$gateway"
