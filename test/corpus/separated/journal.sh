#!/bin/sh
# Entries of a journal of systemd 252, with a text of two lines and one with a bell, as `journalctl -o export` writes them.
set -e
cd "$(dirname "$0")"
python3 - > entries <<'END'
import sys
def data(name, text):
    return name.encode() + b'\n' + len(text.encode()).to_bytes(8, 'little') + text.encode() + b'\n'
for number, text in enumerate(('login of bob_smith77\nfrom 192.0.2.7', 'jane.doe@example.org', '\x1b[31mrefused\x1b[0m bob_smith77')):
    sys.stdout.buffer.write(b'__REALTIME_TIMESTAMP=176436000000000%d\n' % number + data('MESSAGE', text) + b'_UID=1234567890\n\n')
END
/lib/systemd/systemd-journal-remote -o "$PWD/made.journal" entries
journalctl --file made.journal -o export > journal.bin
rm entries made.journal
python3 - <<'END'
import json, re
made = open('journal.bin', 'rb').read()
shown = re.sub(rb'(?<=\nMESSAGE\n).{8}', b'\f' * 8, made, flags=re.DOTALL).decode()
with open('journal.json', 'w') as out:
    json.dump({'madeBy': 'journal.sh', 'complete': {'separated': shown}, 'gaps': []}, out, indent=1)
    out.write('\n')
END
