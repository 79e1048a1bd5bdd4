#!/usr/bin/env bash
# Writes the dumps beside it: with a server of PostgreSQL 15 and its pg_dump, with sqlite3, and with a server of MariaDB and its mariadb-dump where
# MARIADB says where they are (Debian's packages mariadb-server-core and mariadb-client, unpacked). Run as a user that PostgreSQL accepts.
set -euo pipefail
out=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)

# What programs store that looks like a dump, and what ends or goes on where it seems not to.
export PGHOST=$work PGUSER=owner PGDATABASE=postgres
bin=/usr/lib/postgresql/15/bin
"$bin/initdb" -D "$work/data" -U owner -A trust >/dev/null
"$bin/pg_ctl" -D "$work/data" -w -o "-k $work -h ''" start >/dev/null
"$bin/psql" -q >/dev/null <<'SQL'
create schema app;
create table app.users(user_id bigint primary key, "odd ""name, here" text default 'a, (b', email text, note text);
comment on table app.users is 'it''s
COPY app.users (note, email) FROM stdin;
bob@x.org	bob@x.org';
create function app.fill() returns text language sql as $body$
select 'INSERT INTO app.users VALUES (1, ''bob@x.org'', NULL, NULL);
COPY app.users (user_id, email) FROM stdin;'::text
$body$;
insert into app.users values (1, E'tab\there', 'bob@x.org', 'a\'), (2, 'x', null, E'back\\\\slash '' quote\nCOPY app.users (note) FROM stdin;\n\\.\nbob@x.org'),
  (3, 'bob@x.org', '''', '');
create table lines(text text);
insert into lines values ('COPY app.users (user_id, email) FROM stdin;'), ('bob@x.org'), (E'\\.'), ('-- it''s');
create table parts(id int, owner text, twice int generated always as (id * 2) stored) partition by range (id);
create table parts_1 partition of parts for values from (0) to (100);
insert into parts values (7, 'bob@x.org');
create table empty_one();
create view addresses as select email from app.users where note <> 'bob@x.org';
SQL
"$bin/pg_dump" >"$out/postgres-copy.bin"
"$bin/pg_dump" --inserts >"$out/postgres-inserts.bin"
"$bin/pg_dump" --column-inserts --rows-per-insert=2 >"$out/postgres-columns.bin"
"$bin/pg_dump" --data-only >"$out/postgres-data.bin"
"$bin/pg_ctl" -D "$work/data" stop >/dev/null

sqlite3 "$work/a.db" <<'SQL'
create table users([user id] integer primary key, email text, note text, check (note <> ','));
insert into users values (1, 'bob@x.org', 'it''s' || char(10) || 'INSERT INTO users VALUES(2,''bob@x.org'');'), (2, 'a', x'00ff'), (3, '-- ''', 'bob@x.org');
create table "odd "" name"(a, email generated always as (a || '@x.org') stored, key text);
insert into "odd "" name" values ('bob', 1.5);
SQL
sqlite3 "$work/a.db" .dump >"$out/sqlite3.bin"
sqlite3 "$work/a.db" '.dump --newlines' >"$out/sqlite3-newlines.bin"
python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).iterdump(), sep="\n")' "$work/a.db" >"$out/python.bin"

if [ -n "${MARIADB:-}" ]; then
  export LD_LIBRARY_PATH=$MARIADB/usr/lib/x86_64-linux-gnu
  options=(--no-defaults --socket="$work/socket")
  "$MARIADB/usr/bin/mariadb-install-db" --no-defaults --basedir="$MARIADB/usr" --datadir="$work/maria" --auth-root-authentication-method=normal --lc-messages-dir="$MARIADB/usr/share/mysql" >/dev/null
  "$MARIADB/usr/sbin/mariadbd" "${options[@]}" --basedir="$MARIADB/usr" --lc-messages-dir="$MARIADB/usr/share/mysql" --datadir="$work/maria" --skip-networking --pid-file="$work/pid" 2>"$work/log" &
  server=$!
  sql() { "$MARIADB/usr/bin/mariadb" "${options[@]}" -u root "$@"; }
  until sql -e 'select 1' >/dev/null 2>&1; do sleep 0.2; done
  sql -e 'create database app character set utf8mb4'
  sql app <<'SQL'
create table users(user_id bigint primary key, `odd ``name, (here` text comment 'it''s; \\', email text, `key` varbinary(9), key by_mail (email(9)));
insert into users values (1, 'tab\there', 'bob@x.org', x'00275c0a'), (2, 'a\\', NULL, '),('), (3, 'it''s\nINSERT INTO `users` VALUES (''bob@x.org'');\n', 'x;', 'b'),
  (4, 'bob@x.org', '\\''', '');
create table made(id int, email text as (concat(id, '@x.org')) stored, owner text);
insert into made(id, owner) values (7, 'bob@x.org');
create view addresses as select email from users where email <> 'bob@x.org';
delimiter //
create trigger fill after insert on made for each row begin
  -- it's
  if new.owner = 'bob@x.org' then
INSERT INTO users VALUES (5, 'bob@x.org', '', '');
  end if;
end//
create procedure fill_all() begin
INSERT INTO `users` VALUES (6, 'bob@x.org', '', ''); /* it's */
end//
SQL
  dump() { "$MARIADB/usr/bin/mariadb-dump" "${options[@]}" -u root --routines "${@:2}" app >"$out/$1.bin"; }
  dump mariadb
  dump mariadb-rows --skip-extended-insert --hex-blob --complete-insert
  dump mariadb-data --no-create-info --skip-triggers --replace
  kill "$server"
  wait "$server" || true
fi
rm -r "$work"
