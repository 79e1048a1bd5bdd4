"""Files as Firefox has them (toolkit/components/lz4/lz4.js: the magic number, then one block behind its length), by lz4 4.4.5 of Python; lz4jsoncat 2 reads them."""
import json, os
import lz4.block

os.chdir(os.path.dirname(os.path.abspath(__file__)))
session = json.dumps({'windows': [{'tabs': [{'entries': [{'url': f'https://mail.example.org/?user=bob_smith{n}', 'title': 'Inbox'}]} for n in range(400)]}]})
small = 'userId,name\n100000000000000000,n0\n100000000000007919,n1\n1000000000000158'
for name, text, high in [('small', small, False), ('session', session, False), ('session-high', session, True), ('empty', '', False)]:
    mode = {'mode': 'high_compression'} if high else {}
    open(name + '.bin', 'wb').write(b'mozLz40\0' + lz4.block.compress(text.encode(), **mode))
    with open(name + '.json', 'w') as out:
        json.dump({'madeBy': 'make.py', 'complete': {'mozilla-lz4': text}, 'gaps': []}, out, indent=1)
        out.write('\n')
cut = open('session.bin', 'rb').read()[:-9]
open('truncated.bin', 'wb').write(cut)
json.dump({'madeBy': 'make.py', 'complete': {}, 'gaps': ['corrupt']}, open('truncated.json', 'w'), indent=1)
