#!/usr/bin/env bash
# MongoDB itself for the tests, a replica set of one, where a Docker engine answers: says the port, and ends with its input. What takes long is said in lines that
# begin with "# ".
set -euo pipefail

# Seconds.
readonly longest_pull=600

fail() { echo "$1" >&2; exit 1; }

pull() {
  echo "# Pulling the image mongo:8 for the tests (once)"
  timeout "$longest_pull" docker pull -q mongo:8 >/dev/null 2>&1
}

command -v docker >/dev/null || fail "docker is not installed"
timeout 10 docker info >/dev/null 2>&1 || fail "no Docker engine answers"
docker image inspect mongo:8 >/dev/null 2>&1 || pull || pull || pull || fail "the image mongo:8 cannot be had"

# The container's first process ends with its input, and the container with it, and that input is this script's.
name=adserver-tests-$$
docker run -i --rm --name "$name" -p 127.0.0.1::27017 mongo:8 sh -c 'mongod --bind_ip_all --replSet rs0 >/dev/null 2>&1 & exec cat >/dev/null' <&0 >/dev/null 2>&1 &
for _ in {1..150}; do
  # Repeated until it has begun: later it is refused and changes nothing.
  docker exec "$name" mongosh --quiet --eval 'rs.initiate({_id: "rs0", members: [{_id: 0, host: "localhost:27017"}]})' >/dev/null 2>&1 || true
  if docker exec "$name" mongosh --quiet --eval 'quit(db.hello().isWritablePrimary ? 0 : 1)' >/dev/null 2>&1; then
    docker port "$name" 27017/tcp | head -n 1 | sed 's/.*://'
    wait
    exit
  fi
  sleep 0.2
done
docker kill "$name" >/dev/null 2>&1 || true
fail "mongo:8 did not start"
