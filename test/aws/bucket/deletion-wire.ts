import { hash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/**
 * A bucket at the other end of a wire that can be tampered with: it answers as S3 does, unless `disturb` says otherwise.
 * It holds versions of keys, the newest last (a delete marker where the id begins with `m`), deletes by key and id, and refuses to delete by key alone.
 */

export type Asked = {
  /** As S3 names it. */
  operation: string
  key: string
  versionId: string
  /** With which the keys of a listing begin. */
  prefix: string
  /** The version behind which a page begins. */
  marker: string | null
  body: string
  headers: IncomingMessage['headers']
  /** How often this operation was asked before. */
  before: number
}

/** `cut`: the connection ends before a reply; `lose`: after it was carried out. `half`: in the middle of the body. */
export type Reply = 'cut' | 'lose' | 'half' | { status?: number; headers?: Record<string, string>; body?: string }

export const xml = (name: string, inner: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${name}>`
export const failure = (status: number, code: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers,
  body: xml('Error', `<Code>${code}</Code><Message>never shown</Message>`),
})

const named = (text: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1]
const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" }
const plain = (text = '') => text.replace(/&\w+;/g, (entity) => entities[entity] ?? entity)

export async function startWire(
  disturb: (asked: Asked) => Reply | undefined | Promise<Reply | undefined> = () => undefined,
  { knowsConditions = true } = {},
) {
  const versions = new Map<string, string>()
  const requests: Asked[] = []
  let written = 0
  const idsOf = (key: string) =>
    [...versions.keys()].map((each) => JSON.parse(each) as [string, string]).flatMap(([k, id]) => (k === key ? id : []))
  const bodyOf = (asked: Asked, carryOut: boolean): Reply => {
    const { operation, key, versionId, body } = asked
    const name = JSON.stringify([key, versionId])
    switch (operation) {
      case 'GetBucketVersioning':
        return { body: xml('VersioningConfiguration', '<Status>Enabled</Status>') }
      case 'GetBucketLocation':
        return { body: xml('LocationConstraint', 'ap-southeast-1') }
      case 'ListObjectVersions': {
        const all = [...versions.keys()].map((each) => JSON.parse(each) as [string, string])
        const listed = all.filter(([k]) => k.startsWith(asked.prefix))
        const inOrder = listed.toReversed().toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
        const entries = inOrder.map(([k, id]) => {
          const kind = isMarker(id) ? 'DeleteMarker' : 'Version'
          const size = versions.get(JSON.stringify([k, id]))?.length
          const inner = `<Key>${k}</Key><VersionId>${id}</VersionId><IsLatest>${idsOf(k).at(-1) === id}</IsLatest>`
          const more = `<LastModified>${timeOf(id)}</LastModified><ETag>${etagOf(id)}</ETag><Size>${size}</Size>`
          return `<${kind}>${inner}${more}</${kind}>`
        })
        const head = '<Name>backups</Name><IsTruncated>false</IsTruncated>'
        return { body: xml('ListVersionsResult', head + entries.join('')) }
      }
      case 'PutObject': {
        const current = idsOf(key).at(-1) ?? 'm'
        const isMet = asked.headers['if-match'] === undefined || asked.headers['if-match'] === etagOf(current)
        if (knowsConditions && (!isMet || isMarker(current))) return failure(412, 'PreconditionFailed')
        const sum = asked.headers['x-amz-checksum-sha256']
        if (sum !== hash('sha256', body, 'base64')) return failure(400, 'BadDigest')
        const id = `p${++written}`
        if (carryOut) versions.set(JSON.stringify([key, id]), body)
        return { headers: { 'x-amz-version-id': id, etag: etagOf(id) } }
      }
      case 'HeadObject':
        return versions.has(name) ? {} : { status: 404 }
      case 'GetObjectTagging':
        return { body: xml('Tagging', '<TagSet></TagSet>') }
      case 'GetObject': {
        const content = versions.get(name)
        if (content === undefined) return failure(404, 'NoSuchVersion')
        return partOf(content, asked.headers.range, { 'x-amz-version-id': versionId, etag: `"${etagOf(versionId)}"` })
      }
      case 'DeleteObjects': {
        const objects = body.match(/<Object>.*?<\/Object>/g) ?? []
        const deleted = objects.map((object) => {
          const [Key, VersionId] = [named(object, 'Key'), named(object, 'VersionId')]
          if (VersionId === undefined || /<ETag>/.test(object))
            throw new Error('asked to delete by more or less than an id')
          if (carryOut) versions.delete(JSON.stringify([plain(Key), VersionId]))
          return `<Deleted><Key>${Key}</Key><VersionId>${VersionId}</VersionId></Deleted>`
        })
        return { body: xml('DeleteResult', deleted.join('')) }
      }
      case 'DeleteObject':
        if (versionId === '') throw new Error('asked to delete by key alone')
        versions.delete(name)
        return { status: 204, headers: { 'x-amz-version-id': versionId } }
      default:
        return failure(400, 'InvalidRequest')
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('error', () => {})
    request.on('end', async () => {
      const url = new URL(request.url ?? '/', 'http://wire')
      const operation = operationOf(request.method ?? '', url)
      const asked: Asked = {
        operation,
        key: decodeURIComponent(url.pathname.split('/').slice(2).join('/')),
        versionId: url.searchParams.get('versionId') ?? '',
        prefix: url.searchParams.get('prefix') ?? '',
        marker: url.searchParams.get('version-id-marker'),
        body: Buffer.concat(chunks).toString(),
        headers: request.headers,
        before: requests.filter((each) => each.operation === operation).length,
      }
      requests.push(asked)
      if (operation === 'GetObject') await pause(wire.delayMs)
      const reply = (await disturb(asked)) ?? bodyOf(asked, true)
      if (reply === 'lose') bodyOf(asked, true)
      if (reply === 'cut' || reply === 'lose') return void request.socket.destroy()
      const {
        status = 200,
        headers = {},
        body = '',
      } = reply === 'half'
        ? (bodyOf(asked, false) as object as { body: string; status?: number; headers?: Record<string, string> })
        : reply
      response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers })
      if (reply !== 'half') return void response.end(body)
      response.write(body.slice(0, body.length >> 1), () => request.socket.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const wire = {
    /** Before an object is handed out. */
    delayMs: 0,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    versions,
    count: (operation: string) => requests.filter((each) => each.operation === operation).length,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return wire
}

const isMarker = (id: string) => id.startsWith('m')
const etagOf = (id: string) => (id.startsWith('v') ? 'e' : id)
/** Later for a larger number. */
const timeOf = (id: string) => `2026-01-01T00:00:0${/\d$/.exec(id)?.[0] ?? 0}.000Z`

/** All of an object, or the bytes that a header asks for. */
function partOf(content: string, range: string | undefined, headers: Record<string, string>): Reply {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
  if (from === undefined || to === undefined) return { headers, body: content }
  const body = content.slice(Number(from), Number(to) + 1)
  return { status: 206, headers: { ...headers, 'content-range': `bytes ${from}-${to}/${content.length}` }, body }
}

function operationOf(method: string, { pathname, searchParams }: URL): string {
  const inBucket = pathname.split('/').slice(2).join('/') === ''
  const names = ['versioning', 'location', 'versions', 'uploads', 'delete', 'retention', 'legal-hold', 'tagging']
  const parameter = names.find((name) => searchParams.has(name))
  const operations: Record<string, string> = {
    'GET versioning': 'GetBucketVersioning',
    'GET location': 'GetBucketLocation',
    'GET versions': 'ListObjectVersions',
    'GET uploads': 'ListMultipartUploads',
    'POST delete': 'DeleteObjects',
    'GET retention': 'GetObjectRetention',
    'GET legal-hold': 'GetObjectLegalHold',
    'GET tagging': 'GetObjectTagging',
    'GET object': 'GetObject',
    'HEAD object': 'HeadObject',
    'PUT object': 'PutObject',
    'DELETE object': 'DeleteObject',
  }
  return operations[`${method} ${parameter ?? (inBucket ? 'bucket' : 'object')}`] ?? `${method} ${pathname}`
}
