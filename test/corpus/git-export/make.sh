#!/bin/sh
# What git 2.39 writes of two commits with messages without line ends, as servers make them, and of one with.
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
export GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x@example.com GIT_AUTHOR_DATE='1770000000 +0000'
export GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x@example.com GIT_COMMITTER_DATE='1770000000 +0000'
git init -q -b main "$work"
git="git -C $work"
echo 'owner: 5696621' > "$work/a.txt"
$git add a.txt
first=$(printf 'Merge by bob_smith77' | $git commit-tree "$($git write-tree)")
printf 'data 3' > "$work/b.txt"
$git add b.txt
second=$(printf 'also for jane.doe@example.org' | $git commit-tree "$($git write-tree)" -p "$first")
$git reset -q --soft "$second"
$git commit -q --allow-empty -m 'by alice.smith'
$git fast-export main > export.bin
rm -rf "$work"
