#!/bin/sh
# Tables as GDAL 3.6.2 writes those of shapefiles, and as the package dbf 0.99 for Python writes those of FoxPro with memos and of Visual FoxPro; the last has a record that is marked as deleted.
# `sh make.sh python` takes a Python that has the package.
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
printf 'ID,HANDLE,EMAIL\n1234567890,bob_smith77,jane.doe@example.org\n17,caf\303\251,x@example.org\n' > "$work/a.csv"
ogr2ogr -f 'ESRI Shapefile' -lco ENCODING=UTF-8 "$work/gdal.dbf" "$work/a.csv"
mv "$work/gdal.dbf" gdal.bin
"${1:-python3}" - "$work" <<'END'
import datetime, json, shutil, sys, dbf
from decimal import Decimal
work = sys.argv[1]
def made(name, kind, fields, rows, expected, names, drop=None):
    table = dbf.Table(f'{work}/{name}.dbf', fields, dbf_type=kind)
    table.open(mode=dbf.READ_WRITE)
    for row in rows:
        table.append(row)
    if drop is not None:
        dbf.delete(table[drop])
    table.close()
    shutil.move(f'{work}/{name}.dbf', f'{name}.bin')
    say(name, expected, names)
def say(name, rows, names):
    with open(name + '.json', 'w') as out:
        json.dump({'madeBy': 'make.sh', 'complete': {'dbf/names': names, 'dbf/rows': rows}, 'gaps': []}, out, indent=1)
        out.write('\n')
made('foxpro', 'fp', 'id N(19,0); email C(40); born D; ok L; note M',
     [(123456789012345, 'jane.doe@example.org', datetime.date(2001, 2, 3), True, 'bob'), (17, 'bob_smith77', None, False, 'x')],
     '    123456789012345\tjane.doe@example.org\t20010203\tT\t         4\n                 17\tbob_smith77\t\tF\t         5\n',
     'ID\tEMAIL\tBORN\tOK\tNOTE\t\n')
made('visual', 'vfp', 'id I; paid Y; at T; handle C(20); note M',
     [(1234567890, Decimal('12.5'), datetime.datetime(2026, 1, 31, 0, 0, 1), 'bob_smith77', 'x'), (-7, Decimal('-0.01'), datetime.datetime(2026, 1, 31), 'gone', 'y')],
     '1234567890\t12.5000\t2461072 1000\tbob_smith77\t4\n-7\t-0.0100\t2461072 0\tgone\t5\n',
     'ID\tPAID\tAT\tHANDLE\tNOTE\t\n', drop=1)
made('double', 'vfp', 'id B; share B; handle C(20)', [(5696621.0, 0.5, 'bob_smith77'), (1234567890123456.0, -12.25, 'x')],
     '5696621\t0.5\tbob_smith77\n1234567890123456\t-12.25\tx\n', 'ID\tSHARE\tHANDLE\t\n')
say('gdal', '1234567890\tbob_smith77\tjane.doe@example.org\n17\tcafé\tx@example.org\n', 'ID\tHANDLE\tEMAIL\t\n')
END
rm -r "$work"
