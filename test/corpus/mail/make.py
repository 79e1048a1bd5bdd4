"""Writes messages and a mailbox with Python's email and mailbox modules."""
import email.policy, gzip, mailbox, os, tempfile
from email.message import EmailMessage
here = os.path.dirname(os.path.abspath(__file__))
def message(subject, body, charset='utf-8', cte=None):
    made = EmailMessage()
    made['From'] = 'Jane Doe <jane@example.org>'
    made['To'] = 'Jürgen <jürgen@example.org>' if 'ü' in subject else 'bob@example.org'
    made['Subject'] = subject
    made['Date'] = 'Sat, 31 Jan 2026 12:00:00 +0000'
    made.set_content(body, charset=charset, cte=cte)
    return made
def write(name, made, policy=email.policy.SMTP):
    with open(os.path.join(here, name), 'wb') as out:
        out.write(made.as_bytes(policy=policy))
long = 'user 1234567890 ' + 'é' * 70 + ' bob@example.org and = signs\n-- \nuser 1000000007\n'
write('quoted-printable.bin', message('für 1234567890 ' + 'ü' * 60, long, cte='quoted-printable'))
write('base64-latin-1.bin', message('plain', long, charset='iso-8859-1', cte='base64'))
write('koi8.bin', message('plain', 'user 1234567890 и другие\n', charset='koi8-r', cte='quoted-printable'))
nested = message('with attachments', 'see below\n')
nested.add_attachment(gzip.compress(b'userId,name\n1234567890,jane_doe\n', mtime=0), maintype='application', subtype='gzip', filename='a.gz')
nested.add_attachment(message('inner', 'user 1000000007\n', cte='base64'))
nested.add_attachment(b'\x00\x01\x02', maintype='application', subtype='octet-stream', filename='b')
write('nested.bin', nested)
named = message('a name in parts', 'see the file\n')
named.add_attachment(b'nothing', maintype='application', subtype='octet-stream', filename='Vollständige Auskunft über das Konto 1234567890 von jane.doe@example.org und allen anderen.txt')
invitation = b'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE;CN=Jane Doe;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:jane.do\r\n e@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n'
named.add_attachment(invitation.decode().replace('\r\n', '\n'), subtype='calendar', cte='7bit', filename='a.ics')
write('names-in-parts.bin', named)
page = message('a page that begins with words', '')
page.set_content('Dear user 1234567890,<br>\n<b>jane</b><i>_doe</i>@example<wbr>.org has written to you.<br>\n', subtype='html', cte='quoted-printable')
write('page-behind-words.bin', page)
with tempfile.TemporaryDirectory() as directory:
    box = mailbox.mbox(os.path.join(directory, 'box'))
    for made in (message('first', 'From here on: user 1234567890\n'), message('second', 'user 1000000007\n', cte='base64'), nested):
        kept = mailbox.mboxMessage(made.as_bytes(policy=email.policy.default))
        kept.set_from('jane@example.org', (2026, 1, 31, 12, 0, 0, 5, 31, 0))
        box.add(kept)
    box.close()
    os.rename(os.path.join(directory, 'box'), os.path.join(here, 'mailbox.bin'))
