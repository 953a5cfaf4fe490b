#!/usr/bin/env bash
# Keeps something that runs already in the registry until this is ended (Ctrl-C, SIGTERM), and then takes it out:
#   examples/register.sh orders http://127.0.0.1:9000
set -euo pipefail
service=$1
address=$2
ttl=${TTL:-15} # seconds that the registry believes in it without a word; it gets one three times as often
instance=${REGISTRY:-http://127.0.0.1:9900}/registry/v1/default/services/$service/instances/${ID:-$(hostname)-$$}
token=${REGISTRY_TOKEN:-$(cat data/admin.token)}

ask() {
  curl --silent --show-error --fail-with-body --max-time 5 --request "$1" "$instance" \
    --header "Authorization: Bearer $token" --header 'Content-Type: application/json' "${@:2}" && echo
}

pause=
leave() {
  [ -z "$pause" ] || kill "$pause" 2>/dev/null || true # it may be over
  ask DELETE
  exit 0
}
trap leave INT TERM

while true; do
  # the same again is a renewal, and a registration where the registry has forgotten
  ask PUT --data "{\"address\":\"$address\",\"ttl\":\"${ttl}s\"}" || echo "not registered, trying again" >&2
  sleep "$(awk "BEGIN { print $ttl / 3 }")" &
  pause=$!
  wait "$pause" || true
done
