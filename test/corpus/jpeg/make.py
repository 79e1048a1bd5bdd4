"""
Pictures as Pillow 13.0.0 (libjpeg-turbo, libwebp) writes them, and with what exiftool 12.57 puts into them.
`python make.py` takes a Python that has Pillow.
"""
import hashlib, json, os, subprocess, zlib
from PIL import Image

here = os.path.dirname(os.path.abspath(__file__))

def picture(width, height, step=1):
    rows = [[(zlib.crc32(b'%d %d %d' % (x // 2, y // 3, step)) >> 8 * c) & 0xff for c in range(3)] for y in range(height) for x in range(width)]
    image = Image.new('RGB', (width, height))
    image.putdata([tuple(row) for row in rows])
    return image

def say(format, name, texts, gaps=['picture']):
    path = f'{here}/../{format}/{name}.bin'
    bytes = open(path, 'rb').read()
    complete = {format: 'sha256:' + hashlib.sha256(bytes).hexdigest(), **texts}
    with open(path[:-4] + '.json', 'w') as out:
        json.dump({'madeBy': 'jpeg/make.py', 'complete': complete, 'gaps': gaps}, out, indent=1, ensure_ascii=False)
        out.write('\n')

def save(image, format, name, texts, **options):
    image.save(f'{here}/../{format}/{name}.bin', format, **options)
    say(format, name, texts)

def tag(format, frm, name, texts, *options):
    path = f'{here}/../{format}/{name}.bin'
    if os.path.exists(path): os.remove(path)
    subprocess.run(['exiftool', '-q', '-q', '-o', path, *options, f'{here}/../{format}/{frm}.bin'], check=True)
    say(format, name, texts)

small = picture(50, 35)
size = '50\t35\n'
jfif = '1.1\t0\t1\t1\n'
save(small, 'jpeg', 'baseline', {'jpeg/metadata': jfif + 'bob_smith77\n' + size}, comment='bob_smith77')
save(small, 'jpeg', 'progressive', {'jpeg/metadata': jfif + size}, progressive=True, quality=90)
save(small, 'jpeg', 'optimized', {'jpeg/metadata': jfif + size}, optimize=True, subsampling=1)
save(small, 'jpeg', 'restarts', {'jpeg/metadata': jfif + size}, restart_marker_blocks=3)
save(small, 'jpeg', 'progressive-restarts', {'jpeg/metadata': jfif + size}, restart_marker_blocks=2, progressive=True)
save(small.convert('L'), 'jpeg', 'grey', {'jpeg/metadata': jfif + size}, progressive=True)
save(small.convert('CMYK'), 'jpeg', 'cmyk', {'jpeg/metadata': '100\t0\t0\n0\n' + size})
save(small, 'webp', 'lossy', {})
save(small, 'webp', 'lossless', {}, lossless=True)
alpha = small.convert('RGBA')
alpha.putalpha(small.convert('L'))
save(alpha, 'webp', 'alpha', {'webp/metadata': size})
save(small, 'webp', 'animated', {'webp/metadata': size + '0\t0\n' + '0\t0\t49\t34\t70\n' * 2},
     save_all=True, append_images=[picture(50, 35, 2)], duration=70)
tags = ['-EXIF:Artist=jane.doe@example.org', '-EXIF:ImageDescription=Rome', '-EXIF:UserComment=1234567890',
        '-XPTitle=café bob', '-GPSLatitude=41.9', '-GPSLatitudeRef=N', '-XMP-dc:Creator=1234567890']
exif = 'Rome\n1/1\n1/1\n1\njane.doe@example.org\n1\ncafé bob\n1\t2\t3\t0\n1234567890\n65535\n2\t3\t0\t0\nN\n41/1\t53/1\t60/1\n'

def tagged(format, source, name, texts, *options):
    path = f'{here}/../{format}/{name}.bin'
    if os.path.exists(path): os.remove(path)
    subprocess.run(['exiftool', '-q', '-q', '-o', path, *options, *tags, f'{here}/../{format}/{source}.bin'], check=True)
    xmp = subprocess.run(['exiftool', '-b', '-XMP', path], check=True, capture_output=True).stdout
    thumbnails = [path for path in texts if path.endswith('/jpeg')]
    say(format, name, {
        **texts,
        f'{format}/xmp/xml': 'sha256:' + hashlib.sha256(xmp).hexdigest(),
        f'{format}/xmp/xml/text': '1234567890\n',
    }, ['picture'] * (1 + len(thumbnails)))

grey = open(f'{here}/grey.bin', 'rb').read()
tagged('jpeg', 'optimized', 'tags', {
    'jpeg/metadata': jfif + size + 'bob_smith77\nRoma\n4\n',
    'jpeg/exif/metadata': exif + '6\n72/1\n72/1\n2\n',
    'jpeg/exif/thumbnail/jpeg': 'sha256:' + hashlib.sha256(grey).hexdigest(),
    'jpeg/exif/thumbnail/jpeg/metadata': jfif + size,
}, '-IPTC:Keywords=bob_smith77', '-IPTC:City=Roma', f'-ThumbnailImage<={here}/grey.bin')
tagged('webp', 'lossy', 'tags', {
    'webp/metadata': size,
    'webp/exif/metadata': exif.replace('1/1\n1/1\n1\n', '72/1\n72/1\n2\n'),
})
