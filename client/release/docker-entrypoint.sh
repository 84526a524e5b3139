#!/bin/sh
# Runs dtmap as the owner of the mounted folder, so that --fix and -o can write there and what they write is the owner's.
# With `docker run --user` nothing is changed.
if [ "$(id -u)" = 0 ]; then
  owner=$(stat -c %u .)
  group=$(stat -c %g .)
  exec setpriv --reuid "$owner" --regid "$group" --clear-groups dtmap "$@"
fi
exec dtmap "$@"
