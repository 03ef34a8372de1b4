#!/usr/bin/env bash
# DocumentDB (a MongoDB-compatible engine on PostgreSQL) for the tests, from Debian's packages and without installing any of them on the machine.
#
#   documentdb.sh prepare   downloads and unpacks it into the cache (once; needs Linux, apt and root)
#   documentdb.sh run       starts an engine with an empty store of its own and obeys the lines on its input: kill (as the power would), start.
#                           It ends with its input, so an engine never outlives the tests that asked for it.
#
# What takes long is said in lines that begin with "# ", what goes wrong in one line on the error output. Preparing ends within a quarter of an
# hour, one way or the other; of several processes that want it at once one does it. The cache is $ADSERVER_TEST_CACHE, else ~/.cache/adserver-tests.
set -euo pipefail

readonly suite=forky user=5432 bin=/usr/lib/postgresql/18/bin architecture=$(dpkg --print-architecture 2>/dev/null || true)
readonly cache=${ADSERVER_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/adserver-tests}
# The number changes with what prepare makes.
readonly tree=$cache/documentdb-$suite-1
# Seconds.
readonly longest_download=200 longest_build=200 longest_wait=900

say() { echo "# $1"; }

fail() { echo "$1" >&2; exit 1; }

# A step in a process of its own: it can be ended when it takes too long, and whichever of its commands fails ends it, which bash ignores of
# functions in a condition.
step() { timeout --kill-after=5 "$2" "$0" "step-$1" "$new" >>"$new/log" 2>&1; }

last_words() { grep '^E: ' "$new/log" | tail -n 1 | grep . || tail -n 1 "$new/log"; }

inside() { env -i PATH=$bin:/usr/bin LC_ALL=C.UTF-8 HOME=/tmp "$(command -v chroot)" --userspec=$user:$user "$root" "$@"; }

check_machine() {
  [ "$(uname -s)" = Linux ] || fail "DocumentDB is prepared on Linux only"
  [ "$(id -u)" = 0 ] || fail "preparing DocumentDB needs root"
  for tool in apt-get dpkg-deb chroot flock; do
    command -v "$tool" >/dev/null || fail "preparing DocumentDB needs $tool"
  done
}

# The archive that this machine itself takes Debian from.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -n 1 | grep . ||
    fail "no Debian archive among this machine's apt sources"
}

# An apt of its own: it shares the machine's settings (proxies) and keys, and nothing else.
configure_apt() {
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg from
  [ -e "$keys" ] || fail "preparing DocumentDB needs the package debian-archive-keyring"
  from=$(mirror)
  mkdir -p "$own"/{preferences,lists/partial,archives/partial}
  echo "deb [signed-by=$keys] $from $suite main" >"$own/sources.list"
  : >"$own/status"
  cat >"$own/apt.conf" <<END
Dir::Etc::SourceList "$own/sources.list";
Dir::Etc::SourceParts "$own/preferences";
Dir::Etc::PreferencesParts "$own/preferences";
Dir::State "$own";
Dir::State::Lists "$own/lists";
Dir::State::status "$own/status";
Dir::Cache "$own";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "srcpkgcache.bin";
Dir::Cache::Archives "$own/archives";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Check-Valid-Until "false";
Acquire::Retries "1";
Acquire::http::Timeout "30";
#clear APT::Update;
APT::Update::Error-Mode "any";
#clear DPkg;
END
}

own_apt() { apt-get -q -y -c "$own/apt.conf" "$@"; }

# Tells apt that what only maintainer scripts and raster maps need is there already: 60 MB to download instead of 140.
assume_installed() {
  local names='adduser|c?debconf|init-system-helpers|lib(gdal|perl|sfcgal)|locales|perl|postgresql(-client)?-common$|proj-data|ssl-cert|systemd'
  apt-cache -c "$own/apt.conf" pkgnames | grep -E "^($names)" | while read -r name; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\nMulti-Arch: foreign\nVersion: 9999\nMaintainer: none\nDescription: none\n\n' \
      "$name" "$architecture"
  done >"$own/status.new"
  mv "$own/status.new" "$own/status"
}

download() {
  configure_apt
  own_apt update
  assume_installed
  own_apt install --no-install-recommends --download-only dash libc-bin postgresql-18-documentdb
}

# A network that stumbles gets three chances.
download_patiently() {
  local attempt
  for attempt in 1 2 3; do
    if step download "$longest_download"; then
      return
    fi
    say "DocumentDB could not be downloaded at attempt $attempt: $(last_words)"
    sleep $((attempt * 2))
  done
  fail "DocumentDB could not be downloaded: $(last_words)"
}

unpack() {
  local folder package
  for folder in bin sbin lib lib64; do
    mkdir -p "$root/usr/$folder"
    ln -s "usr/$folder" "$root/$folder"
  done
  for package in "$own"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" |
      tar -x -C "$root" --keep-directory-symlink --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale
  done
}

