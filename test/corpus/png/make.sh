#!/bin/sh
# Pictures in PNG and GIF as Pillow 13.0.0 writes them: texts, one that moves, and a comment; one more is interlaced by gifsicle 1.93.
# `sh make.sh python gifsicle` takes a Python that has Pillow.
set -e
cd "$(dirname "$0")"
work=$(mktemp -d)
"${1:-python3}" - "$work" <<'END'
import hashlib, json, sys, zlib
from PIL import Image, ImageCms, PngImagePlugin
work = sys.argv[1]
def sha(data):
    return 'sha256:' + hashlib.sha256(data).hexdigest()
def say(where, made_by, complete):
    with open(where + '.json', 'w') as out:
        json.dump({'madeBy': made_by, 'complete': complete, 'gaps': ['picture']}, out, indent=1)
        out.write('\n')
def chunks(name):
    data = open(name, 'rb').read()
    at = 8
    while at < len(data):
        length = int.from_bytes(data[at:at + 4], 'big')
        yield data[at + 4:at + 8], data[at + 8:at + 8 + length]
        at += 12 + length
def samples(name, kind=b'IDAT', skip=0):
    return sha(zlib.decompress(b''.join(data[skip:] for each, data in chunks(name) if each == kind)))
def numbers(name, kinds):
    return sha(b''.join(data + b'\n' for each, data in chunks(name) if each in kinds))

photo = Image.radial_gradient('L').resize((40, 30)).convert('RGB')
info = PngImagePlugin.PngInfo()
info.add_text('Author', 'bob_smith77, café')
info.add_text('Comment', 'jane.doe@example.org ' * 9, zip=True)
info.add_itxt('Title', '1234567890 ' * 9, lang='de', tkey='Titel', zip=True)
photo.save('texts.bin', 'PNG', pnginfo=info, dpi=(72, 72))
say('texts', 'make.sh', {
    'png/chunk-2': 'bob_smith77, café', 'png/chunk-3': 'jane.doe@example.org ' * 9, 'png/chunk-4': '1234567890 ' * 9,
    'png/metadata': 'IHDR\t40\t30\t8\t2\t0\t0\t0\ntEXt\tAuthor\nzTXt\tComment\niTXt\tTitle\tde\tTitel\npHYs\t2835\t2835\t1\n',
    'png/numbers-1': numbers('texts.bin', (b'IHDR', b'pHYs')),
    'png/pixels': samples('texts.bin')})

frames = [photo.resize((16, 12)).convert('P', palette=Image.Palette.ADAPTIVE, colors=5 + n).rotate(40 * n) for n in range(3)]
frames[0].save('moving.bin', 'PNG', save_all=True, append_images=frames[1:], duration=100, default_image=False)
say('moving', 'make.sh', {
    'png/metadata': 'IHDR\t16\t12\t8\t2\t0\t0\t0\nacTL\t3\t0\nfcTL\t0\t16\t12\t0\t0\t1\t10\t0\t0\nfcTL\t1\t16\t12\t0\t0\t1\t10\t0\t0\nfcTL\t3\t16\t12\t0\t0\t1\t10\t0\t0\n',
    'png/numbers-1': numbers('moving.bin', (b'IHDR', b'acTL', b'fcTL')),
    'png/pixels': samples('moving.bin'),
    **{f'png/frame-{at + 1}': sha(zlib.decompress(data[4:])) for at, (each, data) in enumerate(chunks('moving.bin')) if each == b'fdAT'}})
frames[0].save('../gif/moving.bin', 'GIF', save_all=True, append_images=frames[1:], duration=100, loop=0, comment='bob_smith77')
END
"${2:-gifsicle}" --interlace --comment '1234567890' ../gif/moving.bin -o ../gif/interlaced.bin
python3 - <<'END'
import hashlib, json
def sha(data):
    return 'sha256:' + hashlib.sha256(data).hexdigest()
def pixels(data, bits):
    value, width, out, strings, before = int.from_bytes(data, 'little'), bits + 1, b'', None, None
    while True:
        code, value = value & ((1 << width) - 1), value >> width
        if code == 1 << bits:
            strings, width, before = [bytes([n]) for n in range(1 << bits)] + [b'', b''], bits + 1, None
            continue
        if code == (1 << bits) + 1:
            return out
        string = strings[code] if code < len(strings) else before + before[:1]
        if before is not None and len(strings) < 4096:
            strings.append(before + string[:1])
        width = min(12, max(width, len(strings).bit_length()))
        out, before = out + string, string
def blocks(data, at):
    joined = b''
    while data[at]:
        joined, at = joined + data[at + 1:at + 1 + data[at]], at + 1 + data[at]
    return joined, at + 1
def numbers(data, widths):
    read = []
    for width in widths:
        read.append(str(int.from_bytes(data[:width], 'little')))
        data = data[width:]
    return '\t'.join(read) + '\n'
for name in ('moving', 'interlaced'):
    data = open(f'../gif/{name}.bin', 'rb').read()
    complete, metadata, held, at, count = {}, 'screen\t' + numbers(data[6:], [2, 2, 1, 1, 1]), data[6:13] + b'\n', 13, 0
    def colours(flags, at):
        length = 3 << ((flags & 7) + 1) if flags & 0x80 else 0
        return (data[at:at + length] + b'\n' if length else b''), at + length
    table, at = colours(data[10], at)
    held += table
    while data[at] != 0x3b:
        count += 1
        if data[at] == 0x2c:
            metadata += 'image\t' + numbers(data[at + 1:], [2, 2, 2, 2, 1])
            held += data[at + 1:at + 10] + b'\n'
            table, at = colours(data[at + 9], at + 10)
            held += table
            bits = data[at]
            coded, at = blocks(data, at + 1)
            complete[f'gif/image-{count}'] = sha(pixels(coded, bits))
        else:
            label = data[at + 1]
            if label == 0xff:
                metadata += 'application\t' + data[at + 3:at + 14].decode() + '\n'
            text, at = blocks(data, at + 14 if label == 0xff else at + 2)
            if label == 0xfe:
                complete[f'gif/block-{count}'] = text.decode()
            else:
                metadata += ('loop\t' + numbers(text, [1, 2])) if label == 0xff else ('control\t' + numbers(text, [1, 2, 1]))
                held += text + b'\n'
    complete.update({'gif/metadata': metadata, 'gif/numbers-1': sha(held)})
    with open(f'../gif/{name}.json', 'w') as out:
        json.dump({'madeBy': '../png/make.sh', 'complete': complete, 'gaps': ['picture']}, out, indent=1)
        out.write('\n')
END
rm -r "$work"
