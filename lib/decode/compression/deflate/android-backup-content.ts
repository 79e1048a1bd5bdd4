import type { ByteSource } from '../../byte-source.ts'
import type { Decoding } from '../../decoding.ts'
import { outputOf } from '../output.ts'
import { compression } from '../unwrap.ts'
import { zlibContent } from './zlib-content.ts'

/** Version, whether what follows is compressed, and how it is encrypted (BackupManagerService, versions 1 to 5). One that is encrypted is not read. */
const header = /^ANDROID BACKUP\n[1-5]\n([01])\nnone\n/
const headerLength = 'ANDROID BACKUP\n5\n1\nnone\n'.length
const first = 0x41

/** Backups that `adb` makes (`.ab`): a tar archive, in zlib or as it is, which begins behind four lines. */
export const androidBackup = compression(
  'android-backup',
  (head) => head[0] === first && header.test(Buffer.from(head.subarray(0, headerLength)).toString('latin1')),
  androidBackupContent,
)

async function* androidBackupContent(
  source: ByteSource,
  path: readonly string[],
  decoding: Decoding,
): AsyncGenerator<Uint8Array> {
  const head = Buffer.from((await source.peek(headerLength)).subarray(0, headerLength)).toString('latin1')
  source.skip(headerLength)
  if (header.exec(head)?.[1] === '1') return yield* zlibContent(source, path, decoding)
  const { count } = outputOf('android-backup', path, decoding)
  for (let chunk = await source.take(); chunk !== undefined; chunk = await source.take()) yield count(chunk)
}
