import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3'
import { compareKeys } from '../../inventory/listing-order.ts'
import type { Bucket } from './bucket-client.ts'
import { toFault } from './bucket-faults.ts'
import { decodeKey } from './listing-pages.ts'

/** Requests for finding cuts: as many as list 200,000 versions. */
const mostRequests = 200

/** Beginnings of keys for each cut that is wanted: the more, the more even the ranges. */
const beginningsPerCut = 4

/**
 * At most `most` keys, in byte order, that cut a bucket into ranges. They are beginnings of its keys: the names of
 * folders, level by level, and where there are no folders whatever character comes next. Any text is a good cut, so that
 * nothing depends on how well a server lists beginnings. @throws StoreUnavailable
 */
export async function bucketBoundaries(bucket: Bucket, most: number): Promise<string[]> {
  const wanted = most * beginningsPerCut
  const budget = { requests: mostRequests }
  let beginnings = [bucket.config.prefix ?? '']
  for (const expand of [foldersIn, charactersAfter]) {
    for (let grew = true; grew && beginnings.length < wanted && budget.requests > 0; ) {
      const next: string[] = []
      for (const beginning of beginnings) {
        const inside = next.length < 4 * wanted ? await expand(bucket, beginning, budget) : []
        next.push(...(inside.length > 0 ? inside : [beginning]))
      }
      grew = next.length > beginnings.length || next.some((each, place) => each !== beginnings[place])
      beginnings = next
    }
  }
  const sorted = [...new Set(beginnings)].filter((each) => each !== '').toSorted(compareKeys)
  if (sorted.length <= most) return sorted
  return Array.from({ length: most }, (_, cut) => sorted[Math.floor(((cut + 1) * sorted.length) / (most + 1))]!)
}

type Budget = { requests: number }
type Expand = (bucket: Bucket, beginning: string, budget: Budget) => Promise<string[]>

/** A folder is a beginning that ends in `/`; the first thousand of them. */
const foldersIn: Expand = async (bucket, beginning, budget) => {
  const answer = await ask(bucket, budget, { Prefix: beginning, Delimiter: '/' })
  const decode = decoderOf(answer)
  return (answer?.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix ? [decode(Prefix)] : []))
}

/** The characters that follow: each is found as that of the first key behind all keys with the one before. */
const charactersAfter: Expand = async (bucket, beginning, budget) => {
  const found: string[] = []
  for (let marker = beginning; ; ) {
    const answer = await ask(bucket, budget, { Prefix: beginning, KeyMarker: marker, MaxKeys: 1 })
    const key = answer?.Versions?.[0]?.Key ?? answer?.DeleteMarkers?.[0]?.Key
    if (key === undefined) return found
    const character = [...decoderOf(answer)(key).slice(beginning.length)][0]
    if (character === undefined || found.at(-1) === beginning + character) return found
    found.push(beginning + character)
    marker = `${beginning}${character}\u{10ffff}`
  }
}

type Question = { Prefix: string; Delimiter?: string; KeyMarker?: string; MaxKeys?: number }

/** Absent: there were enough requests. */
async function ask(bucket: Bucket, budget: Budget, question: Question) {
  if (budget.requests-- <= 0) return undefined
  try {
    return await bucket.client.send(
      new ListObjectVersionsCommand({ ...bucket.target, ...question, EncodingType: 'url' }),
    )
  } catch (error) {
    throw toFault(bucket, 'ListObjectVersions', error)
  }
}

function decoderOf(answer: Pick<ListObjectVersionsCommandOutput, 'EncodingType'> | undefined) {
  return (text: string): string => (answer?.EncodingType === 'url' ? (decodeKey(text) ?? text) : text)
}
