import { S3Client } from '@aws-sdk/client-s3'
import { fromIni, fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { type BucketConfig, type BucketStoreConfig, isBucket, type StoreConfig } from '../../config.ts'
import { ConfigInvalid, InputInvalid, StoreUnavailable } from '../../errors.ts'
import { describeFault } from './bucket-faults.ts'
import { pastCaches } from './past-caches.ts'

/** Until `expiration`; then they are asked for again. */
export type StoreCredentials = { accessKeyId: string; secretAccessKey: string; expiration: Date }

/** What a client is for. Reading and deleting are two roles, each with a client of its own. */
export type Purpose = 'read' | 'delete'

/** What the place where the product runs adds to the configuration of a store; nothing on one machine. */
export type BucketAccess = {
  /** Deployed: the names of the roles in the accounts of the stores, where the configuration names no role itself. */
  roleNames?: Record<Purpose, string>
  /** Deployed: what those roles ask for, where the configuration names nothing else. Its own policies ask for it as well. */
  externalId?: string
  /** Deployed: the Region of the product itself, whose STS it asks: tokens of a Region's own STS hold in every Region. */
  region?: string
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  /** Deployed: what gives the credentials of a store that is not AWS's, by the secret that the configuration names. */
  secret?: (purpose: Purpose, name: string) => () => Promise<StoreCredentials>
  /** Attempts of one request, the first included. */
  maxAttempts?: number
  /** Until a connection stands, and how long nothing may come over it. */
  timeouts?: { connectMs: number; idleMs: number }
  /** Called with the operation's name at every request that is sent, repeated ones included. */
  onRequest?(operation: string): void
}

/** A bucket and the client that reaches it. `target` goes into every request. */
export type Bucket = {
  storeId: string
  client: S3Client
  target: { Bucket: string; ExpectedBucketOwner?: string; RequestPayer?: 'requester' }
  config: BucketConfig
}

/** Buckets for one purpose, each store with one client for as long as this lives. @throws InputInvalid for a directory */
export function bucketsFor(purpose: Purpose, access: BucketAccess = {}): (store: StoreConfig) => Bucket {
  const opened = new Map<string, Bucket>()
  return (store) => {
    if (!isBucket(store)) throw new InputInvalid(`store ${store.id}: expected a bucket`)
    const name = JSON.stringify([store.id, store.s3])
    const bucket = opened.get(name) ?? openBucket(store, purpose, access)
    opened.set(name, bucket)
    return bucket
  }
}

/** Whoever waits for one for five seconds is told that there is no connection. Eight versions are judged and rewritten at once, each read in nine requests and put in one. */
const connections = { read: 32, delete: 96 }

function openBucket({ id, s3 }: BucketStoreConfig, purpose: Purpose, access: BucketAccess): Bucket {
  const region = s3.region ?? 'us-east-1'
  const { connectMs, idleMs } = access.timeouts ?? { connectMs: 5000, idleMs: 30_000 }
  const credentials = credentialsOf(id, s3, region, purpose, access)
  const client = new S3Client({
    region,
    ...(s3.endpoint !== undefined && { endpoint: s3.endpoint }),
    // An endpoint that the environment names would put another place under this store's name.
    ignoreConfiguredEndpointUrls: true,
    forcePathStyle: s3.pathStyle ?? s3.endpoint !== undefined,
    followRegionRedirects: false,
    disableMultiregionAccessPoints: true,
    ...(credentials && { credentials }),
    retryMode: 'adaptive',
    maxAttempts: access.maxAttempts ?? 5,
    // What is stored is verified by us, over the bytes of a whole version, also where they came in several ranges.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestChecksumCalculation: 'WHEN_REQUIRED',
    // It would tell the terminal of every request that is not repeated; what is made of it, whoever asked says.
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: idleMs,
      throwOnRequestTimeout: true,
      socketTimeout: idleMs,
      httpAgent: { keepAlive: true, maxSockets: connections[purpose] },
      httpsAgent: { keepAlive: true, maxSockets: connections[purpose] },
    },
  })
  pastCaches(client)
  if (access.onRequest) countRequests(client, access.onRequest)
  return {
    storeId: id,
    client,
    target: {
      Bucket: s3.bucket,
      ...(s3.account !== undefined && { ExpectedBucketOwner: s3.account }),
      ...(s3.requesterPays === true && { RequestPayer: 'requester' }),
    },
    config: s3,
  }
}