# What the packages' maintainer scripts and a running system would have given.
furnish() {
  local device control
  mkdir -p "$root"/{tmp,dev/shm,engines,etc}
  chmod 1777 "$root/tmp" "$root/dev/shm"
  for device in "null 3" "zero 5" "urandom 9"; do
    mknod -m 666 "$root/dev/${device% *}" c 1 "${device#* }"
  done
  printf 'root:x:0:0::/:/bin/sh\npostgres:x:%s:%s::/tmp:/bin/sh\n' $user $user >"$root/etc/passwd"
  printf 'root:x:0:\npostgres:x:%s:\n' $user >"$root/etc/group"
  chroot "$root" /sbin/ldconfig
  for control in "$root"/usr/share/postgresql/18/extension/*-3.control; do
    ln -sf "$(basename "$control")" "${control%-3.control}.control"
  done
}

# A store that every engine starts as a copy of. It survives a killed process (commits reach the kernel), not a power cut: it is for tests.
make_template() {
  mkdir "$root/template"
  chown $user:$user "$root/template"
  inside initdb -D /template/data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --wal-segsize=1 --no-sync
  cat >>"$root/template/data/postgresql.conf" <<END
listen_addresses = ''
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb,pg_documentdb_extended_rum'
cron.launch_active_jobs = off
documentdb.enableBackgroundWorker = off
documentdb.useFileBasedPersistedCursors = on
max_connections = 120
deadlock_timeout = 50ms
fsync = off
END
  inside pg_ctl -D /template/data -l /template/log -o "-k /template" -w -t 60 start
  inside psql -q -v ON_ERROR_STOP=1 -h /template -U postgres -c 'CREATE EXTENSION documentdb CASCADE' -c 'CREATE EXTENSION documentdb_extended_rum'
  inside pg_ctl -D /template/data -m fast -w stop
}

build() {
  unpack
  furnish
  make_template
}

prepare() {
  check_machine
  mkdir -p "$cache"
  exec 8>"$cache/lock"
  if ! flock -n 8; then
    [ -d "$tree" ] || say "Waiting for another process that prepares DocumentDB"
    flock -w "$longest_wait" 8 || fail "another process has been preparing DocumentDB for $longest_wait seconds"
  fi
  if [ ! -d "$tree" ]; then
    new=$tree.new
    rm -rf "$cache"/documentdb-*.new
    mkdir -p "$new/root"
    say "Downloading DocumentDB for the tests (60 MB, once) into $cache"
    download_patiently
    say "Setting DocumentDB up (a gigabyte, once)"
    step build "$longest_build" || fail "DocumentDB could not be set up: $(last_words)"
    rm -rf "$new/apt"
    mv "$new" "$tree"
  fi
  root=$tree/root
}

# A count without a filter is counted, as in MongoDB: by default the engine takes it from statistics, which follow the writes a moment later.
# Whole pages are logged: of a new index page that a split makes the engine logs only what differs from the page before, which recovery can redo on
# a page that it has. Without them a killed engine comes back with empty pages in its indexes, and looks through those without end.
start() {
  local options="-k /engines/$id -c full_page_writes=on -c documentdb.localhost_connection_string=host=/engines/$id"
  options+=" -c documentdb.use_pg_stats_live_tuples_for_count=off -c documentdb.coll_stats_count_policy_threshold=2147483646"
  inside pg_ctl -D "/engines/$id/data" -l "/engines/$id/log" -o "$options" -w -t 60 start >"$root/engines/$id/control" 2>&1 7>&- 8>&- </dev/null
}

stop() { inside pg_ctl -D "/engines/$1/data" -m immediate -w stop >/dev/null 2>&1 || true; }

# Ends the engine's first process and those that it started, and forgets it: its number stays taken where nobody buries the dead. It is held
# still first, so that it starts no other meanwhile; and all are waited for: one that lived on would write into the store of the next.
kill_all() {
  local pid_file=$root/engines/$id/data/postmaster.pid first processes attempt
  first=$(head -n 1 "$pid_file")
  kill -STOP "$first"
  while [[ $(ps -o stat= -p "$first") == [RSD]* ]]; do sleep 0.01; done
  processes="$first $(ps -o pid= --ppid "$first")"
  kill -KILL $processes 2>/dev/null || true
  for attempt in {1..600}; do
    if are_dead $processes; then
      rm -f "$pid_file"
      return
    fi
    sleep 0.05
  done
  fail "DocumentDB did not die"
}

are_dead() {
  local process state
  for process; do
    state=$(ps -o stat= -p "$process" || true)
    [[ -z $state || $state == Z* ]] || return 1
  done
}

# After a kill, memory that the dead processes shared may linger for a moment.
start_again() {
  local attempt
  for attempt in {1..50}; do
    if start; then
      return
    fi
    sleep 0.1
  done
  fail "DocumentDB did not start again: $(tail -n 1 "$root/engines/$id/log")"
}

# An engine whose script was killed is not locked any more.
clear_orphans() {
  local folder
  for folder in "$root"/engines/*/; do
    [ -d "$folder" ] || continue
    if flock -n "$folder/lock" true; then
      stop "$(basename "$folder")"
      rm -rf "$folder"
    fi
  done
}

run() {
  prepare
  clear_orphans
  id=$$
  local folder=$root/engines/$id line
  mkdir -p "$folder"
  chown $user:$user "$folder"
  exec 7>"$folder/lock"
  flock 7
  flock -u 8
  trap 'stop "$id"; rm -rf "$root/engines/$id"' EXIT
  cp -a "$root/template/data" "$folder/data"
  start || fail "DocumentDB did not start: $(tail -n 1 "$folder/log")"
  echo "$folder"
  while read -r line; do
    case $line in
      kill) kill_all ;;
      start) start_again ;;
    esac
    echo "$line"
  done
}

case ${1-} in
  prepare) prepare ;;
  run) run ;;
  step-*)
    new=$2 own=$2/apt root=$2/root
    "${1#step-}"
    ;;
  *) fail "usage: $0 prepare|run" ;;
esac
