#!/bin/sh
# Arguments: mounted files, as words or patterns; the SHA-256 they must come to have together, how many tenths of a second to wait for that;
# nginx's configuration.
files=$1 digest=$2 patience=$3 conf=$4
# Patterns come in the order of bytes.
export LC_ALL=C

# shellcheck disable=SC2086 # a word a file
until [ "$(cat $files 2>/dev/null | sha256sum | cut -c1-64)" = "$digest" ]; do
  patience=$((patience - 1))
  [ "$patience" -gt 0 ] || { echo "$files: still the old ones" >&2; exit 3; }
  sleep 0.1
done

# Processes of nginx by their title; workers that are going down say so in theirs, and take no connections.
processes() {
  for line in /proc/[0-9]*/cmdline; do
    case $(tr '\0' ' ' <"$line" 2>/dev/null) in
      *'worker process is shutting down'*) ;;
      *"nginx: $1 process"*) number=${line%/cmdline}; echo "${number#/proc/}" ;;
    esac
  done
}
workers() { processes worker; }

# The master alone reads the configuration: with a thousand parties that takes seconds, and `nginx -t` and `nginx -s reload` would each do it once more.
# One that it cannot use it leaves aside, and goes on with the old.
old=" $(workers | tr '\n' ' ')"
kill -HUP "$(processes master)" || exit 5

# After the signal, old workers go on taking connections until the new ones are there.
patience=100
while :; do
  new=0 lingering=0
  for worker in $(workers); do
    case $old in
      *" $worker "*) lingering=1 ;;
      *) new=1 ;;
    esac
  done
  [ "$new" = 1 ] && [ "$lingering" = 0 ] && exit 0
  patience=$((patience - 1))
  if [ "$patience" -le 0 ]; then
    said=$(nginx -t -c "$conf" 2>&1) || { echo "$said" >&2; exit 4; }
    echo "workers before:$old; now: $(workers | tr '\n' ' ')" >&2
    exit 5
  fi
  sleep 0.1
done
