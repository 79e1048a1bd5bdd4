import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

/**
 * What a scan task runs, given to `node --eval` as text (scan-task.ts): it gets the bundle of scan-batch from the bucket of the
 * deployment, runs nothing but the bytes that were packaged, and calls the handler as Lambda does. Exit code 0: there is a report.
 * Its input is a reference to a batch. It stands alone: Node's own modules, and no import of ours.
 */

type Credentials = { AccessKeyId: string; SecretAccessKey: string; Token: string }

const given = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`environment: ${name}: expected a value, got none`)
  return value
}

/** Those of the task role, from where ECS says (amazon-ecs-agent, "IAM roles for tasks"). */
async function credentials(): Promise<Credentials> {
  const relative = process.env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI
  const url = relative ? `http://169.254.170.2${relative}` : given('AWS_CONTAINER_CREDENTIALS_FULL_URI')
  const token = process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN
  const answer = await expectOk('credentials', await fetch(url, { headers: token ? { authorization: token } : {} }))
  return (await answer.json()) as Credentials
}

async function expectOk(what: string, response: Response): Promise<Response> {
  if (!response.ok) throw new Error(`${what}: expected an answer, got status ${response.status}`)
  return response
}

/** Headers of a GET by Signature Version 4 (S3 user guide, "Authenticating requests: using the authorization header"). */
function signed({ host, pathname }: URL, { AccessKeyId, SecretAccessKey, Token }: Credentials, region: string) {
  const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`
  const body = 'UNSIGNED-PAYLOAD'
  const headers = { host, 'x-amz-content-sha256': body, 'x-amz-date': date, 'x-amz-security-token': Token }
  const names = Object.keys(headers).join(';')
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['GET', pathname, '', lines.join(''), names, body].join('\n')
  const text = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const hmac = (key: string | Buffer, value: string) => createHmac('sha256', key).update(value).digest()
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${SecretAccessKey}`)
  const signature = hmac(key, text).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${AccessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { ...headers, authorization }
}

/** S3 signs paths in which everything but letters, digits and `-._~/` is escaped. */
function escaped(text: string): URL {
  const url = new URL(text)
  const quote = (part: string) =>
    encodeURIComponent(decodeURIComponent(part)).replace(
      /[!'()*]/g,
      (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
    )
  url.pathname = url.pathname.split('/').map(quote).join('/')
  return url
}

/** The first file of the archive, which is the bundle (APPNOTE 4.3.7). */
function firstFile(zip: Buffer): Buffer {
  const begin = 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28)
  return inflateRawSync(zip.subarray(begin, begin + zip.readUInt32LE(18)))
}

async function main(): Promise<void> {
  const seconds = Number(given('ODV_CALL_SECONDS'))
  const input = JSON.parse(given('ODV_TASK_INPUT'))
  const url = escaped(given('ODV_CODE_URL'))
  const headers = signed(url, await credentials(), given('AWS_REGION'))
  const zip = Buffer.from(await (await expectOk('code', await fetch(url, { headers }))).arrayBuffer())
  if (createHash('sha256').update(zip).digest('hex') !== given('ODV_CODE_SHA256'))
    throw new Error('code: expected the bundle that was packaged, got something else')
  const file = join(mkdtempSync(join(tmpdir(), 'odv-')), 'index.mjs')
  writeFileSync(file, firstFile(zip))
  const { handler } = await import(file)
  const end = Date.now() + seconds * 1000
  await handler(input, {
    functionName: 'scan-batch',
    functionVersion: 'task',
    invokedFunctionArn: 'task',
    memoryLimitInMB: '0',
    awsRequestId: `batch-${input?.batch?.batch}`,
    getRemainingTimeInMillis: () => end - Date.now(),
  })
}

const began = Date.now()
const say = (message: string, more: object) =>
  console.log(JSON.stringify({ message, service: 'odv', seconds: Math.round((Date.now() - began) / 1000), ...more }))
try {
  await main()
  say('scan task ended', {})
  process.exit(0)
} catch (error) {
  // The handler has said what went wrong, as far as it may be said.
  say('scan task failed', { error: (error as Error)?.name ?? 'Error' })
  process.exit(1)
}
