#!/bin/sh
# Mailboxes of Dovecot 2.3.19, as a user without rights of root who has no mail yet: one file of two messages (mdbox), and one message that the plugin zlib compressed (sdbox).
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
save() {
  printf 'base_dir=%s\nlog_path=/dev/stderr\nssl=no\nmail_home=%s\nmail_location=%s:%s/%s\n%s' "$work" "$work" "$1" "$work" "$1" "$2" > "$work/$1.conf"
  shift 2
}
save mdbox ''
save sdbox 'mail_plugins=zlib
plugin {
  zlib_save=gz
}
'
keep() { printf '%b' "$2" | USER=$(id -un) doveadm -c "$work/$1.conf" save -m "$3"; }
first='From: jane.doe@example.org\nSubject: one\n\nbob_smith77 wrote\n'
second='From: bob_smith77 <x@example.org>\nContent-Transfer-Encoding: base64\n\nMTIzNDU2Nzg5MCBhbmQgbm9ib2R5IGVsc2UK\n'
USER=$(id -un) doveadm -c "$work/mdbox.conf" mailbox create users 2> /dev/null || true
keep mdbox "$first" users
keep mdbox "$second" users
keep sdbox "$first$first$first$first$first" INBOX
cp "$work/mdbox/storage/m.1" mdbox.bin
cp "$work/sdbox/mailboxes/INBOX/dbox-Mails/u.1" sdbox.bin
rm -r "$work"
FIRST="$first" SECOND="$second" python3 - <<'END'
import json, os, re
first, second = (os.environ[name].replace('\\n', '\n') for name in ('FIRST', 'SECOND'))
def expected(name, messages):
    made = open(name + '.bin', 'rb').read()
    behind = re.findall(rb'\n\x01\x03\n(.*?)\n\n', made, re.DOTALL)
    rows = ''.join(''.join(f'{line[0]}\t{line[1:]}\t' for line in each.decode().split('\n')) + '\n' for each in behind)
    with open(name + '.json', 'w') as out:
        json.dump({'madeBy': 'make.sh', 'complete': {'dbox/names': rows, **messages}, 'gaps': []}, out, indent=1)
        out.write('\n')
expected('mdbox', {'dbox/member-1/mail': first, 'dbox/member-2/mail': second, 'dbox/member-2/mail/part-1': '1234567890 and nobody else\n'})
expected('sdbox', {'dbox/member-1/gzip/mail': first * 5})
END
