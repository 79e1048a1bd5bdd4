"""
Pictures as Pillow 13.0.0 (libavif, libtiff), pillow_heif 1.8.1 (libheif, x265) and tifffile 2026.3.3 write them, and with what exiftool 12.57 puts into them.
`python make.py` takes a Python that has them.
"""
import hashlib, json, os, subprocess, zlib
import numpy, pillow_heif, tifffile
from PIL import Image, ImageCms

here = os.path.dirname(os.path.abspath(__file__))
pillow_heif.register_heif_opener()
sha = lambda bytes: 'sha256:' + hashlib.sha256(bytes).hexdigest()

def picture(width, height, mode='RGB', step=1):
    rows = [[(zlib.crc32(b'%d %d %d' % (x // 2, y // 3, step)) >> 8 * c) & 0xff for c in range(3)] for y in range(height) for x in range(width)]
    image = Image.new('RGB', (width, height))
    image.putdata([tuple(row) for row in rows])
    return image.convert(mode)

def say(format, name, texts, samples=b''):
    """`samples`: what stands in it that is not compressed, pushed apart from the rest."""
    path = f'{here}/../{format}/{name}.bin'
    bytes = open(path, 'rb').read()
    at = bytes.index(samples)
    whole = {format: sha(bytes[:at] + bytes[at + len(samples):])}
    if samples: whole[f'{format}/pixels'] = sha(samples)
    with open(path[:-4] + '.json', 'w') as out:
        json.dump({'madeBy': 'heif/make.py', 'complete': {**whole, **{f'{format}/{key}': value for key, value in texts.items()}}, 'gaps': ['picture'] * (1 + sum(key.endswith('/jpeg') for key in texts))}, out, indent=1, ensure_ascii=False)
        out.write('\n')

def save(image, format, name, writer, texts, samples=b'', **options):
    image.save(f'{here}/../{format}/{name}.bin', writer, **options)
    say(format, name, texts, samples)

def tag(format, frm, name, texts, samples, *options):
    path = f'{here}/../{format}/{name}.bin'
    if os.path.exists(path): os.remove(path)
    subprocess.run(['exiftool', '-q', '-q', '-o', path, *options, f'{here}/../{format}/{frm}.bin'], check=True)
    say(format, name, texts, samples)

xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>jane.doe@example.org</a></x:xmpmeta>'
said = {'xmp/xml': xmp, 'xmp/xml/text': 'jane.doe@example.org\n'}
exif = Image.Exif()
exif[0x010e] = 'bob_smith77'
exif[0x013b] = '1234567890'


small = picture(50, 35)
described = dict(exif=exif.tobytes(), xmp=xmp.encode())
save(small, 'heif', 'avif', 'AVIF', {'exif/metadata': 'bob_smith77\n1234567890\n', **said, 'metadata': 'avif\n0\navif\nmif1\nmiaf\nMA1B\npict\n1\n1\nav01\nColor\n2\nExif\nExif\n3\nmime\nXMP\napplication/rdf+xml\ncdsc\n2\t1\ncdsc\n3\t1\n50\t35\n8\t8\t8\n129\t0\t12\t0\n1\t13\t6\t128\n1\t1\t2\t131\t4\n'}, quality=30, **described)
save(picture(40, 24, 'RGBA'), 'heif', 'avif-alpha', 'AVIF', {'metadata': 'avif\n0\navif\nmif1\nmiaf\nMA1B\npict\n1\n1\nav01\nColor\n40\t24\n8\t8\t8\n129\t0\t12\t0\n1\t13\t6\t128\n1\t1\t2\t131\t4\n'}, quality=30)
save(small, 'heif', 'heic', 'HEIF', {'exif/metadata': 'bob_smith77\n1234567890\n', **said, 'metadata': 'heic\n0\nmif1\nheic\npict\n1\nhvc1\n2\nExif\n3\nmime\napplication/rdf+xml\n1\n1\t3\t112\t0\t0\t0\t144\t0\t0\t0\t0\t0\t30\t240\t0\t252\t253\t248\t248\t0\t0\t15\n1\t13\t6\t128\n64\t64\n50\t1\t35\t1\t4294967282\t2\t4294967267\t2\n8\t8\t8\n1\t129\t2\t3\t5\t132\ncdsc\n2\t1\ncdsc\n3\t1\n'}, quality=30, **described)
save(picture(64, 64, 'RGBA'), 'heif', 'heic-alpha', 'HEIF', {'metadata': 'heic\n0\nmif1\nheic\nmiaf\npict\n1\nhvc1\n2\nhvc1\n1\n1\t3\t112\t0\t0\t0\t144\t0\t0\t0\t0\t0\t30\t240\t0\t252\t253\t248\t248\t0\t0\t15\n1\t13\t6\t128\n64\t64\n8\t8\t8\n1\t4\t8\t0\t0\t0\t159\t248\t0\t0\t0\t0\t30\t240\t0\t252\t252\t248\t248\t0\t0\t15\n8\nurn:mpeg:hevc:2015:auxid:1\n1\t129\t2\t3\t4\n2\t133\t3\t6\t135\nauxl\n2\t1\n'}, quality=30)
pillow_heif.from_pillow(small).save(f'{here}/heic-thumbnail.bin', quality=30, thumbnails=[16])
say('heif', 'heic-thumbnail', {'metadata': 'heic\n0\nmif1\nheic\npict\n1\nhvc1\n2\nhvc1\n1\n1\t3\t112\t0\t0\t0\t144\t0\t0\t0\t0\t0\t30\t240\t0\t252\t253\t248\t248\t0\t0\t15\n1\t13\t6\t128\n64\t64\n50\t1\t35\t1\t4294967282\t2\t4294967267\t2\n8\t8\t8\n1\t3\t112\t0\t0\t0\t144\t0\t0\t0\t0\t0\t30\t240\t0\t252\t253\t248\t248\t0\t0\t15\n16\t1\t10\t1\t4294967248\t2\t4294967242\t2\n1\t129\t2\t3\t5\t132\n2\t134\t3\t5\t135\nthmb\n2\t1\n'})
told = ['-Exif:UserComment=café bob', '-XMP:Title=jane.doe@example.org']
tag('heif', 'heic-alpha', 'heic-tags', {'exif/metadata': 'bob_smith77\n72/1\n72/1\n2\n1\n1\t2\t3\t0\ncafé bob\n65535\n', 'xmp/xml': 'sha256:94b7a5de20e44dfbc2595b270bae3d9c71315671c9eaf98e1b9296951018b4ad', 'xmp/xml/text': 'jane.doe@example.org\n', 'metadata': 'heic\n0\nmif1\nheic\nmiaf\npict\n1\nhvc1\n2\nhvc1\n3\nExif\n4\nmime\napplication/rdf+xml\n1\n1\t3\t112\t0\t0\t0\t144\t0\t0\t0\t0\t0\t30\t240\t0\t252\t253\t248\t248\t0\t0\t15\n1\t13\t6\t128\n64\t64\n8\t8\t8\n1\t4\t8\t0\t0\t0\t159\t248\t0\t0\t0\t0\t30\t240\t0\t252\t252\t248\t248\t0\t0\t15\n8\nurn:mpeg:hevc:2015:auxid:1\n1\t129\t2\t3\t4\n2\t133\t3\t6\t135\nauxl\n2\t1\ncdsc\n3\t1\ncdsc\n4\t1\n'}, b'', '-Exif:ImageDescription=bob_smith77', *told)

grey = picture(30, 20, 'L')
second = picture(20, 10, 'L', 2)
palette = picture(30, 20, 'P')
save(grey, 'tiff', 'grey', 'TIFF', {'metadata': '30\n20\n8\n1\n1\nbob_smith77\n20\n1\n'}, grey.tobytes(), description='bob_smith77')
save(small, 'tiff', 'lzw', 'TIFF', {'samples': sha(small.tobytes()), 'metadata': '50\n35\n8\t8\t8\n5\n2\n3\n35\n1\n'}, compression='tiff_lzw')
save(small, 'tiff', 'deflate', 'TIFF', {'samples': sha(small.tobytes()), 'metadata': '50\n35\n8\t8\t8\n8\n2\n3\n35\n1\n'}, compression='tiff_adobe_deflate')
save(small, 'tiff', 'runs', 'TIFF', {'samples': sha(small.tobytes()), 'metadata': '50\n35\n8\t8\t8\n32773\n2\n3\n35\n1\n'}, compression='packbits')
save(picture(50, 35, '1'), 'tiff', 'fax', 'TIFF', {'metadata': '50\n35\n1\n4\n1\n35\n1\n'}, compression='group4')
save(small, 'tiff', 'jpeg', 'TIFF', {'strip/jpeg': 'sha256:07371c9b5bb7039fb4a4862e991382bc4db30b5c9afc25001675058a8f4eff43', 'strip/jpeg/metadata': '50\t35\n', 'metadata': '50\n35\n8\t8\t8\n7\n2\n3\n35\n1\n'}, compression='jpeg')
save(palette, 'tiff', 'palette', 'TIFF', {'metadata': 'sha256:9184f911526bb7107dfd36d5f359d9ac74af8a1ccea62f4021c7323c85f8022f'}, palette.tobytes())
save(grey, 'tiff', 'pages', 'TIFF', {'samples': sha(grey.tobytes()), 'samples-2': sha(second.tobytes()), 'metadata': '30\n20\n8\n5\n1\n20\n1\n20\n10\n8\n5\n1\n10\n1\n'}, save_all=True, append_images=[second], compression='tiff_lzw')
tifffile.imwrite(f'{here}/../tiff/tiles.bin', numpy.asarray(picture(40, 24)), tile=(16, 16), compression='zlib', description='bob_smith77', software='tool', datetime='2026:01:31 12:00:00', photometric='rgb')
say('tiff', 'tiles', {'samples': 'sha256:29839ef5f59ba711053a7d03c0be0d3283cc882b461050feec051438fa86009b', 'metadata': '40\n24\n8\t8\t8\n8\n2\nbob_smith77\n{"shape": [24, 40, 3]}\n3\n1/1\n1/1\n1\n1\ntool\n2026:01:31 12:00:00\n16\n16\n'})
tag('tiff', 'lzw', 'tags', {'xmp/xml': 'sha256:94b7a5de20e44dfbc2595b270bae3d9c71315671c9eaf98e1b9296951018b4ad', 'xmp/xml/text': 'jane.doe@example.org\n', 'samples': sha(small.tobytes()), 'metadata': '50\n35\n8\t8\t8\n5\n2\nbob_smith77\n3\n35\n1\n1234567890\n4\n1\t2\t3\t0\ncafé bob\n65535\n2\t3\t0\t0\nN\n41/1\t0/1\t0/1\n'}, b'', '-IFD0:ImageDescription=bob_smith77', '-IPTC:Keywords=1234567890', '-GPSLatitude=41', '-GPSLatitudeRef=N', *told)

def bitmap(name, image, texts):
    path = f'{here}/../bmp/{name}.bin'
    image.save(path, 'BMP')
    bytes = open(path, 'rb').read()
    say('bmp', name, texts, bytes[int.from_bytes(bytes[10:14], 'little'):])

bitmap('two', picture(30, 20, '1'), {'metadata': '30\t20\t65537\t0\t80\t3780\t3780\t2\t2\n'})
bitmap('grey', grey, {'metadata': '30\t20\t524289\t0\t640\t3780\t3780\t256\t256\n'})
bitmap('palette', palette, {'metadata': '30\t20\t524289\t0\t640\t3780\t3780\t226\t226\n'})
bitmap('colours', picture(30, 20), {'metadata': '30\t20\t1572865\t0\t1840\t3780\t3780\t0\t0\n'})
bitmap('masks', picture(30, 20, 'RGBA'), {'metadata': '30\t20\t2097153\t0\t2400\t3780\t3780\t0\t0\n'})
