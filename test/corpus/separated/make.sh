#!/bin/sh
# A table with the separators of Hive's LazySimpleSerDe, and one with unit separators, as the shell of SQLite 3.40.1 writes them.
set -e
cd "$(dirname "$0")"
rows="VALUES (1234567890, 'café de Flore', 'jane.doe@example.org' || char(2) || 'Bob', 'lang' || char(3) || 'sv', NULL), (17, '', 'alice.smith', '2026-11-28 10:00:00', 0.5)"
sqlite3 -separator "$(printf '\001')" -nullvalue '\N' :memory: "$rows" > hive.bin
sqlite3 -separator "$(printf '\037')" -nullvalue '' :memory: "$rows" > units.bin
python3 - hive units <<'END'
import json, sys
for name in sys.argv[1:]:
    with open(name + '.bin', 'rb') as made:
        text = made.read().decode()
    shown = text.translate({sign: '\f' for sign in (1, 2, 3, 0x1f)})
    with open(name + '.json', 'w') as out:
        json.dump({'madeBy': 'make.sh', 'complete': {'separated': shown}, 'gaps': []}, out, indent=1)
        out.write('\n')
END