/** None: those of the environment, as the SDK finds them. */
function credentialsOf(id: string, s3: BucketConfig, region: string, purpose: Purpose, access: BucketAccess) {
  const profile = purpose === 'read' ? s3.readProfile : s3.deleteProfile
  const secret = purpose === 'read' ? s3.readSecret : s3.deleteSecret
  const role = roleOf(s3, region, purpose, access)
  checkCredentials(id, s3, { purpose, secret, profile, role }, access)
  const own =
    access.credentials ??
    (secret !== undefined ? access.secret?.(purpose, secret) : profile === undefined ? undefined : fromIni({ profile }))
  if (role === undefined) return own
  const externalId = s3.externalId ?? access.externalId
  const assumed = fromTemporaryCredentials({
    ...(own && { masterCredentials: own }),
    params: {
      RoleArn: role,
      RoleSessionName: `odv-${purpose}-${id}`,
      ...(externalId !== undefined && { ExternalId: externalId }),
    },
    clientConfig: {
      region:
        access.region !== undefined && partitionOf(access.region) === partitionOf(region) ? access.region : region,
      ignoreConfiguredEndpointUrls: true,
      // A store that is not AWS's issues the credentials for it itself (Ceph and MinIO do, at the same address).
      ...(s3.endpoint !== undefined && { endpoint: s3.endpoint }),
    },
  })
  return async (identity: Parameters<typeof assumed>[0]) => {
    try {
      return await assumed(identity)
    } catch (error) {
      // As it is, STS's refusal of the role would read like S3's of an object.
      throw new StoreUnavailable(`store ${id}: AssumeRole: expected credentials, got ${describeFault(error)}`)
    }
  }
}

/**
 * What the place where the product runs does not have is refused by name; and a function signs no request to somebody
 * else's server with its own rights, unless a role there is named. @throws ConfigInvalid
 */
function checkCredentials(
  id: string,
  { endpoint }: BucketConfig,
  named: { purpose: Purpose; secret: string | undefined; profile: string | undefined; role: string | undefined },
  { secret, roleNames }: BucketAccess,
): void {
  const where = `store ${id}: s3.${named.purpose}`
  if (named.secret !== undefined && secret === undefined)
    throw new ConfigInvalid(`${where}Secret: expected ${named.purpose}Profile on one machine: secrets are AWS's`)
  if (roleNames === undefined) return
  if (named.profile !== undefined)
    throw new ConfigInvalid(`${where}Profile: expected ${named.purpose}Secret on AWS: profiles are one machine's`)
  if (endpoint !== undefined && named.secret === undefined && named.role === undefined)
    throw new ConfigInvalid(`${where}Secret: expected the secret with the credentials of a store that is not AWS's`)
}

/** The role of the configuration; deployed, for a bucket of AWS whose account is named, the one that is set up there. */
function roleOf(s3: BucketConfig, region: string, purpose: Purpose, { roleNames }: BucketAccess): string | undefined {
  const configured = purpose === 'read' ? s3.readRole : s3.deleteRole
  if (configured !== undefined || roleNames === undefined) return configured
  if (s3.account === undefined || s3.endpoint !== undefined) return undefined
  return `arn:${partitionOf(region)}:iam::${s3.account}:role/${roleNames[purpose]}`
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  if (region.startsWith('eusc-')) return 'aws-eusc'
  return 'aws'
}

/** Behind the retries, so that each attempt counts. */
function countRequests(client: S3Client, onRequest: (operation: string) => void): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      onRequest((context.commandName ?? 'unknown').replace(/Command$/, ''))
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low', name: 'odvCountRequests' },
  )
}
