"""Backups of Android as android_backup 0.2.0 packs them, and the same without its compression as `adb` makes them with it switched off; and a compressed text, which is small."""
import json, os, pickle, tarfile, tempfile, zlib
from android_backup import AndroidBackup, CompressionType, EncryptionType

here = os.path.dirname(os.path.abspath(__file__))
preferences = "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<map>\n    <string name=\"user\">bob_smith77</string>\n</map>\n"
small = 'userId,name\n100000000000000000,n0\n100000000000007919,n1\n1000000000000158'


def save(case, made, complete):
    open(os.path.join(here, case + '.bin'), 'wb').write(made)
    with open(os.path.join(here, case + '.json'), 'w') as out:
        json.dump({'madeBy': 'make.py', 'complete': complete, 'gaps': []}, out, indent=1)
        out.write('\n')


with tempfile.TemporaryDirectory() as work:
    name = 'apps/org.example.app/sp/prefs.xml'
    os.makedirs(os.path.join(work, os.path.dirname(name)))
    open(os.path.join(work, name), 'w').write(preferences)
    member = tarfile.TarInfo(name)
    member.size = len(preferences)
    pickle.dump([member], open(os.path.join(work, 'members'), 'wb'))
    backup = AndroidBackup()
    backup.version, backup.compression, backup.encryption = 5, CompressionType.ZLIB, EncryptionType.NONE
    packed = os.path.join(work, 'packed.ab')
    backup.pack(packed, source_dir=work, pickle_fname=os.path.join(work, 'members'))
    made = open(packed, 'rb').read()
path = 'android-backup/tar'
complete = {f'{path}/member-1/xml': preferences, f'{path}/member-1/xml/text': 'bob_smith77\n', f'{path}/names': name + '\t\n'}
save('compressed', made, complete)
save('plain', b'ANDROID BACKUP\n1\n0\nnone\n' + zlib.decompress(made[24:]), complete)
save('small', b'ANDROID BACKUP\n5\n1\nnone\n' + zlib.compress(small.encode()), {'android-backup': small})
