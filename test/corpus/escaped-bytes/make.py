"""Writes what tdbdump 4.17.12, db_dump 5.3.28 and mdb_dump 0.9.24 print of the same texts, and expected texts from these."""
import json, os, subprocess, tempfile
here = os.path.dirname(os.path.abspath(__file__))
values = ['1234567890', 'caf\u00e9: 1234567890', '1234567890 \u20ac.', 'jane.doe@example.org', 'a\\b "c"', '\u00e9jane.doe@example.org']
pairs = [(f'key{at}', value) for at, value in enumerate(values)]
def run(*command, given=b''):
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True).stdout
def escaped(text):
    return ''.join(chr(byte) if 0x20 <= byte < 0x7f and byte not in b'\\"' else '\\%02x' % byte for byte in text.encode())
def write(name, made, rows):
    with open(os.path.join(here, name + '.bin'), 'wb') as out:
        out.write(made)
    complete = {'escaped-bytes': made.decode(), 'escaped-bytes/values': ''.join(row + '\n' for row in rows)}
    with open(os.path.join(here, name + '.json'), 'w') as out:
        json.dump({'madeBy': 'make.py', 'complete': complete, 'gaps': []}, out, indent=1)
        out.write('\n')
def rows_of(order):
    return [each for key in order for each in (key, dict(pairs)[key])]
with tempfile.TemporaryDirectory() as scratch:
    os.chdir(scratch)
    inserts = ''.join(f'insert {key} {escaped(value)}\n' for key, value in pairs)
    run('tdbtool', given=('create t.tdb\n' + inserts.replace(' "', ' \\22') + 'quit\n').encode())
    dumped = run('tdbdump', 't.tdb')
    order = [line.split('"')[1] for line in dumped.decode().split('\n') if line.startswith('key')]
    write('samba', dumped, rows_of(order))
    load = 'VERSION=3\nformat=print\ntype=btree\nHEADER=END\n' + ''.join(f' {key}\n {escaped(value)}\n' for key, value in pairs) + 'DATA=END\n'
    run('db5.3_load', 'b.db', given=load.encode())
    write('berkeley', run('db5.3_dump', '-p', 'b.db'), rows_of([key for key, _ in pairs]))
    os.mkdir('l')
    run('mdb_load', 'l', given=load.encode())
    write('lmdb', run('mdb_dump', '-p', 'l'), rows_of([key for key, _ in pairs]))
