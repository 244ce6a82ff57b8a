#!/usr/bin/env bash
# Two machines on one: two network namespaces, joined by a pair of virtual interfaces, each with a host name of its own.
# mpirun runs in the first and starts its daemon in the second as it would by ssh; messages go by TCP.
#
#   two_hosts.sh MPIRUN THALWEG_MPI THALWEG
set -euo pipefail
mpirun=$1 many=$2 one=$3
skip() { echo "skipped: $*"; exit 0; }
((EUID == 0)) || skip "network namespaces need root"
for tool in ip unshare; do command -v $tool >/dev/null || skip "$tool is not there"; done
id=$$ net=10.77.$(($$ % 250))
a=thalweg-a-$id b=thalweg-b-$id
work=$(mktemp -d)
clean_up() {
  for space in $a $b; do ip netns del $space 2>/dev/null || true; done
  rm -rf "$work"
}
trap clean_up EXIT
ip netns add $a 2>/dev/null || skip "this machine lets nobody make network namespaces"
ip netns add $b
ip link add va$id netns $a type veth peer name vb$id netns $b 2>/dev/null || skip "this machine has no virtual interfaces"
ip -n $a addr add $net.1/24 dev va$id
ip -n $b addr add $net.2/24 dev vb$id
for space in $a $b; do ip -n $space link set lo up; done
ip -n $a link set va$id up
ip -n $b link set vb$id up

# What takes the place of ssh: the host, then the command.
cat >"$work/agent" <<AGENT
#!/bin/sh
shift
exec ip netns exec $b unshare --uts sh -c 'hostname thalweg-b; exec sh -c "\$*"' sh "\$@"
AGENT
chmod +x "$work/agent"
printf '%s slots=2\n%s slots=2\n' $net.1 $net.2 >"$work/hosts"

cd "$work"
"$one" generate bundle --cameras 30 --points 4000 --seed 3 --output town.txt --quiet
"$one" solve town.txt --json one.json --quiet
ip netns exec $a unshare --uts sh -c 'hostname thalweg-a; exec "$@"' sh \
  timeout 120 "$mpirun" -n 4 --hostfile hosts --map-by node --mca plm_rsh_agent "$work/agent" --mca btl tcp,self \
  --mca oob_tcp_if_include $net.0/24 --mca btl_tcp_if_include $net.0/24 -x OMPI_ALLOW_RUN_AS_ROOT \
  sh -c '[ "$1" = names ] && hostname >&2; shift; exec "$@"' sh names "$many" solve town.txt --json many.json --quiet \
  --checkpoint best 2>names
cost() { sed -n 's/^.*"final_cost": *\([^,]*\).*$/\1/p' "$1" | head -n 1; }
for host in thalweg-a thalweg-b; do
  [[ $(grep -c "^$host$" names) == 2 ]] || { cat names; echo "expected two processes on $host"; exit 1; }
done
awk -v a="$(cost many.json)" -v b="$(cost one.json)" 'BEGIN { d = a - b; if (d < 0) d = -d; exit !(a != "" && d <= 1e-6 * b) }' ||
  { echo "cost $(cost many.json); expected $(cost one.json)"; exit 1; }
echo "two hosts, two processes each: $(cost many.json), in one process $(cost one.json)"
