"""Records by msgpack 1.2 and ormsgpack of Python, and events of a buffer as fluent-logger 0.11 sends them to Fluentd, with times of its own type."""
import datetime, json, os, struct, uuid
import msgpack, ormsgpack
from fluent import event, sender

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def save(case, made, values, names, gaps=(), uuids=None):
    open(case + '.bin', 'wb').write(made)
    complete = {'msgpack/values': values, 'msgpack/names': names}
    if uuids: complete['msgpack/values-uuids'] = uuids
    with open(case + '.json', 'w') as out:
        json.dump({'madeBy': 'make.py', 'complete': complete, 'gaps': list(gaps)}, out, indent=1)
        out.write('\n')


people = [{'user': f'bob_smith{n}', 'id': 10**n, 'on': True, 'none': None, 'tags': ['a', 'b'], 'geo': {'lat': 1.5, 'lon': -2}} for n in (1, 5, 9, 17)]
rows = ''.join(f'bob_smith{n}\t{10**n}\ta\tb\n1.5\t-2\n' for n in (1, 5, 9, 17))
names = ''.join(name + '\n' for name in ('user', 'id', 'on', 'none', 'tags', 'geo', 'lat', 'lon'))
save('stream', b''.join(msgpack.packb(each) for each in people), rows, names)
save('list', ormsgpack.packb(people), rows, names)
save('nested', msgpack.packb({'a': json.dumps({'user': 'jane_doe'}), 'b': 'bob_smith77 wrote é' * 3}), '{"user": "jane_doe"}\t' + 'bob_smith77 wrote é' * 3 + '\n', 'a\nb\n')

logger = sender.FluentSender('app', nanosecond_precision=True)
times = [event_time for event_time in (1764460800.25, 1764460801.5)]
sent = b''.join(logger._make_packet('login', sender.EventTime(at), {'user': 'bob_smith77', 'message': 'in'}) for at in times)
save('fluent', sent, ''.join(f'app.login\t{int(at)}.{round(at % 1 * 1e9)}\nbob_smith77\tin\n' for at in times), 'user\nmessage\n')

one = uuid.UUID('3f2504e0-4f89-41d3-9a0c-0305e82c3301')
save('typed', msgpack.packb({'at': datetime.datetime(2026, 11, 30, tzinfo=datetime.timezone.utc), 'raw': b'bob_smith77', 'list': list(b'jane_doe'), 'large': 2**64 - 1, 'small': -2**63}, datetime=True),
     f'1795996800\tbob_smith77\t' + '\t'.join(map(str, b'jane_doe')) + f'\t{json.dumps(list(b"jane_doe"), separators=(",", ":"))}\t{2**64 - 1}\t{-2**63}\n', 'at\nraw\nlist\nlarge\nsmall\n')
