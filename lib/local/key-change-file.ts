import { readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { KeyKind } from '../attestation/key-chain.ts'
import { KeyUnsafe } from '../errors.ts'
import { publishFile, syncDirectory } from './publish-file.ts'

/** A change of a key that people are at: of which one, and the how many-th of its kind, from 1. */
export type KeyChange = { key: KeyKind; number: number }

/**
 * The change that was begun last, from before its first step until its record is written. Whoever holds the state directory's
 * lock may read and write it. It says nothing of which key is in force: the log alone does.
 * @throws KeyUnsafe when it is another file
 */
export async function readKeyChange(path: string): Promise<KeyChange | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  const parts = text === undefined ? undefined : /^\{"key":"(attestation|log)","number":([1-9]\d{0,8})\}\n$/.exec(text)
  if (parts === null) throw new KeyUnsafe(`${path}: expected which key is changed, got another text`)
  return parts && { key: parts[1] as KeyKind, number: Number(parts[2]) }
}

/** In place of the one before. */
export async function writeKeyChange(path: string, { key, number }: KeyChange): Promise<void> {
  await removeKeyChange(path)
  await publishFile(path, Buffer.from(`${JSON.stringify({ key, number })}\n`))
}

export async function removeKeyChange(path: string): Promise<void> {
  await rm(path, { force: true })
  await syncDirectory(dirname(path))
}
