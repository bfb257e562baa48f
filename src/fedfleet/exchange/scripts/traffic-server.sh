#!/bin/sh
# Arguments: the configuration file, its SHA-256, how many tenths of a second to wait for it.
file=$1 digest=$2 patience=$3

until [ "$(sha256sum <"$file" | cut -c1-64)" = "$digest" ]; do
  patience=$((patience - 1))
  [ "$patience" -gt 0 ] || { echo "$file is still the old one" >&2; exit 3; }
  sleep 0.1
done

# It ends well whatever is in the file, unless nobody is there to be told.
said=$(traffic_ctl config reload 2>&1) || { echo "$said" >&2; exit 1; }

# traffic_manager hands changes on to traffic_server in a loop that sleeps 5 s (REC_REMOTE_SYNC_INTERVAL_MS, compiled in).
# A signal with an empty handler ends that sleep; SIGALRM has one in traffic_manager 9 (SignalAlrmHandler). Where that is
# not so, nothing is sent, and the change takes up to 5 s.
for status in /proc/[0-9]*/status; do
  name=$(sed -n 's/^Name:[[:space:]]*//p' "$status" 2>/dev/null)
  [ "$name" = traffic_manager ] || continue
  caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "$status" | tail -c 9)
  # Bit 13 is SIGALRM, signal 14.
  [ $((0x$caught & 0x2000)) -ne 0 ] || continue
  round=0
  while [ "$round" -lt 12 ]; do
    for thread in "${status%/status}"/task/*; do
      kill -ALRM "${thread##*/}" 2>/dev/null
    done
    sleep 0.1
    round=$((round + 1))
  done
done
exit 0
