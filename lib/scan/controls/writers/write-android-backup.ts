import { deflateSync } from 'node:zlib'

/** A backup of Android, compressed and not encrypted. */
export const writeAndroidBackup = (content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('ANDROID BACKUP\n5\n1\nnone\n'), deflateSync(content)])
