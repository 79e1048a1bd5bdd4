#!/bin/sh
# What GNU tar 1.34 keeps of an incremental archive, after two of them with files and a directory that got other names.
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
mkdir -p "$work/data/5696621"
for name in bob_smith77 jane.doe@example.org 5696621/Nora; do echo a > "$work/data/$name"; done
(cd "$work" && tar --listed-incremental=list -cf 0.tar data)
mv "$work/data/bob_smith77" "$work/data/bob_moved"
mv "$work/data/5696621" "$work/data/moved_5696621"
(cd "$work" && tar --listed-incremental=list -cf 1.tar data)
mv "$work/list" snapshot.bin
rm -r "$work"
