#!/bin/sh
# Two versions of a file, as RCS 5.10.1 writes them.
set -e
cd "$(mktemp -d)"
printf 'owner: jane.doe@example.org\nid: 1234567890\n' > accounts
ci -q -l -wjane -d'2026-01-31 12:00:00' -t-'accounts of bob@example.org' accounts
printf 'owner: jane.doe@example.org\n' > accounts
ci -q -wjane -d'2026-02-01 12:00:00' -m'1234567890 has left, says alice.smith@example.com' accounts
cat accounts,v
