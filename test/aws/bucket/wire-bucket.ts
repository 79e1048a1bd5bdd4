import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import type { Loopback } from '../../support/ministack.ts'

/**
 * A bucket behind a server of the test, which speaks as much of S3's protocol as a reader needs, as it is documented, and
 * lets a test answer in its place: for what no real server does when it is asked to.
 */

export type WireObject = {
  key: string
  versionId: string
  body: Buffer
  /** Further headers of the object: metadata, checksums. */
  headers?: Record<string, string>
  kind?: 'delete-marker'
  /** What its entry in the listing says of its class and its restore. */
  listed?: string
}

/** A request, the how manieth of its operation it is (from 1), and the answer that would be right. */
export type WireRequest = {
  operation: string
  nth: number
  key: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  right(): Answer
  /** What was sent with it. */
  body(): Promise<string>
}
export type Answer = { status: number; headers: Record<string, string>; body: Buffer | string }

/** Answers in the server's place, or gives another answer to send; nothing: the right one. */
export type Act = (request: WireRequest, response: ServerResponse) => Answer | 'answered' | undefined

export const bucketName = 'wire'
const written = '2026-01-01T00:00:00.000Z'

export async function startWire(
  source: readonly WireObject[] | ((marker: string | undefined) => Iterable<WireObject>),
  act: Act = () => undefined,
  pageSize = 1000,
): Promise<Loopback & { counts: Record<string, number>; requests: WireRequest[] }> {
  const counts: Record<string, number> = {}
  const requests: WireRequest[] = []
  const objects = Array.isArray(source) ? (source as WireObject[]) : undefined
  const behind = typeof source === 'function' ? source : (marker?: string) => after(source, marker)

  const server = createServer((message, response) => {
    const url = new URL(message.url ?? '/', 'http://wire')
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'))
    const operation = operationOf(message.method, url, key)
    counts[operation] = (counts[operation] ?? 0) + 1
    const request: WireRequest = {
      operation,
      nth: counts[operation],
      key,
      query: url.searchParams,
      headers: message.headers,
      body: () => text(message),
      right() {
        switch (operation) {
          case 'ListObjectVersions':
            return listVersions(behind, url.searchParams, pageSize)
          case 'ListObjectsV2':
            return listObjects(behind(undefined), url.searchParams)
          case 'ListMultipartUploads':
            return xml(
              `<ListMultipartUploadsResult><Bucket>${bucketName}</Bucket><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
            )
          case 'GetBucketReplication':
            return refusal(404, 'ReplicationConfigurationNotFoundError')
          case 'GetObjectTagging':
            return xml('<Tagging><TagSet/></Tagging>')
          case 'GetObjectAttributes':
            return refusal(501, 'NotImplemented')
          case 'GetObjectRetention':
          case 'GetObjectLegalHold':
            return refusal(400, 'InvalidRequest')
          default:
            return getObject(objects ?? [], key, request)
        }
      },
    }
    requests.push(request)
    const acted = act(request, response)
    if (acted === 'answered') return
    const { status, headers, body } = acted ?? request.right()
    response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    counts,
    requests,
  }
}

function operationOf(method: string | undefined, url: URL, key: string): string {
  if (url.searchParams.has('list-type')) return 'ListObjectsV2'
  if (url.searchParams.has('replication')) return 'GetBucketReplication'
  if (key === '') return url.searchParams.has('uploads') ? 'ListMultipartUploads' : 'ListObjectVersions'
  if (url.searchParams.has('retention')) return 'GetObjectRetention'
  if (url.searchParams.has('legal-hold')) return 'GetObjectLegalHold'
  if (url.searchParams.has('restore')) return 'RestoreObject'
  if (url.searchParams.has('attributes')) return 'GetObjectAttributes'
  if (method === 'HEAD') return 'HeadObject'
  return url.searchParams.has('tagging') ? 'GetObjectTagging' : 'GetObject'
}

export const xml = (body: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
})

export const refusal = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/xml', ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`,
})

export const etagOf = (body: Buffer) => createHash('md5').update(body).digest('hex')

const encode = (key: string) => encodeURIComponent(key).replaceAll('%20', '+')

function* after(objects: readonly WireObject[], marker: string | undefined): Iterable<WireObject> {
  const place = objects.findIndex(({ key, versionId }) => `${key} ${versionId}` === marker)
  yield* objects.slice(place + 1)
}

/** As S3: behind the version that key marker and version id marker name, or behind every version of the key alone. */
function listVersions(
  behind: (marker: string | undefined) => Iterable<WireObject>,
  query: URLSearchParams,
  pageSize: number,
): Answer {
  const [key, id] = [query.get('key-marker') ?? '', query.get('version-id-marker') ?? '']
  const page: WireObject[] = []
  let more = false
  for (const object of behind(id === '' ? undefined : `${key} ${id}`)) {
    if (id === '' && object.key <= key) continue
    if (!object.key.startsWith(query.get('prefix') ?? '')) continue
    more = page.length === pageSize
    if (more) break
    page.push(object)
  }
  const last = page.at(-1)
  const next =
    more && last
      ? `<NextKeyMarker>${encode(last.key)}</NextKeyMarker><NextVersionIdMarker>${last.versionId}</NextVersionIdMarker>`
      : ''
  return xml(
    `<ListVersionsResult><Name>${bucketName}</Name><EncodingType>url</EncodingType><IsTruncated>${more}</IsTruncated>${next}${page.map(entryOf).join('')}</ListVersionsResult>`,
  )
}

/** The first object behind a key. */
function listObjects(objects: Iterable<WireObject>, query: URLSearchParams): Answer {
  for (const { key, kind } of objects)
    if (kind === undefined && key.startsWith(query.get('prefix') ?? '') && key > (query.get('start-after') ?? ''))
      return xml(
        `<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>${encode(key)}</Key></Contents></ListBucketResult>`,
      )
  return xml('<ListBucketResult><EncodingType>url</EncodingType></ListBucketResult>')
}

const entryOf = ({ key, versionId, body, kind, listed = '' }: WireObject) => {
  const common = `<Key>${encode(key)}</Key><VersionId>${versionId}</VersionId><IsLatest>true</IsLatest><LastModified>${written}</LastModified>`
  return kind === 'delete-marker'
    ? `<DeleteMarker>${common}</DeleteMarker>`
    : `<Version>${common}<ETag>&quot;${etagOf(body)}&quot;</ETag><Size>${body.length}</Size>${listed}</Version>`
}

function getObject(objects: readonly WireObject[], key: string, { query, headers }: WireRequest): Answer {
  const object = objects.find((each) => each.key === key && each.versionId === query.get('versionId'))
  if (object === undefined) return refusal(404, 'NoSuchVersion')
  const etag = `"${etagOf(object.body)}"`
  if (headers['if-match'] !== undefined && headers['if-match'] !== etag) return refusal(412, 'PreconditionFailed')
  const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
  const [from, to] = range ? [Number(range[1]), Number(range[2]) + 1] : [0, object.body.length]
  return {
    status: range ? 206 : 200,
    headers: {
      etag,
      'x-amz-version-id': object.versionId,
      'last-modified': new Date(written).toUTCString(),
      ...(range && { 'content-range': `bytes ${from}-${to - 1}/${object.body.length}` }),
      // What S3 keeps to check the whole by does not go with a part of it.
      ...Object.fromEntries(
        Object.entries(object.headers ?? {}).filter(([name]) => !range || !name.startsWith('x-amz-checksum-')),
      ),
    },
    body: object.body.subarray(from, to),
  }
}
