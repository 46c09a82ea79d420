#!/usr/bin/env bash
# Runs the image as a cluster would (read-only, no root, no capability), calls it, and ends it under load. Every request has to be answered.
#   deploy/check-image.sh [docker|podman] [options of its run command, such as --env ConnectionStrings__Redis=...]
set -euo pipefail
engine=${1:-docker}; shift || true
port=${PORT:-18080} token=$(openssl rand -hex 24) url=http://127.0.0.1:${PORT:-18080} work=$(mktemp -d)
id=$("$engine" run --detach --network host --read-only --user 1654 --cap-drop ALL --security-opt no-new-privileges "$@" \
  --env ASPNETCORE_URLS="http://+:$port" --env ScimLite__Tenants__check__Token="$token" --env ScimLite__Tenants__check__RequestsPerSecond=100000 \
  --env ScimLite__AdminKey="$token" --env ScimLite__ShutdownDelaySeconds=3 "${IMAGE:-scimlite}")
trap '"$engine" rm --force "$id" >/dev/null; rm -rf "$work"' EXIT

# What it answered, then the status on a line of its own.
call() { curl --silent --max-time 20 --write-out '\n%{http_code}\n' --header "Authorization: Bearer $token" --header 'Content-Type: application/scim+json' "$@"; }
want() { [ "$2" = "$3" ] || { echo "$1: $3, expected $2"; "$engine" logs "$id" | tail -5; exit 1; }; echo "$1: $3"; }

for _ in $(seq 300); do curl --silent --fail --output /dev/null "$url/health/ready" && break; sleep 0.1; done
want health 0 "$("$engine" exec "$id" dotnet ScimLite.dll health >/dev/null && echo 0 || echo 1)"
user=$(call "$url/scim/v2/Users" --data '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"check-'"$RANDOM$RANDOM"'"}')
want POST 201 "$(tail -1 <<<"$user")"
user=$url/scim/v2/Users/$(grep -o '"id":"[^"]*' <<<"$user" | cut -d'"' -f4)
want GET 200 "$(call "$user" | tail -1)"
want PATCH 200 "$(call --request PATCH "$user" --data '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"Replace","path":"active","value":"False"}]}' | tail -1)"
want "admin page" 200 "$(call "$url/admin" | tail -1)"

# Four writers, half a minute at most; each ends when nobody listens any more (curl's 7).
writer() {
  for n in $(seq 5000); do
    [ "$SECONDS" -lt "$until" ] || return 0
    status=$(call --output /dev/null "$url/scim/v2/Users" --data '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"check-'"$1-$n-$RANDOM"'"}') || { [ $? = 7 ] && return 0 || echo cut; continue; }
    tail -1 <<<"$status"
  done
}
until=$((SECONDS + 30))
for w in 1 2 3 4; do writer "$w" >"$work/$w" & done
sleep 3
"$engine" kill --signal TERM "$id" >/dev/null
sleep 0.5
want "ready after SIGTERM" 503 "$(call --output /dev/null "$url/health/ready" | tail -1)"
want "exit code" 0 "$("$engine" wait "$id")"
for job in $(jobs -p); do wait "$job"; done
cat "$work"/* | sort | uniq -c | awk '{ print "under load: " $1 " x " $2 }'
want "not answered 201" 0 "$(cat "$work"/* | grep -vc '^201$' || true)"
