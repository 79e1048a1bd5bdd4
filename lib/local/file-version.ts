import { hash } from 'node:crypto'
import type { BigIntStats } from 'node:fs'

type Identity = Pick<BigIntStats, 'size' | 'mtimeNs' | 'ctimeNs' | 'ino'>

/**
 * The version id of a file: `content.change`. `content` follows from size, modification time and inode, `change` from
 * these and the change time, which no user can set back. Letters only, so that no number in it is ever taken for an
 * identifier.
 */
export function versionIdOf(stat: Identity): string {
  const content = `${stat.size} ${stat.mtimeNs} ${stat.ino}`
  return `${letters(content)}.${letters(`${content} ${stat.ctimeNs}`)}`
}

/** The version id of something that the store does not even describe. */
export const unknownVersionId = 'unknown'

/** Whether two descriptions of a file agree in everything that a version id follows from, and in what kind of file it is. */
export function isSameDescription(one: BigIntStats, other: BigIntStats): boolean {
  return (
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs &&
    one.ino === other.ino &&
    one.mode === other.mode
  )
}

/** Nothing about the file has changed, its names and permissions included. */
export function isSameVersion(versionId: string, stat: Identity): boolean {
  return versionIdOf(stat) === versionId
}

/** The same file with the same content. Another hard link to it may have come or gone. */
export function isSameContent(versionId: string, stat: Identity): boolean {
  return contentOf(versionIdOf(stat)) === contentOf(versionId)
}

/** When a file was modified, RFC 3339; times outside of the years 0 to 9999 count as the nearest one inside. */
export function modifiedAt(stat: Pick<BigIntStats, 'mtimeMs'>): string {
  return new Date(Math.min(Math.max(Number(stat.mtimeMs), firstTime), lastTime)).toISOString()
}

const firstTime = Date.parse('0000-01-01T00:00:00.000Z')
const lastTime = Date.parse('9999-12-31T23:59:59.999Z')

/** The part of a version id that stays when a file gets another name. */
export const contentOf = (versionId: string) => versionId.split('.')[0]

/** 96 bits of a digest in the letters a to p. */
function letters(text: string): string {
  let written = ''
  for (const digit of hash('sha256', text).slice(0, 24)) written += letterOf[digit]
  return written
}

/** The letter that stands for each hexadecimal digit. */
const letterOf = Object.fromEntries(Array.from('0123456789abcdef', (digit, at) => [digit, 'abcdefghijklmnop'[at]!]))
