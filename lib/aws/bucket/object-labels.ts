import { type GetObjectCommandOutput, GetObjectTaggingCommand } from '@aws-sdk/client-s3'
import type { UnverifiedReason } from '../../decode/unverified.ts'
import type { ListedVersion } from '../../inventory/object-version.ts'
import type { Label } from '../../ports.ts'
import type { Bucket } from './bucket-client.ts'
import { faultCode, faultStatus, isAboutSigning, toFault } from './bucket-faults.ts'
import { addressOf } from './object-address.ts'

type Gap = { reason: UnverifiedReason; detail: string }

/** Texts beside the bytes, and what of them could not be read. */
export type Labels = { labels: Label[]; gap?: Gap }

type Answer = Pick<
  GetObjectCommandOutput,
  | 'Metadata'
  | 'MissingMeta'
  | 'CacheControl'
  | 'ContentDisposition'
  | 'ContentEncoding'
  | 'ContentLanguage'
  | 'ContentType'
  | 'ExpiresString'
  | 'WebsiteRedirectLocation'
>

/** User metadata, and the headers whose text whoever wrote the object chose. */
export function metadataLabels(answer: Answer): Labels {
  const chosen = [
    answer.CacheControl,
    answer.ContentDisposition,
    answer.ContentEncoding,
    answer.ContentLanguage,
    answer.ContentType,
    answer.ExpiresString,
    answer.WebsiteRedirectLocation,
  ]
  const texts = [...Object.entries(answer.Metadata ?? {}).flat(), ...chosen.filter((text) => text !== undefined)]
  const labels = texts.flatMap(readings).map((text): Label => ({ place: 'metadata', text }))
  return (answer.MissingMeta ?? 0) > 0
    ? { labels, gap: { reason: 'unsupported-format', detail: 'its metadata, some of which S3 cannot show' } }
    : { labels }
}

/**
 * A header's text as it stands, and as what it may stand for: encoded words (RFC 2047, which S3 uses for what is not
 * ASCII), percent-encoding, and UTF-8 that Node took for Latin-1 (RFC 9110 knows no encoding; Ceph sends bytes as they are).
 */
function readings(text: string): string[] {
  return [...new Set([text, decodeWords(text), decodePercent(text), Buffer.from(text, 'latin1').toString('utf8')])]
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(
      /=\?([\w.+-]+)(?:\*[\w-]+)?\?([bq])\?([^?]*)\?=/gi,
      (word, charset: string, way: string, content: string) => {
        const bytes =
          way.toLowerCase() === 'b'
            ? Buffer.from(content, 'base64')
            : Buffer.from(
                content
                  .replaceAll('_', ' ')
                  .replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
                'latin1',
              )
        try {
          return new TextDecoder(charset).decode(bytes)
        } catch {
          return word
        }
      },
    )
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Reads the tags of one version after another, with as few requests as tell all that there is. */
export type TagReader = (version: ListedVersion, count: number | undefined) => Promise<Labels>

/**
 * S3 gives the number of an object's tags with the object, but not to a reader who may not read tags: no number is no
 * proof that there are none. So the first object's tags are asked for in any case; what is allowed there is taken to be
 * allowed for the store, as long as no object says otherwise. A policy can say otherwise of single objects, whose number is then
 * left out: with `all`, every version is asked for.
 */
export function tagReader(bucket: Bucket, all = false): TagReader {
  let known: 'allowed' | 'denied' | 'none' | undefined
  let asking: Promise<unknown> | undefined
  const ask: TagReader = async (version, count) => {
    const counted = count !== undefined && count > 0
    if (!counted && known === 'none') return { labels: [] }
    if (!counted && !all && known === 'denied') return denied
    if (!counted && !all && known !== undefined) return { labels: [] }
    try {
      const { TagSet } = await bucket.client.send(new GetObjectTaggingCommand(addressOf(bucket, version)))
      if (TagSet === undefined) return { labels: [], gap: { reason: 'read-error', detail: 'its tags' } }
      known ??= 'allowed'
      const labels = TagSet.flatMap(({ Key, Value }) => [Key ?? '', Value ?? '']).map(
        (text): Label => ({ place: 'tags', text }),
      )
      // The number belongs to the version as it was opened; tags can be changed at any time.
      const isAll = count === undefined || count === TagSet.length
      return isAll ? { labels } : { labels, gap: { reason: 'changed', detail: 'its tags' } }
    } catch (error) {
      const code = faultCode(error)
      if (['NoSuchKey', 'NoSuchVersion'].includes(code))
        return { labels: [], gap: { reason: 'disappeared', detail: 'its tags' } }
      if (code === 'NoSuchTagSet' && !counted) return { labels: [] }
      if (['NotImplemented', 'MethodNotAllowed'].includes(code) && !counted) {
        known = 'none'
        return { labels: [] }
      }
      if (faultStatus(error) !== 403 || isAboutSigning(error)) throw toFault(bucket, 'GetObjectTagging', error)
      known ??= 'denied'
      return denied
    }
  }
  return async (version, count) => {
    // Whoever is opened at the same time waits for the first answer, which may be one for all.
    while (known === undefined && asking !== undefined) await asking
    const asked = ask(version, count)
    if (known === undefined) {
      const ended = asked.then(
        () => {},
        () => {},
      )
      asking = ended
      void ended.then(() => {
        if (asking === ended) asking = undefined
      })
    }
    return asked
  }
}

const denied: Labels = { labels: [], gap: { reason: 'access-denied', detail: 'its tags' } }
