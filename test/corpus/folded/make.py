"""Writes a calendar, contacts and an export of a directory with icalendar 7.3.2, vobject 0.9.9 and ldif 4.3.0, and expected texts from what each says in rows."""
import base64, json, os, re
import icalendar, ldif, vobject
here = os.path.dirname(os.path.abspath(__file__))
def write(name, made):
    text = made.decode()
    lines = re.split(r'\r?\n', text)
    rows, row, is_folded = [], None, False
    for line in lines + ['']:
        if row is not None and line[:1] in (' ', '\t'):
            row, is_folded = row + line[1:], True
        else:
            if is_folded:
                rows.append(row)
            value = re.fullmatch(r'[\w;.-]+:: *([A-Za-z0-9+/]+=*)', row or '')
            if value:
                rows.append(base64.b64decode(value[1]).decode())
            row, is_folded = line, False
    with open(os.path.join(here, name + '.bin'), 'wb') as out:
        out.write(made)
    complete = {'folded': text, 'folded/unfolded': ''.join(row + '\n' for row in rows)}
    with open(os.path.join(here, name + '.json'), 'w') as out:
        json.dump({'madeBy': 'make.py', 'complete': complete, 'gaps': []}, out, indent=1)
        out.write('\n')
calendar = icalendar.Calendar()
calendar.add('prodid', '-//example//EN')
calendar.add('version', '2.0')
event = icalendar.Event()
for address, name in (('jane.doe@example.org', 'Jane Doe'), ('bob@example.org', 'Robert'), ('alice.smith@example.com', 'Alice Smith')):
    attendee = icalendar.vCalAddress('mailto:' + address)
    attendee.params['cn'] = name
    attendee.params['partstat'] = 'NEEDS-ACTION'
    attendee.params['role'] = 'REQ-PARTICIPANT'
    if name != 'Alice Smith':
        attendee.params['rsvp'] = 'TRUE'
    event.add('attendee', attendee)
event.add('description', 'about the account 1234567890 of somebody who wrote on Tuesday, and 1000000007\nof another one')
event.add('uid', '550e8400-e29b-41d4-a716-446655440000@example.org')
calendar.add_component(event)
write('calendar', calendar.to_ical())
card = vobject.vCard()
card.add('fn').value = 'Jane Doe'
card.add('n').value = vobject.vcard.Name(family='Doe', given='Jane')
card.add('email').value = 'jane.doe@example.org'
card.add('note').value = 'met her at the conference of last year where she had the number 1234567890, says she'
write('contacts', card.serialize().encode())
class Rows(list):
    write = list.append
rows = Rows()
writer = ldif.LDIFWriter(rows)
writer.unparse('uid=jane_doe,ou=People,dc=example,dc=org', {'uid': [b'jane_doe'], 'mail': [b'jane.doe@example.org'], 'description': ['für 1234567890 und viele andere, die auch lange Zeilen haben'.encode()]})
writer.unparse('cn=all,ou=Groups,dc=example,dc=org', {'member': [b'uid=somebody.with.a.rather.long.name,ou=People,ou=Example,dc=example,dc=org,uid=jane_doe']})
write('directory', b''.join(rows))
