#!/usr/bin/env bash
# Writes dump.bin and plain.bin with the redis-server at hand (7.0.15 when they were made).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
directory=$(mktemp -d)
redis-server --port 0 --unixsocket "$directory/socket" --dir "$directory" --save '' --daemonize no >/dev/null &
server=$!
r() { redis-cli -s "$directory/socket" "$@" >/dev/null; }
until redis-cli -s "$directory/socket" ping >/dev/null 2>&1; do sleep 0.1; done
r set text 'bob@example.org'
r set number 1234567890
r set small -5
r set large 9223372036854775807
r set repeated "$(printf 'user 100000000000000007 %.0s' $(seq 20))"
r set until 'later' pxat 4102444800123
r set uuid "$(printf '?\x25\x04\xe0\x4f\x09\x41\xd3\x1a\x0c\x03\x05\x02\x2c\x33\x01')"
r rpush list one 2 -3 4000 70000 5000000000 "$(printf 'x%.0s' $(seq 100))"
r rpush long "$(printf 'y%.0s' $(seq 9000))" end
r sadd numbers 7 1234567890123 -9
r sadd words jane_doe 17
r zadd scores 1.5 a 12345678 b
r hset hash field 1234567890 jane.doe 4
r config set hash-max-listpack-entries 1
r config set zset-max-listpack-entries 1
r config set set-max-intset-entries 1
r hset table f1 v1 f2 1000000007
r zadd tree 1 m1 2 m2
r sadd members 11 22 x
r xadd stream 1234567890123-4 field value1 other 17
r xadd stream 1234567890124-0 field value2 other 18
r xadd stream 1234567890125-1 odd alone
r xdel stream 1234567890124-0
r xgroup create stream group 0
r xreadgroup group consumer count 1 streams stream '>'
r -n 3 set elsewhere 3f2504e0-4f89-41d3-9a0c-0305e82c3301
r function load "$(printf '#!lua name=lib\nredis.register_function("f", function() return "jane_doe" end)')"
r save
cp "$directory/dump.rdb" "$here/dump.bin"
r config set rdbcompression no
r flushall
r set k v
r save
cp "$directory/dump.rdb" "$here/plain.bin"
kill "$server"
rm -r "$directory"
